"""Cases, and the ids that their callers gave them."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, func, insert, or_, select, tuple_, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.cases.case_record import CaseTodo, KeptCase
from chatserver.records.dialects import insert_into
from chatserver.records.tables import CASE_NAMES, CASES, CONVERSATIONS
from quotas.cases.record import Case

_case = msgspec.json.Decoder(Case)
_todo = msgspec.json.Decoder(tuple[CaseTodo, ...])


async def find(connection: AsyncConnection, ref: str) -> KeptCase | None:
    """The case; None where there is none."""
    row = (await connection.execute(select(CASES).where(CASES.c.ref == ref))).one_or_none()
    return _kept(row) if row else None


async def named(connection: AsyncConnection, caller: str, own_id: str) -> str | None:
    """The ref of the case that the caller gave that id; None where they gave it to none."""
    here = (CASE_NAMES.c.caller == caller, CASE_NAMES.c.own_id == own_id)
    ref: str | None = await connection.scalar(select(CASE_NAMES.c.ref).where(*here))
    return ref


async def name(connection: AsyncConnection, caller: str, own_id: str, ref: str) -> bool:
    """Whether the case has the caller's id from now on; False where they gave it before."""
    query = insert_into(connection.dialect, CASE_NAMES).values(caller=caller, own_id=own_id, ref=ref)
    return bool((await connection.execute(query.on_conflict_do_nothing())).rowcount)


async def create(connection: AsyncConnection, kept: KeptCase) -> None:
    """Raises sqlalchemy.exc.IntegrityError where the ref is taken."""
    await connection.execute(insert(CASES).values(ref=kept.case.id, **_values(kept)))


async def change(connection: AsyncConnection, kept: KeptCase) -> None:
    """Write it over the one with that ref."""
    await connection.execute(update(CASES).where(CASES.c.ref == kept.case.id).values(_values(kept)))


async def live_of(connection: AsyncConnection, conversation: str) -> list[KeptCase]:
    """Those of a conversation that are open, or for which something is to do, the first one first."""
    here = (CASES.c.conversation_id == conversation, or_(CASES.c.ended_at.is_(None), CASES.c.step_at.is_not(None)))
    rows = await connection.execute(select(CASES).where(*here).order_by(CASES.c.ref))
    return [_kept(row) for row in rows]


async def open_one(connection: AsyncConnection, conversation: str, kind: str) -> KeptCase | None:
    """The open case of that kind there; None where none is."""
    here = (CASES.c.conversation_id == conversation, CASES.c.kind == kind, CASES.c.ended_at.is_(None))
    row = (await connection.execute(select(CASES).where(*here).order_by(CASES.c.ref).limit(1))).one_or_none()
    return _kept(row) if row else None


async def with_open(connection: AsyncConnection, conversations: Collection[str], kind: str) -> set[str]:
    """Those of the conversations, at most IDS_AT_ONCE, in which a case of that kind is open."""
    here = (CASES.c.kind == kind, CASES.c.ended_at.is_(None), CASES.c.conversation_id.in_(conversations))
    return set(await connection.scalars(select(CASES.c.conversation_id).where(*here)))


async def due_until(
    connection: AsyncConnection, until: int, after: tuple[int, str], limit: int
) -> Sequence[tuple[int, str, str]]:
    """Next step, ref and conversation of those with a step until then, in that order, beyond `after`."""
    place = (CASES.c.step_at, CASES.c.ref)
    query = select(*place, CASES.c.conversation_id).where(CASES.c.step_at <= until, tuple_(*place) > tuple_(*after))
    rows = await connection.execute(query.order_by(*place).limit(limit))
    return [(at, ref, conversation) for at, ref, conversation in rows]


async def page(
    connection: AsyncConnection,
    where: Sequence[ColumnElement[bool]],
    after: str,
    limit: int,
) -> list[KeptCase]:
    """The first `limit` of them beyond the ref `after` ('' for the first), the newest one first."""
    query = select(CASES).where(*where)
    if after:
        query = query.where(CASES.c.ref < after)
    return [_kept(row) for row in await connection.execute(query.order_by(CASES.c.ref.desc()).limit(limit))]


def of_person(person: str, role: str) -> ColumnElement[bool]:
    """Those of their conversations, those that they opened, and those to whose session they are the guest."""
    side = CONVERSATIONS.c.member_id if role == "member" else CONVERSATIONS.c.mentor_id
    # Each part by an index of its own: joined by OR, databases read all cases of everybody.
    mine = CASES.alias("mine")
    parts = (
        select(mine.c.ref).join(CONVERSATIONS, CONVERSATIONS.c.id == mine.c.conversation_id).where(side == person),
        select(mine.c.ref).where(mine.c.opener_id == person),
        select(mine.c.ref).where(mine.c.guest_id == person),
    )
    return CASES.c.ref.in_(union_all(*parts))


async def counts(connection: AsyncConnection, now: int) -> list[tuple[str, str, int, int]]:
    """Kind, state, how many are open in it, and of how many the due is past."""
    late = func.count().filter(CASES.c.due_at < now)
    query = select(CASES.c.kind, CASES.c.state, func.count(), late).where(CASES.c.ended_at.is_(None))
    query = query.group_by(CASES.c.kind, CASES.c.state).order_by(CASES.c.kind, CASES.c.state)
    return [(kind, state, count, overdue) for kind, state, count, overdue in await connection.execute(query)]


async def first_step(connection: AsyncConnection) -> int | None:
    """The instant of the next step of any case; None where nothing will happen by itself."""
    at: int | None = await connection.scalar(select(func.min(CASES.c.step_at)))
    return at


def _values(kept: KeptCase) -> dict[str, object]:
    case = kept.case
    return {
        "kind": case.kind,
        "conversation_id": case.conversation,
        "member_id": case.member,
        "opener_id": case.opener.id,
        "guest_id": case.facts.mentor if case.kind == "one_off_session" else None,
        "state": case.state,
        "opened_at": case.opened_at,
        "since": case.since,
        "ended_at": case.ended_at or None,
        "assignee": case.assignee,
        "entries": kept.entries,
        "member_read": kept.member_read,
        "due_at": kept.due_at,
        "step_at": kept.step_at,
        "todo": msgspec.json.encode(kept.todo).decode(),
        "record": msgspec.json.encode(case).decode(),
    }


def _kept(row: Row[*tuple[Any, ...]]) -> KeptCase:
    found = row._mapping
    return KeptCase(
        case=_case.decode(found["record"]),
        entries=found["entries"],
        member_read=found["member_read"],
        todo=_todo.decode(found["todo"]),
        due_at=found["due_at"],
        step_at=found["step_at"],
    )
