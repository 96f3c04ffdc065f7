"""What the other one is called whom a notice is about: read when it is sent, so that changes count."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.notices.notice import Notice
from chatserver.records.dialects import portions
from chatserver.records.tables import CONVERSATIONS, PEOPLE


async def others_of(connection: AsyncConnection, notices: Collection[Notice]) -> dict[int, str]:
    """By the notice's id the whole name of the other one of the two, for support of the mentor; '' where not known."""
    member, mentor = PEOPLE.alias("member"), PEOPLE.alias("mentor")
    joined = CONVERSATIONS.join(member, member.c.id == CONVERSATIONS.c.member_id).join(
        mentor, mentor.c.id == CONVERSATIONS.c.mentor_id
    )
    query = select(CONVERSATIONS.c.id, member.c.name, mentor.c.name).select_from(joined)
    names: dict[str, tuple[str, str]] = {}
    for some in portions({each.conversation for each in notices if each.conversation}):
        rows = await connection.execute(query.where(CONVERSATIONS.c.id.in_(some)))
        names |= {id: (of_member, of_mentor) for id, of_member, of_mentor in rows}
    unknown = "", ""
    return {each.id: names.get(each.conversation, unknown)[each.data.get("role") != "mentor"] for each in notices}
