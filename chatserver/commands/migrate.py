"""`chatserver migrate`."""

from chatserver.commands.flags import NO_FLAGS, ServerFlags, settings_of
from chatserver.commands.running import run
from chatserver.commands.screen import one_sentence, screen
from chatserver.records.database import Database
from chatserver.records.migrate import migrate as migrate_database


def migrate(flags: ServerFlags = NO_FLAGS) -> None:
    """Bring the database up to date; the server does it too when it starts."""
    with one_sentence():
        settings = settings_of(flags)

        async def work() -> list[str]:
            database = Database(settings.records_url)
            try:
                return await migrate_database(database)
            finally:
                await database.close()

        done = run(work())
        screen.print(f"Applied: {', '.join(done)}." if done else "The database is up to date.")
