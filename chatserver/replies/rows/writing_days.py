"""On how many days of a week mentors have written in the conversations of their open plans."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.dialects import portions
from chatserver.records.tables import CONVERSATIONS, MENTOR_DAYS, PEOPLE, SUBSCRIPTIONS


class WrittenIn(Struct, frozen=True):
    """An open conversation on a plan held since `started_at` (ms), in its zone."""

    conversation: str
    mentor: str
    zone: str
    plan: str
    started_at: int


class OpenPlace(Struct, frozen=True):
    """An open conversation of a mentor, its plan and zone."""

    conversation: str
    member: str
    zone: str
    plan: str


async def mentors_zones(connection: AsyncConnection) -> list[str]:
    """The zones in which mentors live."""
    query = select(PEOPLE.c.zone).where(PEOPLE.c.role == "mentor", PEOPLE.c.erased_at.is_(None)).distinct()
    return list(await connection.scalars(query.order_by(PEOPLE.c.zone)))


async def open_ones(
    connection: AsyncConnection, zone: str, plans: Collection[str], after: str, most: int
) -> Sequence[WrittenIn]:
    """Some of the open conversations of mentors who live in that zone, on one of these plans, by id beyond `after`."""
    conversations, held = CONVERSATIONS.c, SUBSCRIPTIONS.c
    query = (
        select(conversations.id, conversations.mentor_id, conversations.zone, held.plan, held.started_at)
        .join(SUBSCRIPTIONS, (held.conversation_id == conversations.id) & held.ended_at.is_(None))
        .join(PEOPLE, PEOPLE.c.id == conversations.mentor_id)
        .where(conversations.status == "open", conversations.id > after)
        .where(held.plan.in_(sorted(plans)), PEOPLE.c.zone == zone, PEOPLE.c.erased_at.is_(None))
        .order_by(conversations.id)
        .limit(most)
    )
    return [WrittenIn(*row) for row in await connection.execute(query)]


async def days_in_week(connection: AsyncConnection, conversations: Collection[str], week: int) -> dict[str, int]:
    """On how many days of that local week the mentor wrote in each of these, of those in which they did."""
    found: dict[str, int] = {}
    for some in portions(sorted(conversations)):
        here = (MENTOR_DAYS.c.conversation_id.in_(some), MENTOR_DAYS.c.week == week)
        query = select(MENTOR_DAYS.c.conversation_id, func.count()).where(*here).group_by(MENTOR_DAYS.c.conversation_id)
        found |= {name: days for name, days in await connection.execute(query)}
    return found


async def of_mentor(connection: AsyncConnection, mentor: str, plans: Collection[str]) -> Sequence[OpenPlace]:
    """The mentor's open conversations on one of these plans, by id."""
    conversations, held = CONVERSATIONS.c, SUBSCRIPTIONS.c
    query = (
        select(conversations.id, conversations.member_id, conversations.zone, held.plan)
        .join(SUBSCRIPTIONS, (held.conversation_id == conversations.id) & held.ended_at.is_(None))
        .where(conversations.mentor_id == mentor, conversations.status == "open", held.plan.in_(sorted(plans)))
        .order_by(conversations.id)
    )
    return [OpenPlace(*row) for row in await connection.execute(query)]


async def dates_in_week(
    connection: AsyncConnection, conversations: Collection[str], week: int
) -> dict[str, list[date]]:
    """The dates of that local week on which the mentor wrote in each of these, of those in which they did."""
    found: defaultdict[str, list[date]] = defaultdict(list)
    days = MENTOR_DAYS.c
    for some in portions(sorted(conversations)):
        query = select(days.conversation_id, days.day).where(days.conversation_id.in_(some), days.week == week)
        for name, day in await connection.execute(query.order_by(days.day)):
            found[name].append(day)
    return dict(found)
