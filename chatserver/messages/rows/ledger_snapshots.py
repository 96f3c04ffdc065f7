"""How each conversation stood in the ledger when the archive last looked, so that a lost store comes back as it was."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.dialects import insert_into
from chatserver.records.tables import LEDGER_SNAPSHOTS


class LedgerSnapshot(Struct, frozen=True):
    """`state` is what the ledger has beside settings, as of `seq`; `taken_at` in ms."""

    conversation_id: str
    seq: int
    taken_at: int
    state: Mapping[str, str]


_decode = msgspec.json.Decoder(dict[str, str]).decode


async def store(connection: AsyncConnection, snapshots: Sequence[LedgerSnapshot]) -> None:
    """Write each over an earlier one of its conversation."""
    statement = insert_into(connection.dialect, LEDGER_SNAPSHOTS)
    new, old = statement.excluded, LEDGER_SNAPSHOTS.c
    statement = statement.on_conflict_do_update(
        index_elements=[old.conversation_id],
        set_={"seq": new.seq, "taken_at": new.taken_at, "state": new.state},
        # Another process may have been slower to write what it read first.
        where=(new.seq > old.seq) | ((new.seq == old.seq) & (new.taken_at >= old.taken_at)),
    )
    ordered = sorted(snapshots, key=lambda snapshot: snapshot.conversation_id)
    rows = [
        {
            "conversation_id": snapshot.conversation_id,
            "seq": snapshot.seq,
            "taken_at": snapshot.taken_at,
            "state": msgspec.json.encode(snapshot.state).decode(),
        }
        for snapshot in ordered
    ]
    if rows:
        await connection.execute(statement, rows)


async def find(connection: AsyncConnection, conversation: str) -> LedgerSnapshot | None:
    """None where the archive never looked at that conversation."""
    query = select(LEDGER_SNAPSHOTS).where(LEDGER_SNAPSHOTS.c.conversation_id == conversation)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    return LedgerSnapshot(row.conversation_id, row.seq, row.taken_at, _decode(row.state))


async def latest(connection: AsyncConnection) -> int | None:
    """When the archive last stored one; None where it never did."""
    found: int | None = await connection.scalar(select(func.max(LEDGER_SNAPSHOTS.c.taken_at)))
    return found
