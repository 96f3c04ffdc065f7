"""Conversations, each with the plan that its member is subscribed to and the history of those plans."""

from collections.abc import Collection, Sequence
from typing import Literal

from sqlalchemy import ColumnElement, Row, bindparam, case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.conversation import ConversationRecord, Subscription
from chatserver.conversations.rows import suspensions
from chatserver.records.dialects import IDS, is_sqlite, latest, portions
from chatserver.records.tables import CONVERSATIONS, SUBSCRIPTIONS
from quotas.admission import Status

_OPEN = (SUBSCRIPTIONS.c.conversation_id == CONVERSATIONS.c.id) & SUBSCRIPTIONS.c.ended_at.is_(None)


_ALL = select(
    CONVERSATIONS.c.id,
    CONVERSATIONS.c.member_id.label("member"),
    CONVERSATIONS.c.mentor_id.label("mentor"),
    SUBSCRIPTIONS.c.plan,
    CONVERSATIONS.c.zone,
    CONVERSATIONS.c.holidays,
    case((suspensions.is_suspended(), "suspended"), else_=CONVERSATIONS.c.status).label("status"),
    CONVERSATIONS.c.revision,
    CONVERSATIONS.c.key_number,
    CONVERSATIONS.c.created_at,
    CONVERSATIONS.c.updated_at,
    CONVERSATIONS.c.subscription_from,
    CONVERSATIONS.c.kind,
    CONVERSATIONS.c.ended_reason,
    CONVERSATIONS.c.chosen_plan,
    CONVERSATIONS.c.chosen_at,
    CONVERSATIONS.c.follows,
).join(SUBSCRIPTIONS, _OPEN)
_ONE = _ALL.where(CONVERSATIONS.c.id == bindparam("id"))
_THESE = _ALL.where(CONVERSATIONS.c.id.in_(IDS))
# In one order, so that two transactions never wait for each other.
_LOCK = select(CONVERSATIONS.c.id).where(CONVERSATIONS.c.id.in_(IDS)).order_by(CONVERSATIONS.c.id).with_for_update()


async def find(connection: AsyncConnection, id: str) -> ConversationRecord | None:
    """The conversation; None where there is none."""
    row = (await connection.execute(_ONE, {"id": id})).one_or_none()
    return _conversation(row) if row else None


async def find_to_change(connection: AsyncConnection, id: str) -> ConversationRecord | None:
    """As `find`; nobody else changes it until the transaction ends."""
    # Lock first, read then: a change that was waited for brings another open subscription.
    await connection.execute(select(CONVERSATIONS.c.id).where(CONVERSATIONS.c.id == id).with_for_update())
    return await find(connection, id)


async def find_all_to_change(connection: AsyncConnection, ids: Collection[str]) -> dict[str, ConversationRecord]:
    """Those of `ids`, at most IDS_AT_ONCE, that exist, by id; nobody else changes them until the transaction ends."""
    these = {"ids": sorted(ids)}
    if not is_sqlite(connection.dialect):  # there who writes is alone
        await connection.execute(_LOCK, these)
    return {row.id: _conversation(row) for row in await connection.execute(_THESE, these)}


async def find_all(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, ConversationRecord]:
    """Those of `ids` that exist, by id."""
    found: dict[str, ConversationRecord] = {}
    for some in portions(ids):
        rows = await connection.execute(_THESE, {"ids": some})
        found |= {row.id: _conversation(row) for row in rows}
    return found


async def of_member(connection: AsyncConnection, member: str) -> list[str]:
    """The ids of all conversations of a member, sorted."""
    mine = select(CONVERSATIONS.c.id).where(CONVERSATIONS.c.member_id == member)
    return list(await connection.scalars(mine.order_by(CONVERSATIONS.c.id)))


async def mentors_of(connection: AsyncConnection, member: str) -> list[str]:
    """The ids of the mentors of a member's conversations that have not ended, sorted."""
    mine = select(CONVERSATIONS.c.mentor_id).where(CONVERSATIONS.c.member_id == member)
    mine = mine.where(CONVERSATIONS.c.status != "ended").distinct()
    return list(await connection.scalars(mine.order_by(CONVERSATIONS.c.mentor_id)))


async def members_choosing(connection: AsyncConnection, until: int, after: str, limit: int) -> list[tuple[str, int]]:
    """Members beyond `after` with more than one open trial, the newest created until then, with when; by id."""
    member, newest = CONVERSATIONS.c.member_id, func.max(CONVERSATIONS.c.created_at)
    on_trial = (CONVERSATIONS.c.kind == "trial", CONVERSATIONS.c.status != "ended", member > after)
    query = select(member, newest).where(*on_trial).group_by(member).having(func.count() > 1, newest <= until)
    return [(id, at) for id, at in await connection.execute(query.order_by(member).limit(limit))]


async def members_page(connection: AsyncConnection, after: str, limit: int) -> list[str]:
    """The first `limit` members beyond `after` ('' for the first) that have conversations, by id."""
    member = CONVERSATIONS.c.member_id
    return list(await connection.scalars(select(member).where(member > after).distinct().order_by(member).limit(limit)))


async def of_members(connection: AsyncConnection, members: Collection[str]) -> list[str]:
    """The ids of all conversations of these members, sorted."""
    found: list[str] = []
    for some in portions(sorted(members)):
        found += await connection.scalars(select(CONVERSATIONS.c.id).where(CONVERSATIONS.c.member_id.in_(some)))
    return sorted(found)


async def follower(connection: AsyncConnection, id: str) -> str | None:
    """The id of the conversation that this one was handed on to; None where it was not."""
    found: str | None = await connection.scalar(select(CONVERSATIONS.c.id).where(CONVERSATIONS.c.follows == id))
    return found


async def page(connection: AsyncConnection, after: str, limit: int) -> Sequence[ConversationRecord]:
    """The first `limit` conversations with ids beyond `after` ('' for the first), by id."""
    query = _ALL.where(CONVERSATIONS.c.id > after).order_by(CONVERSATIONS.c.id).limit(limit)
    return [_conversation(row) for row in await connection.execute(query)]


async def count(connection: AsyncConnection) -> int:
    """How many there are."""
    return await connection.scalar(select(func.count()).select_from(CONVERSATIONS)) or 0


async def knows_any(connection: AsyncConnection, ids: Sequence[str]) -> bool:
    """Whether one of them, at most IDS_AT_ONCE, is there."""
    found = await connection.execute(select(CONVERSATIONS.c.id).where(CONVERSATIONS.c.id.in_(ids)).limit(1))
    return found.first() is not None


async def in_use(connection: AsyncConnection, what: Literal["plan", "zone", "holidays"]) -> dict[str, int]:
    """Each plan, zone or holiday country of conversations that have not ended, and how many of them there are."""
    column: ColumnElement[str] = SUBSCRIPTIONS.c.plan if what == "plan" else CONVERSATIONS.c[what]
    query = select(column, func.count()).select_from(CONVERSATIONS).join(SUBSCRIPTIONS, _OPEN)
    rows = await connection.execute(query.where(CONVERSATIONS.c.status != "ended").group_by(column).order_by(column))
    return {name: number for name, number in rows}


async def subscriptions(connection: AsyncConnection, id: str) -> list[Subscription]:
    """The plans of a conversation, the first one first."""
    columns = (SUBSCRIPTIONS.c.plan, SUBSCRIPTIONS.c.started_at, SUBSCRIPTIONS.c.ended_at)
    query = select(*columns).where(SUBSCRIPTIONS.c.conversation_id == id).order_by(SUBSCRIPTIONS.c.id)
    return [Subscription(*row) for row in await connection.execute(query)]


async def with_subscriptions(
    connection: AsyncConnection, ids: Sequence[str]
) -> list[tuple[ConversationRecord, list[Subscription]]]:
    """Those of `ids` that exist, each with its plans, the first one first."""
    found: list[ConversationRecord] = []
    plans: dict[str, list[Subscription]] = {}
    columns = (SUBSCRIPTIONS.c.conversation_id, SUBSCRIPTIONS.c.plan, SUBSCRIPTIONS.c.started_at)
    for some in portions(ids):
        found += [_conversation(row) for row in await connection.execute(_THESE, {"ids": some})]
        query = select(*columns, SUBSCRIPTIONS.c.ended_at).where(SUBSCRIPTIONS.c.conversation_id.in_(some))
        for id, *subscription in await connection.execute(query.order_by(SUBSCRIPTIONS.c.id)):
            plans.setdefault(id, []).append(Subscription(*subscription))
    return [(conversation, plans[conversation.id]) for conversation in found]


async def create(connection: AsyncConnection, conversation: ConversationRecord) -> None:
    """Raises sqlalchemy.exc.IntegrityError where the id is taken."""
    await connection.execute(insert(CONVERSATIONS).values(_values(conversation)))
    await _subscribe(connection, conversation, conversation.created_at)


async def change(connection: AsyncConnection, conversation: ConversationRecord) -> None:
    """Write it over the one with that id; another plan ends the open subscription and starts the next.

    With its status a suspension begins or is lifted.
    """
    if conversation.status == "suspended":
        await suspensions.begin(connection, conversation.id, conversation.updated_at)
    else:
        await suspensions.lift(connection, conversation.id, conversation.updated_at)
    await connection.execute(
        update(CONVERSATIONS).where(CONVERSATIONS.c.id == conversation.id).values(_values(conversation))
    )
    open_now = (SUBSCRIPTIONS.c.conversation_id == conversation.id) & SUBSCRIPTIONS.c.ended_at.is_(None)
    query = update(SUBSCRIPTIONS).where(open_now, SUBSCRIPTIONS.c.plan != conversation.plan)
    # A store's clock that was set back must not end a subscription before it started.
    ended_at = latest(connection.dialect, SUBSCRIPTIONS.c.started_at, conversation.updated_at)
    ended = await connection.scalar(query.values(ended_at=ended_at).returning(SUBSCRIPTIONS.c.ended_at))
    if ended is not None:
        await _subscribe(connection, conversation, ended)


async def status_beneath(connection: AsyncConnection, id: str) -> Status:
    """What a suspended conversation is once that is lifted: open or paused."""
    status: Status = await connection.scalar(select(CONVERSATIONS.c.status).where(CONVERSATIONS.c.id == id)) or "open"
    return status


async def change_beneath(connection: AsyncConnection, id: str, status: Status) -> None:
    """What a suspended conversation is once that is lifted: open or paused."""
    await connection.execute(update(CONVERSATIONS).where(CONVERSATIONS.c.id == id).values(status=status))


async def raise_revision(connection: AsyncConnection, id: str, revision: int) -> None:
    """Give it that revision, though nothing else has changed."""
    await connection.execute(update(CONVERSATIONS).where(CONVERSATIONS.c.id == id).values(revision=revision))


async def _subscribe(connection: AsyncConnection, conversation: ConversationRecord, at: int) -> None:
    await connection.execute(
        insert(SUBSCRIPTIONS).values(conversation_id=conversation.id, plan=conversation.plan, started_at=at)
    )


def _conversation(row: Row[*tuple[object, ...]]) -> ConversationRecord:
    return ConversationRecord(**row._mapping)


def _values(conversation: ConversationRecord) -> dict[str, object]:
    # A suspension leaves what the conversation is beside it.
    status = {} if conversation.status == "suspended" else {"status": conversation.status}
    return status | {
        "id": conversation.id,
        "member_id": conversation.member,
        "mentor_id": conversation.mentor,
        "zone": conversation.zone,
        "holidays": conversation.holidays,
        "revision": conversation.revision,
        "key_number": conversation.key_number,
        "created_at": conversation.created_at,
        "updated_at": conversation.updated_at,
        "subscription_from": conversation.subscription_from,
        "kind": conversation.kind,
        "ended_reason": conversation.ended_reason,
        "chosen_plan": conversation.chosen_plan,
        "chosen_at": conversation.chosen_at,
        "follows": conversation.follows,
    }
