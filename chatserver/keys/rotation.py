"""A new master key for the old ones: every key of a conversation is wrapped anew, beside running servers.

An interrupted rotation goes on where it stopped. Only when nothing is wrapped by them any more are old keys dropped.
"""

from collections.abc import Callable, Sequence

from msgspec import Struct

from chatserver.keys import rows as conversation_keys
from chatserver.keys.master_keys import MasterKeys, UnknownMasterKeyError
from chatserver.keys.rows import WrappedKey
from chatserver.keys.sealing import SealError
from chatserver.records.database import Database, DatabaseError

BATCH = 500
"""Keys wrapped anew in one transaction."""


class Rotated(Struct, frozen=True):
    """How many keys were wrapped anew, by which master key, and which ones are no longer needed."""

    keys: int
    master: str
    unneeded: list[str]
    dropped: bool


async def rotate(
    database: Database, masters: MasterKeys, on_progress: Callable[[int, int], None], *, keep_old: bool = False
) -> Rotated:
    """Wrap every key by the first master key, which is a new one unless an earlier rotation has not ended.

    Keys of the environment cannot be changed here: there the first one is taken as it is. `on_progress` gets how many
    are done and how many there are. Raises DatabaseError, and SettingsError where the file cannot be changed.
    """
    masters.reread()
    if masters.file is not None and not await _behind(database, masters):
        masters.put_first()
    total = await _behind(database, masters)
    done = 0
    on_progress(done, total)
    while True:
        while rewrapped := await _rewrap_some(database, masters):
            done += rewrapped
            on_progress(done, max(total, done))
        async with database.begin() as connection:
            await conversation_keys.ending_rotation(connection)
            if await conversation_keys.count_behind(connection, masters.first):
                continue  # A server that had not seen the new key yet has just used an old one.
            unneeded = masters.ids[1:]
            dropped = bool(unneeded) and masters.file is not None and not keep_old
            if dropped:
                masters.keep_only_first()
            return Rotated(done, masters.first, unneeded, dropped)


async def masters_problem(database: Database, masters: MasterKeys) -> str | None:
    """Which master keys are in use and not at hand, as a sentence; None where all are."""
    async with database.read() as connection:
        lacking = sorted(await conversation_keys.masters(connection) - set(masters.ids))
    if not lacking:
        return None
    return (
        f"texts are sealed with keys that need the master keys {', '.join(lacking)}, which {masters.place} does not "
        "hold; put them back, beneath the others"
    )


async def _behind(database: Database, masters: MasterKeys) -> int:
    async with database.read() as connection:
        return await conversation_keys.count_behind(connection, masters.first)


async def _rewrap_some(database: Database, masters: MasterKeys) -> int:
    async with database.begin() as connection:
        rows = await conversation_keys.behind(connection, masters.first, BATCH)
        if rows:
            await conversation_keys.rewrap(connection, _rewrapped(rows, masters))
    return len(rows)


def _rewrapped(rows: Sequence[WrappedKey], masters: MasterKeys) -> list[WrappedKey]:
    new = []
    for row in rows:
        place = row.conversation_id, row.number
        try:
            secret = masters.unwrap(row.master_id, row.wrapped, *place)
        except (UnknownMasterKeyError, SealError) as error:
            raise DatabaseError(str(error)) from None
        new.append(WrappedKey(*place, *masters.wrap(secret, *place)))
    return new
