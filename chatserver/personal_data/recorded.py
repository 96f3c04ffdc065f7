"""Rows that an export takes over as they are recorded: each column by its name.

Instants become RFC 3339, days ISO dates, and JSON what it holds. Which tables, and by which column a row is found,
stands here; what is left out of a row only says how the server counts and finds it, or opens something.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import BigInteger, Column, ColumnElement, Table, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.tables import (
    ABSENCES,
    BOOKINGS,
    CALENDAR_FEEDS,
    CASE_ENTRIES,
    CASE_NAMES,
    CASES,
    CREDIT_CORRECTIONS,
    MAIL_BOUNCES,
    MEMBERSHIP_STEPS,
    MEMBERSHIPS,
    MENTOR_HOURS,
    MENTOR_PRICES,
    MUTED_CONVERSATIONS,
    NOTICE_SETTINGS,
    NOTICES,
    OPENING_REQUESTS,
    OUTBOX,
    PUSH_SUBSCRIPTIONS,
    REFUSED_MESSAGES,
    SERIES,
    SERIES_PLACES,
    SESSION_EVENTS,
    SIGN_INS,
    STATEMENTS,
    SUSPENSIONS,
    WEBHOOK_EVENTS,
)
from quotas import instant

Rows = dict[str, list[dict[str, Any]]]
"""Rows by the name of what they are."""

_JSON = {
    SESSION_EVENTS.c.data,
    MENTOR_HOURS.c.weekly,
    MENTOR_HOURS.c.exceptions,
    STATEMENTS.c.content,
    NOTICES.c.data,
    CASE_ENTRIES.c.facts,
    NOTICE_SETTINGS.c.off,
    WEBHOOK_EVENTS.c.data,
}
_NUMBERS = {
    BOOKINGS.c.price_amount,
    MENTOR_PRICES.c.amount,
    MEMBERSHIPS.c.price_amount,
    MEMBERSHIP_STEPS.c.price_amount,
    NOTICES.c.id,
    OUTBOX.c.notice_id,
}
"""Whole numbers that are no instants."""


class Recorded(Struct, frozen=True):
    """A table, the column by which its rows are somebody's, and those that are left out."""

    table: Table
    of: str
    without: tuple[str, ...] = ()
    also: ColumnElement[bool] | None = None
    """What else must be so of a row."""


OF_CONVERSATIONS: Mapping[str, Recorded] = {
    "bookings": Recorded(BOOKINGS, "conversation_id"),
    "credit_corrections": Recorded(CREDIT_CORRECTIONS, "conversation_id"),
    "session_events": Recorded(SESSION_EVENTS, "conversation_id", ("id", "mark", "told")),
    "suspensions": Recorded(SUSPENSIONS, "conversation_id", ("id",)),
    "refused_messages": Recorded(REFUSED_MESSAGES, "conversation_id"),
    "series": Recorded(SERIES, "conversation_id", ("made_until", "due_at")),
    # Not of cases: of these, each of the two sees what the rules show them, and of one about themselves nothing.
    "webhook_events": Recorded(
        WEBHOOK_EVENTS, "conversation_id", ("id", "mark", "person_id"), WEBHOOK_EVENTS.c.kind.not_like("case.%")
    ),
}
OF_PEOPLE: Mapping[str, Recorded] = {
    "absences": Recorded(ABSENCES, "mentor_id"),
    "hours": Recorded(MENTOR_HOURS, "mentor_id"),
    "prices": Recorded(MENTOR_PRICES, "mentor_id"),
    "memberships": Recorded(MEMBERSHIPS, "person_id", ("id",)),
    "membership_steps": Recorded(MEMBERSHIP_STEPS, "person_id", ("id",)),
    "statements": Recorded(STATEMENTS, "mentor_id"),
    "notices": Recorded(NOTICES, "person_id", ("mark",)),
    "outbox": Recorded(OUTBOX, "person_id", ("id", "key", "webhook_event_id", "held", "leased_by", "leased_until")),
    "notice_settings": Recorded(NOTICE_SETTINGS, "person_id"),
    "muted_conversations": Recorded(MUTED_CONVERSATIONS, "person_id"),
    "opening_requests": Recorded(OPENING_REQUESTS, "person_id"),
    "mail_bounces": Recorded(MAIL_BOUNCES, "person_id"),
    "calendar_feeds": Recorded(CALENDAR_FEEDS, "person_id", ("digest",)),
    "sign_ins": Recorded(SIGN_INS, "person_id", ("id", "digest")),
    "push_subscriptions": Recorded(PUSH_SUBSCRIPTIONS, "person_id", ("sealed", "digest")),
    # Those that they opened, and what they did in any: of others' cases they see what the rules show them.
    "cases": Recorded(
        CASES,
        "opener_id",
        ("guest_id", "due_at", "step_at", "assignee", "entries", "member_read", "todo", "record"),
    ),
    "case_names": Recorded(CASE_NAMES, "caller"),
    "case_entries": Recorded(CASE_ENTRIES, "who", ("number", "role", "audience", "sealed")),
    "webhook_events": Recorded(
        WEBHOOK_EVENTS, "person_id", ("id", "mark", "conversation_id"), WEBHOOK_EVENTS.c.conversation_id == ""
    ),
}


async def of_conversation(connection: AsyncConnection, conversation: str) -> Rows:
    """What is recorded of its sessions; with each series the places that it has made."""
    found = {name: await _rows(connection, each, conversation) for name, each in OF_CONVERSATIONS.items()}
    for series in found["series"]:
        series["places"] = await _rows(connection, Recorded(SERIES_PLACES, "series_id"), series["id"])
    return found


async def of_person(connection: AsyncConnection, person: str) -> Rows:
    """What is recorded of the person beside their conversations."""
    return {name: await _rows(connection, each, person) for name, each in OF_PEOPLE.items()}


async def _rows(connection: AsyncConnection, recorded: Recorded, of: str) -> list[dict[str, Any]]:
    table = recorded.table
    columns = [column for column in table.columns if column.name not in (recorded.of, *recorded.without)]
    query = select(*columns).where(table.c[recorded.of] == of, true() if recorded.also is None else recorded.also)
    query = query.order_by(*table.primary_key.columns)
    rows = await connection.execute(query)
    return [{column.name: _shown(column, value) for column, value in zip(columns, row, strict=True)} for row in rows]


def _shown(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if column in _JSON:
        return msgspec.json.decode(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(column.type, BigInteger) and column not in _NUMBERS:
        return instant.text(value)
    return value
