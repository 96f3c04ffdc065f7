"""Every column of the records: what an export says of it, and what an erasure leaves.

`WHERE` and `AFTERWARDS` hold the decisions. They are compared with the tables, with a real export and a real erasure.
"""

import json
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from msgspec.json import encode
from sqlalchemy import Table, select

from chatserver.attachments.attachment import AttachmentDetails, encode_details
from chatserver.conversations.requests import PersonDetails
from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.own_seal import OwnSeal
from chatserver.mentoring.answers import ExerciseAnswer
from chatserver.mentoring.forms import ExerciseForm, ExerciseQuestion, SavedItem
from chatserver.personal_data.recorded import OF_CONVERSATIONS, OF_PEOPLE, Recorded
from chatserver.records.database import Database
from chatserver.records.tables import (
    ABSENCES,
    ATTACHMENTS,
    AUDIT_HEAD,
    AUDIT_LINES,
    BOOKINGS,
    CALENDAR_FEEDS,
    CASE_ENTRIES,
    CASE_EVIDENCE,
    CASE_NAMES,
    CASES,
    CREDIT_CORRECTIONS,
    DRAFTS,
    EXERCISES,
    HELD_FILES,
    LATER_MESSAGES,
    LIBRARY,
    MAIL_BOUNCES,
    MEMBERSHIP_STEPS,
    MEMBERSHIP_TURNS,
    MEMBERSHIPS,
    MENTOR_HOURS,
    MENTOR_PRICES,
    MENTOR_PROFILES,
    METADATA,
    MUTED_CONVERSATIONS,
    NOTICE_SETTINGS,
    NOTICES,
    OCCUPIED,
    OPENING_REQUESTS,
    OUTBOX,
    PUSH_SUBSCRIPTIONS,
    QUIET_MEMBERS,
    REFUSED_MESSAGES,
    SERIES,
    SERIES_PLACES,
    SERVER_SECRETS,
    SESSION_EVENTS,
    SIGN_IN_LINKS,
    SIGN_INS,
    STATEMENTS,
    SUSPENSIONS,
    WEBHOOK_ATTEMPTS,
    WEBHOOK_EVENTS,
    WEBHOOKS,
)
from chatserver.replies.rows import waits as reply_waits
from chatserver.replies.rows.waits import ClosedWait, MentorDay, ReplyNotice
from quotas import instant
from quotas.bookings import QUARTER
from quotas.cases.record import CaseActor, open_case
from quotas.instant import HOUR
from tests.chatserver.messages.shelf import TUESDAY, Shelf, shelf_at
from tests.chatserver.personal_data.test_erasure import OF_MIA, erase, write_all
from tests.chatserver.personal_data.test_export import Outline, exported

OURS = "no data about a person: how the server counts and finds rows"
A_HEAD = '{"from":"mia","role":"member","id":"later"}'
SAID = "the export says it by where it puts the row"
KEY = "opens texts, which are exported as they read"
STAND = "what the export says of the conversation's stand comes from the store, which has it from here"
ERASING = "says only that an erasure runs or has run; the export has the person's `erased_at`"


ASKED = "whether to ask the mentor; what they were asked stands in their notices, which are exported"
SECRET = "opens something to whoever has it; the export says that there is one"
OPENED = "exported as it reads"
REPORTED = "a copy of messages, which their conversation's export has; that they were reported is for support alone"
SWEPT = "says which file the next sweep is to remove, and goes with it"
UNSENT = "exported as it reads, as the `body` of its row"
STAFF_DID = "what staff did, for those who answer for it; that support read is exported with its instant"
CHAINED = "ids and instants of what was done to whose data, without a name or a text; a line less would break the chain"
AUDIT = (AUDIT_LINES, AUDIT_HEAD)
PLATFORM = "the platform's own endpoint, or a secret of the server's: about nobody"


def paths(recorded: Recorded, where: str) -> dict[str, str]:
    """Of rows that are exported as they are recorded."""
    without = {name: SECRET if name in ("sealed", "digest") else OURS for name in recorded.without}
    without |= {recorded.of: SAID}
    return {column.name: without.get(column.name, f"{where}.{column.name}") for column in recorded.table.columns}


WHERE = {
    "people": {
        "id": "person.id",
        "role": "person.role",
        "name": "person.name",
        "zone": "person.zone",
        "locale": "person.locale",
        "email": "person.email",
        "country": "person.country",
        "created_at": "person.created_at",
        "updated_at": "person.updated_at",
        "erased_at": "person.erased_at",
    },
    "conversations": {
        "id": "conversations.id",
        "member_id": SAID,
        "mentor_id": "conversations.other.id",
        "zone": "conversations.zone",
        "holidays": "conversations.holidays",
        "status": "conversations.status",
        "revision": OURS,
        "key_number": OURS,
        "created_at": "conversations.created_at",
        "updated_at": "conversations.updated_at",
        "subscription_from": "conversations.subscription_from",
        "kind": "conversations.kind",
        "ended_reason": "conversations.ended_reason",
        "chosen_plan": "conversations.chosen_plan",
        "chosen_at": "conversations.chosen_at",
        "follows": "another conversation of the member, which their export has; the mentor is not told of it",
    },
    "subscriptions": {
        "id": OURS,
        "conversation_id": SAID,
        "plan": "conversations.plans.plan",
        "started_at": "conversations.plans.started_at",
        "ended_at": "conversations.plans.ended_at",
    },
    "conversation_keys": {"conversation_id": KEY, "number": KEY, "master_id": KEY, "wrapped": KEY},
    "erasures": {"person_id": ERASING, "conversation_id": ERASING, "key_number": ERASING, "done_at": ERASING},
    "reply_waits": {
        "partition": OURS,
        "event": OURS,
        "conversation_id": SAID,
        "member_id": SAID,
        "mentor_id": SAID,
        "plan": "conversations.waits.plan",
        "week": "the week of `waiting_since`, by the conversation's calendar",
        "waiting_since": "conversations.waits.waiting_since",
        "due_at": "conversations.waits.due_at",
        "answered_at": "conversations.waits.answered_at",
        "dropped_at": "conversations.waits.dropped_at",
        "waited_ms": "conversations.waits.waited_ms",
        "counted_ms": "conversations.waits.counted_ms",
        "in_time": "conversations.waits.in_time",
        "answered_by": "conversations.waits.answered_by",
        "ended_as": "conversations.waits.ended_as",
    },
    "reply_notices": {
        "id": OURS,
        "partition": OURS,
        "event": OURS,
        "kind": "conversations.notices.kind",
        "conversation_id": SAID,
        "member_id": SAID,
        "mentor_id": SAID,
        "plan": "conversations.notices.plan",
        "week": "the week of `waiting_since`, by the conversation's calendar",
        "waiting_since": "conversations.notices.waiting_since",
        "due_at": "conversations.notices.due_at",
        "at": "conversations.notices.at",
    },
    "mentor_days": {
        "conversation_id": SAID,
        "day": "conversations.mentor_days",
        "week": "the week of `day`",
    },
    "messages": {
        "conversation_id": SAID,
        "seq": "conversations.messages.seq",
        "at": "conversations.messages.at",
        "sender": "conversations.messages.from",
        "role": "conversations.messages.role",
        "message_id": "conversations.messages.id",
        "sealed": "conversations.messages.body",
        "kind": "conversations.messages.kind",
        "event": "conversations.messages.event",
        "about": "conversations.messages.about",
        "deleted": "conversations.messages.deleted",
        "more": "the export says it in parts: reply_to, attachments, exercise, urgent, written_at",
    },
    "quiet_members": {"conversation_id": SAID}
    | dict.fromkeys(("heard_at", "quiet_since", "suggested_at", "member_read"), ASKED),
    "ledger_snapshots": {"conversation_id": STAND, "seq": STAND, "taken_at": STAND, "state": STAND},
    "occupied": dict.fromkeys(("person_id", "quarter", "booking_id"), "follows from bookings, which are exported"),
    "membership_turns": dict.fromkeys(("person_id", "noted_until", "next_at"), OURS),
    **{
        table.name: dict.fromkeys((column.name for column in table.columns), PLATFORM)
        for table in (WEBHOOKS, WEBHOOK_ATTEMPTS, SERVER_SECRETS)
    },
    "sign_in_links": dict.fromkeys((column.name for column in SIGN_IN_LINKS.columns), SECRET),
    "later_messages": {column.name: f"person.records.later_messages.{column.name}" for column in LATER_MESSAGES.columns}
    | dict.fromkeys(("person_id", "head"), SAID)
    | dict.fromkeys(("tried_at", "digest"), OURS)
    | {"sealed": UNSENT},
    "drafts": {
        "conversation_id": "person.records.drafts.conversation_id",
        "person_id": SAID,
        "written_at": "person.records.drafts.written_at",
        "sealed": UNSENT,
    },
    "series_places": {
        "series_id": SAID,
        **{
            name: f"conversations.records.series.places.{name}"
            for name in ("starts_at", "booking_id", "refusal", "noted_at")
        },
    },
    **{each.table.name: paths(each, f"person.records.{name}") for name, each in OF_PEOPLE.items()},
    "cases": paths(OF_PEOPLE["cases"], "person.records.cases")
    | {"assignee": "says whom of support a case was given", "guest_id": "says who another mentor is"}
    | {"record": "what the person said of it stands in the lines that they wrote, which are exported"},
    "case_entries": paths(OF_PEOPLE["case_entries"], "person.records.case_entries")
    | {"sealed": "exported as it reads, among `person.records.case_notes`", "role": SAID, "audience": SAID},
    "case_evidence": dict.fromkeys((column.name for column in CASE_EVIDENCE.columns), REPORTED),
    "held_files": dict.fromkeys((column.name for column in HELD_FILES.columns), REPORTED),
    "attachments": {
        **{name: f"conversations.records.attachments.{name}" for name in ("id", "state", "bytes", "seq")},
        **{name: f"conversations.records.attachments.{name}" for name in ("created_at", "changed_at")},
        "conversation_id": SAID,
        "person_id": "conversations.records.attachments.from",
        "message_id": "conversations.records.attachments.message",
        "ref": OURS,
        "sealed": "exported as it reads: what the file is called, and the file itself",
    },
    **{table.name: dict.fromkeys((column.name for column in table.columns), STAFF_DID) for table in AUDIT},
    "audit_lines": dict.fromkeys((column.name for column in AUDIT_LINES.columns), STAFF_DID)
    | {"at": "conversations.read_by_support"},
    "library": {"owner_id": SAID, "id": "person.records.library.id", "sealed": OPENED}
    | {"updated_at": "person.records.library.updated_at"},
    "mentor_profiles": {"mentor_id": SAID, "expectations": OPENED, "expertise": OPENED}
    | {"updated_at": "person.records.mentor_profiles.updated_at"},
    "exercises": {column.name: f"conversations.records.exercises.{column.name}" for column in EXERCISES.columns}
    | {"conversation_id": SAID, "form": OPENED, "answers": OPENED},
    **{each.table.name: paths(each, f"conversations.records.{name}") for name, each in OF_CONVERSATIONS.items()},
}
"""Where an export has it, as a path of names; or why not, as a sentence."""

GOES = "goes"
FOUND_BY = (
    "an id without a name: the other side's conversation, and the answer that a person was erased, are found by it"
)
WORKED = "ids, states and instants of what was worked through, without a name or a text"
WHEN = "an instant without a text; the other side's conversation has it too"
BOOKS = "amounts, instants and ids for the books, without a name or a text"
OF_MENTORS = "goes where a mentor is erased"
COUNTED = "about the mentor's answers, or the plan: reports count it"
TOLD = "ids, instants and numbers, which the platform's own systems were told, and may ask for again"
OF_ONE = (
    *(NOTICES, OUTBOX, NOTICE_SETTINGS, MUTED_CONVERSATIONS, OPENING_REQUESTS),
    *(MAIL_BOUNCES, CALENDAR_FEEDS, PUSH_SUBSCRIPTIONS, SIGN_INS, SIGN_IN_LINKS),
    *(LATER_MESSAGES, DRAFTS),
)
"""Whose rows are about one person alone, and go with them; what the other side heard is in rows of theirs."""

AFTERWARDS = {
    "people": {
        "id": FOUND_BY,
        "role": "says which side of a conversation it was",
        "name": GOES,
        "zone": GOES,
        "locale": GOES,
        "email": GOES,
        "country": GOES,
        "created_at": WHEN,
        "updated_at": WHEN,
        "erased_at": "says that it was done",
    },
    "conversations": {
        "id": FOUND_BY,
        "member_id": FOUND_BY,
        "mentor_id": FOUND_BY,
        "zone": "the conversation's, which the other side goes on reading",
        "holidays": "the conversation's, which the other side goes on reading",
        "status": "becomes `ended`",
        "revision": OURS,
        "key_number": OURS,
        "created_at": WHEN,
        "updated_at": WHEN,
        "subscription_from": WHEN,
        "kind": "the conversation's, which the other side goes on reading",
        "ended_reason": "the conversation's, which the other side goes on reading",
        "chosen_plan": COUNTED,
        "chosen_at": WHEN,
        "follows": FOUND_BY,
    },
    "subscriptions": {
        "id": OURS,
        "conversation_id": FOUND_BY,
        "plan": COUNTED,
        "started_at": COUNTED,
        "ended_at": COUNTED,
    },
    "suspensions": {"id": OURS, "conversation_id": FOUND_BY, "began_at": WHEN, "lifted_at": WHEN},
    "conversation_keys": {
        "conversation_id": FOUND_BY,
        "number": OURS,
        "master_id": OURS,
        "wrapped": GOES,
    },
    "erasures": {
        "person_id": "says that it was done",
        "conversation_id": "says that it was done",
        "key_number": "says that it was done",
        "done_at": "says that it was done",
    },
    "reply_waits": {
        "partition": OURS,
        "event": OURS,
        "conversation_id": FOUND_BY,
        "member_id": FOUND_BY,
        "mentor_id": FOUND_BY,
        **dict.fromkeys(("plan", "week", "waiting_since", "due_at", "answered_at", "dropped_at"), COUNTED),
        **dict.fromkeys(("waited_ms", "counted_ms", "in_time", "answered_by", "ended_as"), COUNTED),
    },
    "reply_notices": {
        "id": OURS,
        "partition": OURS,
        "event": OURS,
        "conversation_id": FOUND_BY,
        "member_id": FOUND_BY,
        "mentor_id": FOUND_BY,
        **dict.fromkeys(("kind", "plan", "week", "waiting_since", "due_at", "at"), COUNTED),
    },
    "mentor_days": {"conversation_id": FOUND_BY, "day": COUNTED, "week": COUNTED},
    "refused_messages": {"conversation_id": FOUND_BY, "at": WHEN, "reason": "about the plan, without a text"},
    "quiet_members": {"conversation_id": FOUND_BY}
    | dict.fromkeys(("heard_at", "quiet_since", "suggested_at", "member_read"), WHEN),
    "messages": {
        "conversation_id": FOUND_BY,
        "seq": "seqs are dense: the other side's apps count on it",
        "at": WHEN,
        "sender": FOUND_BY,
        "role": "says which side it was",
        "message_id": "sent again, the same id gets the same answer",
        "sealed": GOES,
        "kind": "says whether somebody wrote it",
        "event": "ids, instants and numbers of what happened to both sides, without a text",
        "about": "a seq, as above",
        "deleted": "says that there is no text",
        "more": "a seq, an instant, and ids of files and exercises that go, without a text",
    },
    "ledger_snapshots": {
        "conversation_id": FOUND_BY,
        "seq": OURS,
        "taken_at": OURS,
        "state": "counts, marks and instants, without a text",
    },
    **{
        table.name: dict.fromkeys((column.name for column in table.columns), BOOKS)
        for table in (BOOKINGS, OCCUPIED, SESSION_EVENTS, SERIES, SERIES_PLACES)
    },
    **{
        table.name: dict.fromkeys((column.name for column in table.columns), BOOKS)
        for table in (MEMBERSHIPS, MEMBERSHIP_STEPS, STATEMENTS)
    },
    "credit_corrections": dict.fromkeys(("conversation_id", "id", "period", "units", "at"), BOOKS) | {"reason": GOES},
    "membership_turns": dict.fromkeys(("person_id", "noted_until", "next_at"), "goes with the person's record"),
    "absences": dict.fromkeys((column.name for column in ABSENCES.columns), OF_MENTORS),
    "mentor_hours": dict.fromkeys((column.name for column in MENTOR_HOURS.columns), OF_MENTORS),
    "mentor_prices": dict.fromkeys((column.name for column in MENTOR_PRICES.columns), OF_MENTORS),
    **{table.name: dict.fromkeys((column.name for column in table.columns), GOES) for table in OF_ONE},
    **{
        table.name: dict.fromkeys((column.name for column in table.columns), PLATFORM)
        for table in (WEBHOOKS, WEBHOOK_ATTEMPTS, SERVER_SECRETS)
    },
    "webhook_events": dict.fromkeys((column.name for column in WEBHOOK_EVENTS.columns), TOLD),
    **{table.name: dict.fromkeys((column.name for column in table.columns), WORKED) for table in (CASES, CASE_NAMES)},
    "case_entries": dict.fromkeys((column.name for column in CASE_ENTRIES.columns), WORKED) | {"sealed": GOES},
    "case_evidence": dict.fromkeys((column.name for column in CASE_EVIDENCE.columns), GOES),
    "held_files": dict.fromkeys((column.name for column in HELD_FILES.columns), SWEPT) | {"sealed": GOES},
    "attachments": dict.fromkeys((column.name for column in ATTACHMENTS.columns), GOES),
    **{table.name: dict.fromkeys((column.name for column in table.columns), CHAINED) for table in AUDIT},
    **{
        table.name: dict.fromkeys((column.name for column in table.columns), GOES)
        for table in (LIBRARY, MENTOR_PROFILES, EXERCISES)
    },
}
"""What an erasure does to it: it goes, or why it stays, as a sentence."""


@pytest.mark.parametrize(
    ("decisions", "question"),
    [
        (WHERE, "WHERE must say where an export has it, or why it has not"),
        (AFTERWARDS, "AFTERWARDS must say whether an erasure takes it, or why it stays"),
    ],
    ids=["export", "erasure"],
)
def test_every_column_has_a_decision(decisions: dict[str, dict[str, str]], question: str) -> None:
    """A column that is new has none yet."""
    for table in METADATA.sorted_tables:
        decided = decisions.get(table.name, {})
        for column in table.columns:
            assert decided.get(column.name), f"{table.name}.{column.name} is a column without a decision: {question}"
    assert {name: set(columns) for name, columns in decisions.items()} == {
        table.name: {column.name for column in table.columns} for table in METADATA.sorted_tables
    }


_PLACE = {"conversation_id": "c1", "starts_at": TUESDAY, "minutes": 30}
_PRICE = {"price_amount": 90_000, "price_currency": "NOK"}
_AGREED = {"person_id": "mia", "payer": "consumer", "paid_until": date(2026, 2, 6)} | _PRICE
SESSIONS_AND_MONEY: dict[Table, dict[str, Any]] = {
    QUIET_MEMBERS: dict.fromkeys(("heard_at", "quiet_since", "suggested_at"), TUESDAY)
    | {"conversation_id": "c1", "member_read": 0},
    BOOKINGS: _PLACE
    | _PRICE
    | {name: TUESDAY + HOUR for name in ("cancelled_at", "member_joined_at", "mentor_joined_at", "finished_at")}
    | {"id": "b1", "member_id": "mia", "mentor_id": "tom", "service": "live_chat", "kind": "plan", "period": 2}
    | {"first_starts_at": TUESDAY - HOUR, "booked_at": TUESDAY - HOUR, "set_by": "mentor", "set_at": TUESDAY - HOUR}
    | {"cancelled_by": "member", "cancelled_late": True, "cancelled_counts": True, "no_show_at": TUESDAY}
    | {"moved_from": TUESDAY - HOUR, "sequence": 1, "series_id": "s1"},
    REFUSED_MESSAGES: {"conversation_id": "c1", "at": TUESDAY, "reason": "quota_used"},
    SUSPENSIONS: {"conversation_id": "c1", "began_at": TUESDAY, "lifted_at": TUESDAY + HOUR},
    OCCUPIED: {"person_id": "mia", "quarter": TUESDAY // QUARTER, "booking_id": "b1"},
    CREDIT_CORRECTIONS: {"conversation_id": "c1", "id": "k1", "period": 2, "units": 1, "reason": "ill", "at": TUESDAY},
    SESSION_EVENTS: {"conversation_id": "c1", "booking_id": "b1", "name": "booked", "mark": "m", "at": TUESDAY}
    | {"noted_at": TUESDAY, "by": "mentor", "data": "{}", "told": True},
    ABSENCES: {"mentor_id": "mia", "id": "easter", "since": TUESDAY, "until": TUESDAY + HOUR, "substitute_id": "tom"}
    | {"set_at": TUESDAY, "begun_at": TUESDAY},
    MENTOR_HOURS: {"mentor_id": "mia", "zone": "Europe/Oslo", "weekly": "{}", "exceptions": "{}"}
    | {"buffer_minutes": 5, "notice_hours": 12, "updated_at": TUESDAY},
    MENTOR_PRICES: {"mentor_id": "mia", "minutes": 30, "amount": 90_000, "currency": "NOK", "listed_at": TUESDAY},
    SERIES: {"id": "s1", "conversation_id": "c1", "service": "video_call", "zone": "Europe/Oslo", "first": TUESDAY}
    | {"minutes": 45, "every_weeks": 2, "until": TUESDAY + HOUR, "begun_by": "mentor", "created_at": TUESDAY}
    | {"made_until": TUESDAY, "due_at": TUESDAY, "ended_at": TUESDAY, "ended_from": TUESDAY}
    | {"replaces": "s0", "successor": "s2"},
    SERIES_PLACES: {
        "series_id": "s1",
        "starts_at": TUESDAY,
        "booking_id": "b1",
        "refusal": "busy",
        "noted_at": TUESDAY,
    },
    MEMBERSHIPS: _AGREED
    | {"renewal": "monthly", "started_on": date(2026, 1, 6), "cadence": "weekly", "renews": True}
    | {"set_at": TUESDAY, "set_by": "support"},
    MEMBERSHIP_STEPS: _AGREED
    | {"kind": "renewed", "renewed_until": date(2026, 3, 6), "at": TUESDAY, "noted_at": TUESDAY},
    MEMBERSHIP_TURNS: {"person_id": "mia", "noted_until": TUESDAY, "next_at": TUESDAY + HOUR},
    STATEMENTS: {"mentor_id": "mia", "month": date(2026, 1, 1), "issued_at": TUESDAY, "content": "{}"},
}
HER_CASE = open_case("r1", "question", conversation="c1", member="mia", by=CaseActor("mia", "member"), now=TUESDAY)
_BY = {"person_id": "mia", "conversation_id": "c1"}
REACHING: dict[Table, dict[str, Any]] = {
    NOTICES: _BY
    | {"event": "booking.booked", "mark": "b1", "booking_id": "b1", "data": "{}"}
    | {"at": TUESDAY, "noted_at": TUESDAY, "read_at": TUESDAY},
    OUTBOX: {"key": "mail:1", "channel": "mail", "person_id": "mia", "endpoint_id": "phone", "notice_id": 1}
    | {"webhook_event_id": 1, "created_at": TUESDAY, "due_at": TUESDAY, "held": True, "attempts": 1}
    | {"leased_by": "one", "leased_until": TUESDAY, "done_at": TUESDAY, "outcome": "failed", "reason": "a relay"},
    NOTICE_SETTINGS: {"person_id": "mia", "off": '[["mail","sessions"]]', "quiet_from": "22:00"}
    | {"quiet_until": "07:00", "updated_at": TUESDAY},
    MUTED_CONVERSATIONS: _BY | {"muted_at": TUESDAY},
    OPENING_REQUESTS: _BY | {"asked_at": TUESDAY, "opens_at": TUESDAY + HOUR},
    LATER_MESSAGES: _BY
    | {"message_id": b"x", "side": "member", "send_at": TUESDAY + HOUR, "written_at": TUESDAY, "state": "refused"}
    | {"tried_at": TUESDAY, "reason": "closed", "opens_at": TUESDAY + HOUR, "head": A_HEAD}
    | {"digest": b"digest", "sealed": b"sealed"},
    DRAFTS: _BY | {"written_at": TUESDAY, "sealed": b"sealed"},
    MAIL_BOUNCES: {"person_id": "mia", "address": "mia@example.org", "kind": "bounce", "at": TUESDAY},
    CALENDAR_FEEDS: {"person_id": "mia", "digest": b"digest", "made_at": TUESDAY},
    SIGN_INS: {"id": "s1", "person_id": "mia", "digest": b"digest", "device": "Firefox"}
    | {"began_at": TUESDAY, "used_at": TUESDAY + HOUR},
    SIGN_IN_LINKS: {"digest": b"digest", "person_id": "mia", "made_at": TUESDAY, "expires_at": TUESDAY + HOUR}
    | {"once": True, "by_mail": True, "used_at": TUESDAY},
    PUSH_SUBSCRIPTIONS: {"person_id": "mia", "device": "phone", "sealed": b"sealed", "digest": b"digest"}
    | {"subscribed_at": TUESDAY, "expires_at": TUESDAY + HOUR},
    SERVER_SECRETS: {"name": "vapid", "sealed": b"sealed", "made_at": TUESDAY},
    WEBHOOK_EVENTS: _BY | {"kind": "booking.booked", "mark": "b1", "data": "{}", "at": TUESDAY},
    WEBHOOKS: {"id": "w1", "url": "https://example.org/hook", "events": "[]", "with_text": False}
    | {"secret": b"sealed", "earlier_secret": b"sealed", "earlier_until": TUESDAY, "created_at": TUESDAY}
    | {"updated_at": TUESDAY, "failing_since": TUESDAY, "disabled_at": TUESDAY, "disabled_for": "failing"},
    CASES: {"ref": "r1", "kind": "question", "conversation_id": "c1", "member_id": "mia", "opener_id": "mia"}
    | {"guest_id": "ann", "state": "answered", "opened_at": TUESDAY, "since": TUESDAY, "due_at": TUESDAY}
    | {"step_at": TUESDAY, "ended_at": TUESDAY, "assignee": "sara", "entries": 1, "member_read": 1, "todo": "[]"}
    | {"record": encode(HER_CASE).decode()},
    CASE_NAMES: {"caller": "mia", "own_id": "mine", "ref": "r1"},
    CASE_ENTRIES: {"ref": "r1", "number": 1, "at": TUESDAY, "noted_at": TUESDAY, "who": "mia", "role": "member"}
    | {"did": "opened", "because": "a sign", "audience": "shared", "facts": "{}", "sealed": b"sealed"},
    CASE_EVIDENCE: {"ref": "r1", "seq": 1, "at": TUESDAY, "sender": "mia", "role": "member", "reported": True}
    | {"sealed": b"sealed"},
    HELD_FILES: {"holder": "r1", "id": "f1", "ref": "ab" * 16, "seq": 1, "person_id": "mia", "size": 5_000}
    | {"sealed": b"sealed"},
    AUDIT_LINES: {"number": 1, "at": TUESDAY, "who": "sara", "role": "support", "did": "messages.read"}
    | {"conversation_id": "c1", "person_id": "", "about": "", "details": "{}", "hash": b"hash"},
    AUDIT_HEAD: {"id": 1, "number": 1, "hash": b"hash"},
    WEBHOOK_ATTEMPTS: {"outbox_id": 1, "webhook_id": "w1", "at": TUESDAY, "took_ms": 9, "status": 500, "error": "no"},
}
"""A row of each table, as far as a row can be about a member and a mentor at once."""
HER_FILE: dict[str, Any] = {
    **{"conversation_id": "c1", "id": "f1", "ref": "ab" * 16, "person_id": "mia", "state": "ready", "bytes": 5_000},
    **{"message_id": OF_MIA[0].encode(), "seq": 1, "created_at": TUESDAY, "changed_at": TUESDAY},
}
"""What she sent with her first message; what it is called, and what opens it, is sealed."""


async def sealed_rows(keys: ConversationKeys) -> dict[Table, dict[str, Any]]:
    """As REACHING, of what an export opens."""
    own, key = OwnSeal(keys), await keys.current("c1", 1)
    question = ExerciseQuestion("text", "Why?")
    form = ExerciseForm("A week", "Each evening.", (question,))
    instants = dict.fromkeys(("given_at", "filled_at", "handed_in_at"), TUESDAY)
    return {
        LIBRARY: {"owner_id": "mia", "id": "hello", "updated_at": TUESDAY}
        | {"sealed": await own.seal("mia", encode(SavedItem("text", "Hello", "Hello {name}")))},
        MENTOR_PROFILES: {"mentor_id": "mia", "expectations": await own.seal("mia", b"Patience.")}
        | {"expertise": '["sleep"]', "updated_at": TUESDAY},
        EXERCISES: {"conversation_id": "c1", "id": "e1", "given_by": "tom", "given_as": b"g1", "given_seq": 2}
        | {"form": key.seal(encode(form)), "answers": key.seal(encode((ExerciseAnswer(1, "So."),))), "answered": 1}
        | {"handed_in_as": b"h1", "handed_in_seq": 3}
        | instants,
    }


@pytest.fixture
async def shelf(valkey_url: str, database: Database) -> AsyncIterator[Shelf]:
    """With a row, or more, in every table but that of erasures; the first of each is about Mia."""
    async with shelf_at(valkey_url, database) as shelf:
        await shelf.open()
        await shelf.provisioning.put_person("mia", PersonDetails("member", "Mia", None, "da", "mia@example.org", "DK"))
        await write_all(shelf)
        await shelf.archive_all()
        due = TUESDAY + 24 * HOUR
        common = ("c1", "mia", "tom", "basic", 1)
        sealed = await sealed_rows(shelf.keys)
        async with shelf.database.begin() as connection:
            await reply_waits.store(
                connection,
                [
                    ClosedWait(1, "1-0", *common, TUESDAY, due, due + HOUR, None, 25 * HOUR, 24 * HOUR, False, "ann"),
                    ReplyNotice(1, "1-1", "missed", *common, TUESDAY, due, due + 1),
                    MentorDay("c1", date(2026, 1, 6), 1),
                ],
            )
            for table, row in (SESSIONS_AND_MONEY | REACHING | sealed).items():
                await connection.execute(table.insert().values(row))
            key = await shelf.keys.current("c1", 1)
            details = AttachmentDetails("f1", "Søknad.pdf", "application/pdf", secret=bytes(32), digest=b"digest")
            row = HER_FILE | {"sealed": key.seal(encode_details(details))}
            await connection.execute(ATTACHMENTS.insert().values(row))
        yield shelf


async def first_rows(shelf: Shelf) -> dict[str, dict[str, Any]]:
    """By table."""
    found = {}
    async with shelf.database.read() as connection:
        for table in METADATA.sorted_tables:
            query = select(table).order_by(*table.primary_key.columns).limit(1)
            row = (await connection.execute(query)).mappings().first()
            found[table.name] = dict(row) if row is not None else {}
    return found


def at_path(document: Any, path: str) -> Any:
    """Of lists the first."""
    for name in path.split("."):
        document = document[0][name] if isinstance(document, list) else document[name]
    return document[0] if isinstance(document, list) else document


def shown(value: Any) -> list[Any]:
    """The ways in which an export may say it."""
    match value:
        case bytes():
            return [value.decode()]
        case "{}":
            return [json.loads(value)]
        case str() if value.startswith("[["):
            return [json.loads(value)[0]]
        case date():
            return [value.isoformat()]
        case int():
            return [value, instant.text(value)]
    return [value]


async def test_an_export_has_what_is_decided(shelf: Shelf) -> None:
    """Where it says so, with the value that the row has; the text of a message in the open."""
    document, page = await exported(shelf)
    for words in (
        "live-chat",
        "900,00 NOK",
        "månedlig",
        "ill",
        "e-mail: sessioner",
        "22:00",
        "mislykkedes",
        "Din session med din mentor er booket.",
        "Kalender",
        "Søknad.pdf",
        "Øvelser",
        "Hello {name}",
        "Patience.",
    ):
        assert words in Outline(page).text
    rows = await first_rows(shelf)
    assert [name for name, row in rows.items() if not row] == ["erasures"]
    for table, columns in WHERE.items():
        for column, path in columns.items():
            if " " in path:
                continue
            if (table, column) == ("messages", "sealed"):
                assert at_path(document, path) == OF_MIA[0]
            else:
                assert at_path(document, path) in shown(rows[table][column]), f"{table}.{column}"


async def test_an_erasure_leaves_what_is_decided(shelf: Shelf) -> None:
    """What goes is gone from its row, or its row is."""
    before = await first_rows(shelf)
    await erase(shelf)
    after = await first_rows(shelf)
    for table, columns in AFTERWARDS.items():
        for column, decision in columns.items():
            if decision == GOES:
                assert before[table][column]
                assert after[table].get(column) != before[table][column], f"{table}.{column}"
