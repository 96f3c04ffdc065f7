"""What the other one is called whom a notice is about: read when it is sent, so that changes count."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.notices.notice import Notice
from chatserver.records.dialects import portions
from chatserver.records.tables import CONVERSATIONS, PEOPLE


async def others_of(connection: AsyncConnection, notices: Collection[Notice]) -> dict[int, str]:
    """By the notice's id the whole name of the other one of the two, for support of the mentor; '' where not known.

    Of what a substitute wrote, the substitute's.
    """
    members, mentors = PEOPLE.alias("member"), PEOPLE.alias("mentor")
    joined = CONVERSATIONS.join(members, members.c.id == CONVERSATIONS.c.member_id).join(
        mentors, mentors.c.id == CONVERSATIONS.c.mentor_id
    )
    query = select(CONVERSATIONS.c.id, members.c.name, mentors.c.name).select_from(joined)
    names: dict[str, tuple[str, str]] = {}
    for some in portions({each.conversation for each in notices if each.conversation}):
        rows = await connection.execute(query.where(CONVERSATIONS.c.id.in_(some)))
        names |= {id: (of_member, of_mentor) for id, of_member, of_mentor in rows}
    substitutes: dict[str, str] = {}
    for some in portions({each.data["answered_by"] for each in notices if each.data.get("answered_by")}):
        found = await connection.execute(select(PEOPLE.c.id, PEOPLE.c.name).where(PEOPLE.c.id.in_(some)))
        substitutes |= {id: name for id, name in found}

    def other(notice: Notice) -> str:
        member, mentor = names.get(notice.conversation, ("", ""))
        if notice.data.get("role") == "mentor":
            return member
        return substitutes.get(notice.data.get("answered_by") or "", mentor)

    return {each.id: other(each) for each in notices}
