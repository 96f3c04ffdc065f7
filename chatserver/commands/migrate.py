"""`chatserver migrate`."""

from pathlib import Path

from chatserver.commands.faults import one_sentence
from chatserver.commands.flags import NO_FLAGS, ServerFlags, settings_of
from chatserver.commands.running import run
from chatserver.commands.screen import screen
from chatserver.composition import opening
from chatserver.records.migrate import migrate as migrate_database
from chatserver.settings import SettingsError


def migrate(flags: ServerFlags = NO_FLAGS) -> None:
    """Bring the database up to date; the server does it too when it starts."""
    with one_sentence():
        settings = settings_of(flags)
        file = settings.records_url.database
        if settings.records_url.get_backend_name() == "sqlite" and file and not Path(file).parent.is_dir():
            raise SettingsError(f"{Path(file).parent}: there is no such folder; make it, or name another --data-dir")

        async def work() -> list[str]:
            async with opening.opened(settings) as database:
                return await migrate_database(database)

        done = run(work())
        screen.print(f"Applied: {', '.join(done)}." if done else "The database is up to date.")
