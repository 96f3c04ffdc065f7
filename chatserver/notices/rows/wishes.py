"""What people want to hear on which channel, and when: settings, muted conversations, openings they asked about."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import String, delete, literal_column, null, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.notices.delivery import ChannelName
from chatserver.records.dialects import IDS, insert_into, portions
from chatserver.records.tables import MUTED_CONVERSATIONS, NOTICE_SETTINGS, OPENING_REQUESTS
from quotas.notices import QuietSpan, Topic, clock_text, minutes_of

Unwanted = frozenset[tuple[ChannelName, Topic]]
"""On which channel which topic is not wanted."""


class Wishes(Struct, frozen=True):
    """What one person wants; as it is without any, all of it."""

    off: Unwanted = frozenset()
    quiet: QuietSpan | None = None
    """None: as the policy says. Two equal minutes: no quiet hours."""
    muted: frozenset[str] = frozenset()
    """Conversations whose notices they want in their list only."""

    def want(self, channel: ChannelName, topic: Topic | None, conversation: str) -> bool:
        """Whether they want it there, where it is not essential."""
        return conversation not in self.muted and (channel, topic) not in self.off


class OpeningRequest(Struct, frozen=True):
    """A member wants to hear when they may write again: at `opens_at` by what was known last. Instants in ms."""

    conversation: str
    person: str
    asked_at: int
    opens_at: int


_SETTINGS, _MUTED = NOTICE_SETTINGS.c, MUTED_CONVERSATIONS.c
WISHES = (
    select(
        literal_column("'settings'", String()),
        _SETTINGS.person_id,
        _SETTINGS.off,
        _SETTINGS.quiet_from,
        _SETTINGS.quiet_until,
    ).where(_SETTINGS.person_id.in_(IDS)),
    select(literal_column("'muted'", String()), _MUTED.person_id, _MUTED.conversation_id, null(), null()).where(
        _MUTED.person_id.in_(IDS)
    ),
)
"""As `reach.REACH`."""
_ALL = union_all(*WISHES)


async def wishes_of(connection: AsyncConnection, people: Collection[str]) -> dict[str, Wishes]:
    """Those of each, also of who has set nothing."""
    rows: list[Any] = []
    for some in portions(sorted(people), len(WISHES)):
        rows += await connection.execute(_ALL, {"ids": some})
    return wishes_from(rows, people)


def wishes_from(rows: Iterable[Any], people: Collection[str]) -> dict[str, Wishes]:
    """As `wishes_of`, from rows of WISHES among others."""
    set_by: dict[str, tuple[Unwanted, QuietSpan | None]] = {}
    muted: dict[str, set[str]] = {}
    for what, person, value, first, until in rows:
        if what == "settings":
            set_by[person] = _off_of(value), _span_of(first, until)
        elif what == "muted":
            muted.setdefault(person, set()).add(value)
    return {
        person: Wishes(*set_by.get(person, (frozenset(), None)), frozenset(muted.get(person, ()))) for person in people
    }


async def set_wishes(
    connection: AsyncConnection, person: str, off: Unwanted, quiet: QuietSpan | None, now: int
) -> None:
    """In place of what the person has set. Muted conversations stay."""
    first, until = (clock_text(quiet[0]), clock_text(quiet[1])) if quiet is not None else (None, None)
    values = {
        "off": msgspec.json.encode(sorted(off)).decode(),
        "quiet_from": first,
        "quiet_until": until,
        "updated_at": now,
    }
    await _write(connection, person, values)


async def turn_off(connection: AsyncConnection, person: str, channel: ChannelName, topic: Topic, now: int) -> None:
    """Not on that channel any more: what a link in a mail does. The rest stays as it is."""
    # Locked, where it is there: two links at the same moment both count.
    query = select(NOTICE_SETTINGS.c.off).where(NOTICE_SETTINGS.c.person_id == person).with_for_update()
    known = await connection.scalar(query)
    off = (_off_of(known) if known is not None else frozenset()) | {(channel, topic)}
    await _write(connection, person, {"off": msgspec.json.encode(sorted(off)).decode(), "updated_at": now})


async def mute(connection: AsyncConnection, person: str, conversation: str, now: int) -> None:
    """From now on its notices are in the person's list only."""
    insert = insert_into(connection.dialect, MUTED_CONVERSATIONS).on_conflict_do_nothing()
    await connection.execute(insert, {"person_id": person, "conversation_id": conversation, "muted_at": now})


async def unmute(connection: AsyncConnection, person: str, conversation: str) -> None:
    """No longer."""
    here = (MUTED_CONVERSATIONS.c.person_id == person, MUTED_CONVERSATIONS.c.conversation_id == conversation)
    await connection.execute(delete(MUTED_CONVERSATIONS).where(*here))


# Openings


async def ask_opening(connection: AsyncConnection, request: OpeningRequest) -> None:
    """Wait for it; asked again, it is the later question that counts."""
    values = {
        "conversation_id": request.conversation,
        "person_id": request.person,
        "asked_at": request.asked_at,
        "opens_at": request.opens_at,
    }
    insert = insert_into(connection.dialect, OPENING_REQUESTS).values(values)
    upsert = insert.on_conflict_do_update(index_elements=[OPENING_REQUESTS.c.conversation_id], set_=values)
    await connection.execute(upsert)


async def forget_opening(connection: AsyncConnection, conversation: str) -> None:
    """Wait for none there any more."""
    here = OPENING_REQUESTS.c.conversation_id == conversation
    await connection.execute(delete(OPENING_REQUESTS).where(here))


async def opening_of(connection: AsyncConnection, conversation: str) -> OpeningRequest | None:
    """The one that is waited for there."""
    query = select(OPENING_REQUESTS).where(OPENING_REQUESTS.c.conversation_id == conversation)
    row = (await connection.execute(query)).one_or_none()
    return OpeningRequest(row.conversation_id, row.person_id, row.asked_at, row.opens_at) if row else None


async def openings_until(connection: AsyncConnection, until: int, after: str, most: int) -> list[OpeningRequest]:
    """Some that are to come until then, by conversation, beyond `after`."""
    here = (OPENING_REQUESTS.c.opens_at <= until, OPENING_REQUESTS.c.conversation_id > after)
    query = select(OPENING_REQUESTS).where(*here).order_by(OPENING_REQUESTS.c.conversation_id).limit(most)
    rows = await connection.execute(query)
    return [OpeningRequest(row.conversation_id, row.person_id, row.asked_at, row.opens_at) for row in rows]


async def _write(connection: AsyncConnection, person: str, values: Mapping[str, object]) -> None:
    insert = insert_into(connection.dialect, NOTICE_SETTINGS).values(person_id=person, **values)
    upsert = insert.on_conflict_do_update(index_elements=[NOTICE_SETTINGS.c.person_id], set_=dict(values))
    await connection.execute(upsert)


def _off_of(text: str) -> Unwanted:
    return frozenset(msgspec.json.decode(text, type=list[tuple[ChannelName, Topic]]))


def _span_of(first: str | None, until: str | None) -> QuietSpan | None:
    return None if first is None or until is None else (minutes_of(first), minutes_of(until))
