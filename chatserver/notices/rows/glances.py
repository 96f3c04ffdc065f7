"""Glances: how many notices of a person are unread, and which conversations they have muted."""

from collections.abc import Collection

from sqlalchemy import BindParameter, bindparam, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.notices.glance import NoticeGlance
from chatserver.records.dialects import portions
from chatserver.records.tables import MUTED_CONVERSATIONS, NOTICES

_PEOPLE: BindParameter[list[str]] = bindparam("people", expanding=True)
_COUNTS = (
    select(NOTICES.c.person_id, literal("").label("conversation_id"), func.count().label("unread"))
    .where(NOTICES.c.person_id.in_(_PEOPLE), NOTICES.c.read_at.is_(None))
    .group_by(NOTICES.c.person_id)
)
_MUTES = select(MUTED_CONVERSATIONS.c.person_id, MUTED_CONVERSATIONS.c.conversation_id, literal(0)).where(
    MUTED_CONVERSATIONS.c.person_id.in_(_PEOPLE)
)
_GLANCES = union_all(_COUNTS, _MUTES)
"""Made once: a hello waits for it, and many come at a time."""


async def glances(connection: AsyncConnection, people: Collection[str]) -> dict[str, NoticeGlance]:
    """Those of each person, in one query, by indexes that hold no more than what is counted."""
    unread: dict[str, int] = {}
    muted: dict[str, set[str]] = {}
    for some in portions(sorted(set(people)), 2):
        for person, conversation, count in await connection.execute(_GLANCES, {"people": some}):
            if conversation:
                muted.setdefault(person, set()).add(conversation)
            else:
                unread[person] = count
    return {person: NoticeGlance(unread.get(person, 0), frozenset(muted.get(person, ()))) for person in people}
