"""`chatserver rebuild`."""

from chatserver import foundation
from chatserver.commands.existing import require_records
from chatserver.commands.faults import one_sentence
from chatserver.commands.flags import NO_FLAGS, ServerFlags, settings_of
from chatserver.commands.running import run, store_in_use_of
from chatserver.commands.screen import LONG, bar, screen
from chatserver.conversations import rebuild as rebuilding
from chatserver.plural import counted
from chatserver.settings import Settings, SettingsError


def rebuild(flags: ServerFlags = NO_FLAGS) -> None:
    """Recreate every conversation in the store from the records, and from the archive what the store has lost."""
    with one_sentence():
        settings = settings_of(flags)
        require_records(settings)
        with store_in_use_of(settings) as store_url:
            run(_rebuild(settings, store_url))


async def _rebuild(settings: Settings, store_url: str) -> None:
    async with foundation.records_and_ledger(settings, store_url) as parts:
        with bar(LONG) as progress:
            task = progress.add_task("rebuilding", total=None)
            rebuilt = await rebuilding.rebuild(
                parts.database,
                parts.ledger,
                parts.restorer,
                parts.rulebook,
                parts.appointments,
                lambda done, total: progress.update(task, completed=done, total=total),
            )
            await parts.telling.set_timers()
    if not rebuilt.conversations:
        raise SettingsError("the records hold no conversation, and nothing was rebuilt; is this the right database?")
    screen.print(
        f"{counted(rebuilt.conversations, 'conversation')} told to the ledger; of these came back from the archive: "
        f"{rebuilt.restored:,}; were ahead: {rebuilt.ahead:,}."
    )
