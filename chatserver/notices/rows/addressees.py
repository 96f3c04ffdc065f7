"""Whom a notice goes to, and what those it is about are called: read when it is sent, so that changes count."""

from collections.abc import Collection

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.person import Locale
from chatserver.notices.notice import Notice
from chatserver.records.dialects import portions
from chatserver.records.tables import CONVERSATIONS, PEOPLE


class Addressee(Struct, frozen=True):
    """A person who hears of something."""

    id: str
    name: str
    zone: str
    locale: Locale
    email: str | None


async def find(connection: AsyncConnection, person: str) -> Addressee | None:
    """None where there is no such person, or nobody any more."""
    columns = PEOPLE.c.id, PEOPLE.c.name, PEOPLE.c.zone, PEOPLE.c.locale, PEOPLE.c.email
    query = select(*columns).where(PEOPLE.c.id == person, PEOPLE.c.erased_at.is_(None))
    row = (await connection.execute(query)).one_or_none()
    return Addressee(**row._mapping) if row else None


async def others_of(connection: AsyncConnection, notices: Collection[Notice]) -> dict[int, str]:
    """By the notice's id the whole name of the other one of the two, for support of the mentor; '' where not known."""
    member, mentor = PEOPLE.alias("member"), PEOPLE.alias("mentor")
    names: dict[str, tuple[str, str]] = {}
    for some in portions({each.conversation for each in notices if each.conversation}):
        joined = CONVERSATIONS.join(member, member.c.id == CONVERSATIONS.c.member_id).join(
            mentor, mentor.c.id == CONVERSATIONS.c.mentor_id
        )
        query = select(CONVERSATIONS.c.id, member.c.name, mentor.c.name).select_from(joined)
        rows = await connection.execute(query.where(CONVERSATIONS.c.id.in_(some)))
        names |= {id: (of_member, of_mentor) for id, of_member, of_mentor in rows}
    unknown = "", ""
    return {each.id: names.get(each.conversation, unknown)[each.data.get("role") != "mentor"] for each in notices}
