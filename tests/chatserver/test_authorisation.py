"""Who may do what to what: every operation and every command, for every caller, against the real server.

The rows are checked against the route table and the command union: whoever adds one adds its row here.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import update

from chatserver.api.operation import AnyOperation
from chatserver.api.routes import OPERATIONS
from chatserver.attachments.held_files import HeldFiles, ToHold
from chatserver.cases.case_requests import CaseAsker, CaseOpening, CaseSeen
from chatserver.cases.case_texts import key_name
from chatserver.cases.rows import cases
from chatserver.conversations.membership import MembershipDetails
from chatserver.conversations.requests import ConversationDetails, PersonDetails, Written
from chatserver.mentoring.answers import ExerciseAnswer
from chatserver.mentoring.exercises import Exercise, Giving, exercise_id
from chatserver.mentoring.forms import ExerciseQuestion, SavedItem
from chatserver.mentoring.library import ItemWritten
from chatserver.notices.webhook_book import WebhookWritten
from chatserver.notices.webhook_requests import WebhookDetails
from chatserver.protocol.codes import CODES, Close
from chatserver.protocol.commands import COMMANDS
from chatserver.protocol.events import Role
from chatserver.records.tables import ATTACHMENTS
from chatserver.sessions.absence_requests import AbsenceDetails
from chatserver.sessions.absences import AbsenceWritten
from chatserver.sessions.outcomes import BookingDone
from chatserver.sessions.series_record import SeriesDetails, SeriesView
from chatserver.unsent.later import LaterMessage
from chatserver.unsent.later_book import WantedLater
from quotas import instant
from quotas.cases.facts import CaseFacts
from quotas.instant import HOUR
from quotas.session_book import WantedBooking
from quotas.standing import Writer
from tests.chatserver.attachments.making import keep_file
from tests.chatserver.notices.browser import Browser
from tests.chatserver.realtime.devices import Device, opened
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.plain_http import http_client

CALLERS: dict[str, tuple[str, Role] | None] = {
    "nobody": None,
    "the member": ("mia", "member"),
    "another member": ("ola", "member"),
    "the mentor": ("tora", "mentor"),
    "another mentor": ("tom", "mentor"),
    "the member with a mentor's token": ("mia", "mentor"),
    "the mentor with a member's token": ("tora", "member"),
    "support": ("sara", "support"),
    "a service": ("robot", "service"),
}
"""By what they are to the conversation c1 and the person mia."""


def row(nobody: object, *rest: object) -> dict[str, object]:
    """An answer for each caller, in their order: mia, ola, tora, tom, mia as mentor, tora as member, sara, robot."""
    return dict(zip(CALLERS, (nobody, *rest), strict=True))


WRITERS = row(401, 403, 403, 403, 403, 403, 403, "ok", "ok")
WRITERS_FIND_NOTHING = row(401, 403, 403, 403, 403, 403, 403, 404, 404)
ITS_PEOPLE = row(401, "ok", 404, "ok", 404, 404, 404, "ok", "ok")
NOBODY_FINDS_IT = row(401, 404, 404, 404, 404, 404, 404, 404, 404)
THE_TWO = row(401, "ok", 404, "ok", 404, 404, 404, 403, 403)
THE_TWO_FIND_NOTHING = row(401, *[404] * 6, 403, 403)
MENTOR_AND_SUPPORT = row(401, 403, 403, "ok", 404, 404, 403, "ok", 403)
MENTOR_AND_SUPPORT_FIND_NOTHING = row(401, 403, 403, 404, 404, 404, 403, 404, 403)
THE_MENTOR = row(401, 403, 403, "ok", 404, 404, 403, 403, 403)
MENTORS_FIND_NOTHING = row(401, 403, 403, 404, 404, 404, 403, 403, 403)
ALL_BUT_SERVICES = row(401, "ok", 404, "ok", 404, 404, 404, "ok", 403)
ALL_BUT_SERVICES_FIND_NOTHING = row(401, *[404] * 7, 403)
MIA_HERSELF = row(401, "ok", 404, 404, 404, "ok", 404, 404, 403)
SARA_HERSELF = row(401, *[404] * 6, "ok", 403)
ALL_BUT_MEMBERS = row(401, 403, 403, "ok", "ok", "ok", 403, "ok", "ok")

HTTP: dict[tuple[str, str], dict[str, object]] = {
    ("putPerson", "mia"): WRITERS,
    ("putPerson", "new"): WRITERS,
    ("getPerson", "mia"): row(401, "ok", 404, 404, 404, "ok", 404, "ok", "ok"),
    ("getPerson", "absent"): NOBODY_FINDS_IT,
    ("findPeople", "?search=mia"): WRITERS,
    ("getConversationsOfPerson", "mia"): WRITERS,
    ("getConversationsOfPerson", "absent"): WRITERS_FIND_NOTHING,
    ("putLocale", "mia"): row(401, "ok", 404, 404, 404, "ok", 404, 404, "ok"),
    ("putLocale", "sara"): row(401, *[404] * 6, "ok", "ok"),
    ("putLocale", "absent"): NOBODY_FINDS_IT,
    ("revokePerson", "someone"): WRITERS,
    ("putConversation", "c1"): WRITERS,
    ("putConversation", "new"): WRITERS,
    ("changeConversation", "c1"): WRITERS,
    ("changeConversation", "absent"): WRITERS_FIND_NOTHING,
    ("chooseConversation", "t1"): row(401, "ok", 404, 403, 403, 403, 404, "ok", "ok"),
    ("chooseConversation", "absent"): row(401, 404, 404, 403, 403, 403, 404, 404, 404),
    ("getConversation", "c1"): ITS_PEOPLE,
    ("getConversation", "absent"): NOBODY_FINDS_IT,
    ("getMessages", "c1"): ITS_PEOPLE,
    ("getMessages", "absent"): NOBODY_FINDS_IT,
    ("getWhy", "c1"): ITS_PEOPLE,
    ("getWhy", "absent"): NOBODY_FINDS_IT,
    ("getReadings", "c1"): ITS_PEOPLE,
    ("getReadings", "absent"): NOBODY_FINDS_IT,
    ("getReplies", ""): ALL_BUT_MEMBERS,
    ("getReplies", "?mentor=tora"): row(401, 403, 403, "ok", 403, 403, 403, "ok", "ok"),
    ("getReplyReport", ""): ALL_BUT_MEMBERS,
    ("getRepliesToday", ""): ALL_BUT_MEMBERS,
    ("listMentors", ""): row(401, 403, 403, "ok", "ok", "ok", 403, "ok", 403),
    ("getWritingDays", "tora"): MENTOR_AND_SUPPORT,
    ("getWritingDays", "absent"): MENTOR_AND_SUPPORT_FIND_NOTHING,
    ("putBooking", "b1"): ITS_PEOPLE,
    ("putBooking", "new"): ITS_PEOPLE,
    ("moveBooking", "b1"): ITS_PEOPLE,
    ("moveBooking", "absent"): NOBODY_FINDS_IT,
    ("getBooking", "b1"): ITS_PEOPLE,
    ("getBooking", "absent"): NOBODY_FINDS_IT,
    ("cancelBooking", "b1"): ITS_PEOPLE,
    ("cancelBooking", "absent"): NOBODY_FINDS_IT,
    ("getCancellation", "b1"): ITS_PEOPLE,
    ("getCancellation", "absent"): NOBODY_FINDS_IT,
    ("joinBooking", "b1"): THE_TWO,
    ("joinBooking", "absent"): THE_TWO_FIND_NOTHING,
    ("getCall", "b1"): THE_TWO,
    ("getCall", "absent"): THE_TWO_FIND_NOTHING,
    ("finishBooking", "b1"): MENTOR_AND_SUPPORT,
    ("finishBooking", "absent"): MENTOR_AND_SUPPORT_FIND_NOTHING,
    ("confirmNoShow", "b1"): MENTOR_AND_SUPPORT,
    ("confirmNoShow", "absent"): MENTOR_AND_SUPPORT_FIND_NOTHING,
    ("getBookingCalendar", "b1"): THE_TWO,
    ("getBookingCalendar", "absent"): THE_TWO_FIND_NOTHING,
    ("getBookingEvents", "b1"): ALL_BUT_SERVICES,
    ("getBookingEvents", "absent"): ALL_BUT_SERVICES_FIND_NOTHING,
    ("getBookings", "c1"): ITS_PEOPLE,
    ("getBookings", "absent"): NOBODY_FINDS_IT,
    ("getMentorBookings", "tora"): MENTOR_AND_SUPPORT,
    ("getMentorBookings", "absent"): MENTOR_AND_SUPPORT_FIND_NOTHING,
    ("getServices", "c1"): ITS_PEOPLE,
    ("getServices", "absent"): NOBODY_FINDS_IT,
    ("getCredits", "c1"): ITS_PEOPLE,
    ("getCredits", "absent"): NOBODY_FINDS_IT,
    ("correctCredits", "c1"): row(401, *[403] * 6, "ok", 403),
    ("correctCredits", "absent"): row(401, *[403] * 6, 404, 403),
    ("putHours", "tora"): THE_MENTOR,
    ("getHours", "tora"): THE_MENTOR,
    ("getHours", "absent"): MENTORS_FIND_NOTHING,
    ("getSlots", "tora"): THE_TWO,
    ("getSlots", "absent"): THE_TWO_FIND_NOTHING,
    ("putAbsence", "tora"): MENTOR_AND_SUPPORT,
    ("putAbsence", "absent"): MENTOR_AND_SUPPORT_FIND_NOTHING,
    ("getAbsence", "tora"): MENTOR_AND_SUPPORT,
    ("getAbsence", "absent"): MENTOR_AND_SUPPORT_FIND_NOTHING,
    ("listAbsences", "tora"): MENTOR_AND_SUPPORT,
    ("listAbsences", "absent"): MENTOR_AND_SUPPORT_FIND_NOTHING,
    ("deleteAbsence", "absent"): MENTOR_AND_SUPPORT_FIND_NOTHING,
    ("deleteAbsence", "tora"): MENTOR_AND_SUPPORT,
    ("handOver", "tora"): row(401, *[403] * 6, "ok", 403),
    ("handOver", "absent"): row(401, *[403] * 6, 404, 403),
    ("putPrices", "tora"): THE_MENTOR,
    ("getPrices", "tora"): ALL_BUT_SERVICES,
    ("getPrices", "absent"): ALL_BUT_SERVICES_FIND_NOTHING,
    ("putSavedItem", "tora"): THE_MENTOR,
    ("deleteSavedItem", "tora"): THE_MENTOR,
    ("deleteSavedItem", "absent"): MENTORS_FIND_NOTHING,
    ("getLibrary", "tora"): THE_MENTOR,
    ("getLibrary", "absent"): MENTORS_FIND_NOTHING,
    ("putSharedItem", "welcome"): row(401, *[403] * 6, "ok", 403),
    ("deleteSharedItem", "welcome"): row(401, *[403] * 6, "ok", 403),
    ("getSharedLibrary", ""): row(401, 403, 403, "ok", "ok", "ok", 403, "ok", 403),
    ("putMentorProfile", "tora"): THE_MENTOR,
    ("getMentorProfile", "tora"): ALL_BUT_SERVICES,
    ("getMentorProfile", "absent"): ALL_BUT_SERVICES_FIND_NOTHING,
    ("getExercises", "c1"): THE_TWO,
    ("getExercises", "absent"): THE_TWO_FIND_NOTHING,
    ("fillExercise", "c1"): row(401, "ok", 404, 403, 403, 403, 404, 403, 403),
    ("fillExercise", "absent"): row(401, 404, 404, 403, 403, 403, 404, 403, 403),
    ("putSeries", "s1"): MENTOR_AND_SUPPORT,
    ("putSeries", "new"): MENTOR_AND_SUPPORT,
    ("endSeries", "s1"): MENTOR_AND_SUPPORT,
    ("endSeries", "absent"): MENTOR_AND_SUPPORT_FIND_NOTHING,
    ("getSeries", "s1"): ALL_BUT_SERVICES,
    ("getSeries", "absent"): ALL_BUT_SERVICES_FIND_NOTHING,
    ("listSeries", "c1"): ALL_BUT_SERVICES,
    ("listSeries", "absent"): ALL_BUT_SERVICES_FIND_NOTHING,
    ("putMembership", "mia"): WRITERS,
    ("putMembership", "absent"): WRITERS_FIND_NOTHING,
    ("changeMembership", "mia"): WRITERS,
    ("changeMembership", "absent"): WRITERS_FIND_NOTHING,
    ("getMembership", "mia"): row(401, "ok", 404, 404, 404, 404, 404, "ok", "ok"),
    ("getMembership", "absent"): NOBODY_FINDS_IT,
    ("getStatement", "tora"): row(401, 403, 403, "ok", 404, 404, 403, "ok", 403),
    ("getStatement", "absent"): row(401, 403, 403, 404, 404, 404, 403, 404, 403),
    ("putWebhook", "w1"): WRITERS,
    ("putWebhook", "new"): WRITERS,
    ("getWebhook", "w1"): WRITERS,
    ("getWebhook", "absent"): WRITERS_FIND_NOTHING,
    ("listWebhooks", ""): WRITERS,
    ("deleteWebhook", "w1"): WRITERS,
    ("deleteWebhook", "absent"): WRITERS,
    ("rotateWebhook", "w1"): WRITERS,
    ("rotateWebhook", "absent"): WRITERS_FIND_NOTHING,
    ("enableWebhook", "w1"): WRITERS,
    ("enableWebhook", "absent"): WRITERS_FIND_NOTHING,
    ("pingWebhook", "w1"): WRITERS,
    ("pingWebhook", "absent"): WRITERS_FIND_NOTHING,
    ("replayWebhook", "w1"): WRITERS,
    ("replayWebhook", "absent"): WRITERS_FIND_NOTHING,
    ("getWebhookDeliveries", "w1"): WRITERS,
    ("getWebhookDeliveries", "absent"): WRITERS_FIND_NOTHING,
    ("makeCalendarFeed", "mia"): row(401, "ok", 404, 404, 404, "ok", 404, 403, "ok"),
    ("makeCalendarFeed", "absent"): row(401, *[404] * 6, 403, 404),
    ("revokeCalendarFeed", "absent"): row(401, *[404] * 6, 403, "ok"),
    ("revokeCalendarFeed", "mia"): row(401, "ok", 404, 404, 404, "ok", 404, 403, "ok"),
    ("reportMailBounce", ""): row(401, *[403] * 7, "ok"),
    ("getNotices", "mia"): MIA_HERSELF,
    ("getNotices", "sara"): SARA_HERSELF,
    ("getNotices", "absent"): ALL_BUT_SERVICES_FIND_NOTHING,
    ("readNotices", "mia"): MIA_HERSELF,
    ("readNotices", "sara"): SARA_HERSELF,
    ("readNotices", "absent"): ALL_BUT_SERVICES_FIND_NOTHING,
    ("getNoticeSettings", "mia"): row(401, "ok", 404, 404, 404, "ok", 404, 404, "ok"),
    ("getNoticeSettings", "sara"): row(401, *[404] * 6, "ok", "ok"),
    ("getNoticeSettings", "absent"): NOBODY_FINDS_IT,
    ("putNoticeSettings", "mia"): row(401, "ok", 404, 404, 404, "ok", 404, 404, "ok"),
    ("putNoticeSettings", "sara"): row(401, *[404] * 6, "ok", "ok"),
    ("putNoticeSettings", "absent"): NOBODY_FINDS_IT,
    ("muteConversation", "mia"): row(401, "ok", *[404] * 5, 403, 403),
    ("muteConversation", "tora"): row(401, 404, 404, "ok", *[404] * 3, 403, 403),
    ("muteConversation", "absent"): row(401, *[404] * 6, 403, 403),
    ("unmuteConversation", "absent"): row(401, *[404] * 6, 403, 403),
    ("unmuteConversation", "mia"): row(401, "ok", *[404] * 5, 403, 403),
    ("unmuteConversation", "tora"): row(401, 404, 404, "ok", *[404] * 3, 403, 403),
    ("askOpeningNotice", "c1"): row(401, "ok", 404, 403, 403, 403, 404, 403, 403),
    ("askOpeningNotice", "absent"): row(401, 404, 404, 403, 403, 403, 404, 403, 403),
    ("forgetOpeningNotice", "absent"): row(401, 404, 404, 403, 403, 403, 404, 403, 403),
    ("forgetOpeningNotice", "c1"): row(401, "ok", 404, 403, 403, 403, 404, 403, 403),
    ("getPushKey", ""): row(401, *["ok"] * 8),
    ("getHelp", ""): row(401, *["ok"] * 8),
    ("putPushSubscription", "mia"): MIA_HERSELF,
    ("putPushSubscription", "sara"): SARA_HERSELF,
    ("putPushSubscription", "absent"): ALL_BUT_SERVICES_FIND_NOTHING,
    ("deletePushSubscription", "absent"): ALL_BUT_SERVICES_FIND_NOTHING,
    ("deletePushSubscription", "mia"): MIA_HERSELF,
    ("deletePushSubscription", "sara"): SARA_HERSELF,
    ("listPushSubscriptions", "mia"): MIA_HERSELF,
    ("listPushSubscriptions", "sara"): SARA_HERSELF,
    ("listPushSubscriptions", "absent"): ALL_BUT_SERVICES_FIND_NOTHING,
    ("putCase", "k2"): ALL_BUT_SERVICES,
    ("actOnCase", "k1"): ALL_BUT_SERVICES,
    ("actOnCase", "absent"): ALL_BUT_SERVICES_FIND_NOTHING,
    ("getCase", "k1"): ALL_BUT_SERVICES,
    ("getCase", "absent"): ALL_BUT_SERVICES_FIND_NOTHING,
    ("getCaseEvidence", "k1"): row(401, *[403] * 6, "ok", 403),
    ("getCaseEvidence", "absent"): row(401, *[403] * 6, 404, 403),
    ("getCaseFile", "k1"): row(401, *[403] * 6, "ok", 403),
    ("getCaseFile", "absent"): row(401, *[403] * 6, 404, 403),
    ("getCases", ""): row(401, *["ok"] * 7, 403),
    ("getCaseChoices", "c1"): ALL_BUT_SERVICES,
    ("getCaseChoices", "absent"): ALL_BUT_SERVICES_FIND_NOTHING,
    ("putAttachment", "new"): THE_TWO,
    ("getAttachment", "sent"): ITS_PEOPLE,
    ("getAttachment", "absent"): NOBODY_FINDS_IT,
    ("deleteAttachment", "mias"): row(401, "ok", *[404] * 5, 403, 403),
    ("deleteAttachment", "toras"): row(401, 404, 404, "ok", *[404] * 3, 403, 403),
    ("deleteAttachment", "absent"): THE_TWO_FIND_NOTHING,
    ("getAttachments", "c1"): ITS_PEOPLE,
    ("getAttachments", "absent"): NOBODY_FINDS_IT,
    ("getAudit", ""): row(401, *[403] * 6, "ok", 403),
}
"""By operation and object: a status, or "ok" for any of success and for what the rules refuse to whoever may ask."""

MEMBERSHIP = {
    "renewal": "monthly",
    "started_on": "2026-01-05",
    "price": {"amount": 100_000, "currency": "NOK"},
    "payer": "consumer",
}

WEBHOOK = {"url": "http://127.0.0.1:9/hooks", "events": ["booking.*"]}
"""Nobody listens there."""

BODIES: dict[str, object] = {
    "putPerson": {"role": "member", "name": "Someone"},
    "revokePerson": {"before": "2026-01-01T00:00:00Z"},
    "putConversation": {"member": "mia", "mentor": "tora", "plan": "basic"},
    "changeConversation": {"plan": "basic"},
    "chooseConversation": {},
    "putBooking": {
        "conversation": "c1",
        "service": "video_call",
        "starts_at": "2026-01-13T09:00:00.000Z",
        "minutes": 30,
    },
    "moveBooking": {"starts_at": "2026-01-14T09:00:00Z"},
    "cancelBooking": {},
    "correctCredits": {"id": "k1", "units": 1, "reason": "a session that failed"},
    "putHours": {"weekly": [{"weekday": "monday", "from": "09:00", "until": "12:00"}]},
    "putAbsence": {"from": "2199-01-05T09:00:00Z", "until": "2199-01-06T09:00:00Z", "substitute": "ulf"},
    "putPrices": {"prices": [{"minutes": 30, "amount": 45000, "currency": "NOK"}]},
    "putSeries": {
        "conversation": "c1",
        "service": "video_call",
        "first": "2026-01-15T09:00:00.000Z",
        "minutes": 30,
        "every_weeks": 2,
    },
    "putSavedItem": {"kind": "text", "title": "Welcome", "body": "Hello {name}"},
    "putSharedItem": {"kind": "text", "title": "Welcome", "body": "Hello {name}"},
    "putMentorProfile": {"expectations": "I answer on weekdays.", "expertise": ["sleep"]},
    "fillExercise": {"answers": [{"question": 1, "value": "well"}]},
    "putMembership": MEMBERSHIP,
    "changeMembership": {"payer": "business"},
    "putWebhook": WEBHOOK,
    "replayWebhook": {"from": "2026-01-01T00:00:00Z"},
    "reportMailBounce": {"kind": "bounce", "address": "mia@example.org"},
    "readNotices": {"upto": 1},
    "putLocale": {"locale": "da"},
    "putNoticeSettings": {"topics": [{"topic": "messages", "push": False}]},
    "putPushSubscription": msgspec.to_builtins(Browser("https://push.example.net/1").subscription()),
    "putCase": {"kind": "question", "conversation": "c1"},
    "actOnCase": {"note": "hello"},
}

QUERIES: dict[str, str] = {
    "getSlots": "?minutes=30",
    **dict.fromkeys(("putAttachment", "getAttachment", "deleteAttachment"), "?conversation=c1"),
    "getAttachments": "?ids=sent",
}
"""Of operations that cannot do without."""

PARTS: dict[str, str] = {
    "file": "sent",
    "month": "2026-01",
    "conversation": "c1",
    "device": "phone",
    "absence": "a1",
    "action": "note",
    "item": "welcome",
    "exercise": exercise_id("tora", "g1", "tora/week"),
}
"""What paths name beside the id."""

ITS_OWN = ("c1", "absent")
"""What support and services name in their hello; whoever else names it gets no more by that."""

COMMAND: dict[tuple[str, str], dict[str, object]] = {
    ("hello", ""): row(Close.BAD_TOKEN, *["welcome"] * 8),
    ("send", "c1"): row(
        Close.HELLO_FIRST, "accepted", "not_found", "accepted", *["not_found"] * 3, "read_only", "read_only"
    ),
    ("send", "absent"): row(Close.HELLO_FIRST, *["not_found"] * 8),
    **{
        (kind, thing): reach
        for kind in ("edit", "delete", "react")
        for thing, reach in (
            (
                "c1",
                row(
                    *(Close.HELLO_FIRST, "seq_unknown", "not_found", "seq_unknown"),
                    *(*["not_found"] * 3, "read_only", "read_only"),
                ),
            ),
            ("absent", row(Close.HELLO_FIRST, *["not_found"] * 8)),
        )
    },
    ("give", "c1"): row(
        *(Close.HELLO_FIRST, "not_allowed", "not_found", "accepted", *["not_found"] * 3, "read_only", "read_only")
    ),
    ("give", "absent"): row(Close.HELLO_FIRST, *["not_found"] * 8),
    ("hand_in", "c1"): row(
        *(Close.HELLO_FIRST, "accepted", "not_found", "not_allowed", *["not_found"] * 3, "read_only", "read_only")
    ),
    ("hand_in", "absent"): row(Close.HELLO_FIRST, *["not_found"] * 8),
    ("check", "c1"): row(
        Close.HELLO_FIRST, "composer", "not_found", "composer", *["not_found"] * 3, "composer", "composer"
    ),
    ("check", "absent"): row(Close.HELLO_FIRST, *["not_found"] * 8),
    ("read", "c1"): row(Close.HELLO_FIRST, "", "not_found", "", *["not_found"] * 3, "read_only", "read_only"),
    ("read", "absent"): row(Close.HELLO_FIRST, *["not_found"] * 8),
    ("urgent", "c1"): row(
        Close.HELLO_FIRST, "not_locked", "not_found", "not_allowed", *["not_found"] * 3, *["read_only"] * 2
    ),
    ("urgent", "absent"): row(Close.HELLO_FIRST, *["not_found"] * 8),
    ("acknowledge", "c1"): row(
        Close.HELLO_FIRST, "not_allowed", "not_found", "not_acknowledged", *["not_found"] * 3, *["read_only"] * 2
    ),
    ("acknowledge", "absent"): row(Close.HELLO_FIRST, *["not_found"] * 8),
    ("typing", "c1"): row(Close.HELLO_FIRST, "", "not_found", "", *["not_found"] * 3, "read_only", "read_only"),
    ("typing", "absent"): row(Close.HELLO_FIRST, *["not_found"] * 8),
    ("join", "c1"): row(
        Close.HELLO_FIRST, "not_open", "not_found", "not_open", *["not_found"] * 3, "read_only", "read_only"
    ),
    ("join", "absent"): row(Close.HELLO_FIRST, *["not_found"] * 8),
    ("signal", ""): row(
        Close.HELLO_FIRST, "not_open", "not_found", "not_open", *["not_found"] * 3, "read_only", "read_only"
    ),
    ("history", "c1"): row(Close.HELLO_FIRST, "history", "not_found", "history", *["not_found"] * 3, *["history"] * 2),
    ("check", "c2"): row(Close.HELLO_FIRST, *["not_found"] * 8),
    ("history", "c2"): row(Close.HELLO_FIRST, *["not_found"] * 8),
    ("search", "c1"): row(Close.HELLO_FIRST, "search", "not_found", "search", *["not_found"] * 3, *["search"] * 2),
    ("search", "c2"): row(Close.HELLO_FIRST, *["not_found"] * 8),
    ("search", "absent"): row(Close.HELLO_FIRST, *["not_found"] * 8),
    ("conversations", ""): row(Close.HELLO_FIRST, *["conversations"] * 6, *["not_allowed"] * 2),
    ("follow", "c1"): row(Close.HELLO_FIRST, *["not_allowed"] * 6, "following", "following"),
    ("follow", "c2"): row(Close.HELLO_FIRST, *["not_allowed"] * 6, "following", "following"),
    ("follow", "absent"): row(Close.HELLO_FIRST, *["not_allowed"] * 6, "not_found", "not_found"),
    ("unfollow", "c1"): row(Close.HELLO_FIRST, *["not_allowed"] * 6, "unfollowed", "unfollowed"),
    ("unfollow", "c2"): row(Close.HELLO_FIRST, *["not_allowed"] * 6, "unfollowed", "unfollowed"),
    ("unfollow", "absent"): row(Close.HELLO_FIRST, *["not_allowed"] * 6, "unfollowed", "unfollowed"),
    ("history", "absent"): row(Close.HELLO_FIRST, *["not_found"] * 8),
    ("notices", ""): row(Close.HELLO_FIRST, *["notices"] * 7, "not_allowed"),
    ("notices_read", ""): row(Close.HELLO_FIRST, *["notices_read"] * 7, "not_allowed"),
    ("scheduled", "c1"): row(Close.HELLO_FIRST, *["scheduled_list"] * 6, *["not_allowed"] * 2),
    ("scheduled", "absent"): row(Close.HELLO_FIRST, *["scheduled_list"] * 6, *["not_allowed"] * 2),
    ("reschedule", "c1"): row(
        Close.HELLO_FIRST, "scheduled", "not_found", "scheduled", *["not_found"] * 3, "read_only", "read_only"
    ),
    ("reschedule", "absent"): row(Close.HELLO_FIRST, *["not_found"] * 8),
    ("unschedule", "c1"): row(
        Close.HELLO_FIRST, "later", "not_found", "later", *["not_found"] * 3, "read_only", "read_only"
    ),
    ("unschedule", "absent"): row(Close.HELLO_FIRST, *["not_found"] * 8),
    ("draft", "c1"): row(
        Close.HELLO_FIRST, "draft", "not_found", "draft", *["not_found"] * 3, "read_only", "read_only"
    ),
    ("draft", "absent"): row(Close.HELLO_FIRST, *["not_found"] * 8),
    ("drafts", ""): row(Close.HELLO_FIRST, *["drafts"] * 6, *["not_allowed"] * 2),
    ("renew", ""): row(Close.HELLO_FIRST, *["token_refused"] * 8),
    ("watch", ""): row(Close.HELLO_FIRST, *["not_allowed"] * 2, *["replies"] * 3, "not_allowed", "replies", "replies"),
}
"""By command and conversation: the type of the answer, an error's code, "" for silence, or how the connection ends."""

FIELDS: dict[str, dict[str, object]] = {
    "send": {"id": "x", "body": "Good morning"},
    "edit": {"id": "y", "about": 1_000_000, "body": "Good evening"},
    "delete": {"id": "z", "about": 1_000_000},
    "react": {"id": "w", "about": 1_000_000, "emoji": "👍"},
    "give": {"id": "g2", "item": "week"},
    "hand_in": {"id": "h1", "exercise": exercise_id("tora", "g1", "tora/week")},
    "urgent": {"id": "v", "body": "Please call me"},
    "read": {"seq": 0},
    "watch": {"replies": True},
    "join": {"booking": "b1"},
    "signal": {"booking": "b1", "to": "tora", "data": "hello"},
    "notices_read": {"upto": 1},
    "reschedule": {"id": "later", "body": "Good evening"},
    "unschedule": {"id": "later"},
    "draft": {"body": "Dear"},
    "search": {"query": "word"},
    "renew": {"token": "nonsense"},
}


@pytest.fixture
async def server(valkey_url: str, tmp_path: Path) -> AsyncIterator[HereServer]:
    """c1 of mia and tora with b1, s1 and mia's k1, their trial t1, her membership, c2 of others, sara, and w1."""
    async with here(valkey_url, tmp_path, webhook_networks=("127.0.0.0/8",)) as server:
        assert isinstance(await server.parts.provisioning.put_person("sara", PersonDetails("support", "Sara")), Written)
        await server.conversation("c1", "live")
        await server.conversation("c2", "basic", member="uma", mentor="ulf")
        trial = ConversationDetails("mia", "tora", "trial", trial=True, chosen_plan="basic")
        assert isinstance(await server.parts.provisioning.put_conversation("t1", trial), Written)
        wanted = WantedBooking("b1", "c1", "video_call", instant.parse("2026-01-13T09:00:00Z"), 30)
        assert isinstance(await server.parts.bookings.book(wanted, "mentor"), BookingDone)
        series = msgspec.convert(BODIES["putSeries"], SeriesDetails)
        assert isinstance(await server.parts.series.put("s1", series, "mentor"), SeriesView)
        away = msgspec.convert(BODIES["putAbsence"], AbsenceDetails)
        assert isinstance(await server.parts.absences.put("tora", "a1", away), AbsenceWritten)
        agreed = msgspec.convert(MEMBERSHIP, MembershipDetails)
        assert isinstance(await server.parts.memberships.put("mia", agreed, "service"), Written)
        hook = msgspec.convert(WEBHOOK, WebhookDetails)
        assert isinstance(await server.parts.webhooks.put("w1", hook), WebhookWritten)
        exercise = SavedItem("exercise", "A week", questions=[ExerciseQuestion("text", "How was it?")])
        giving = await server.parts.mentoring.exercises.give("c1", "tora", "g1", "tora/week", exercise)
        assert isinstance(giving, Giving)
        await server.parts.mentoring.exercises.given("c1", giving.id, 1)
        answered = await server.parts.mentoring.exercises.fill("c1", giving.id, [ExerciseAnswer(1, "well")])
        assert isinstance(answered, Exercise)
        assert isinstance(await server.parts.mentoring.library.put("tora", "week", exercise), ItemWritten)
        opening = CaseOpening("extra_session", "c1", CaseFacts(number=1))
        case = await server.parts.cases.open("k1", opening, CaseAsker("mia", "member"))
        assert isinstance(case, CaseSeen)
        sides: tuple[tuple[str, Writer], ...] = (("mia", "member"), ("tora", "mentor"))
        for person, side in sides:
            at = await server.parts.ledger.now() + HOUR
            waiting = WantedLater("c1", side, person, "later", "Good morning", at)
            assert isinstance(await server.parts.later.schedule(waiting), LaterMessage)
        async with server.parts.database.begin() as connection:
            for user, _ in filter(None, CALLERS.values()):  # whatever they call it, they see what they may
                await cases.name(connection, user, "k1", case.case.id)
        for id, person in (("sent", "mia"), ("mias", "mia"), ("toras", "tora")):
            await keep_file(server, id, person)
        async with server.parts.database.begin() as connection:
            await connection.execute(update(ATTACHMENTS).where(ATTACHMENTS.c.id == "sent").values(seq=1))
        held = HeldFiles(server.parts.database, server.parts.keys)
        file = (await held.holdable("c1", ["sent"]))["sent"]
        key = await server.parts.keys.current(key_name(case.case.id), 1)
        async with server.parts.database.begin() as connection:
            await held.hold(connection, case.case.id, key, [ToHold(1, file)])
        yield server


# The tables are complete


def test_every_operation_has_its_row() -> None:
    """Of each object there is one that the callers' rights differ on, and one that is not there."""
    assert {name for name, _ in HTTP} == {operation.name for operation in OPERATIONS}
    for operation in OPERATIONS:
        objects = {thing for name, thing in HTTP if name == operation.name}
        assert not (operation.method == "GET" and "{id}" in operation.path) or "absent" in objects


def test_every_command_has_its_row() -> None:
    tags = {str(command.__struct_config__.tag) for command in COMMANDS}
    assert {name for name, _ in COMMAND} == tags
    with_conversation = {
        str(command.__struct_config__.tag) for command in COMMANDS if "conversation" in command.__struct_fields__
    }
    assert {name for name, thing in COMMAND if thing == "absent"} == with_conversation


def test_every_role_is_among_the_callers() -> None:
    assert {caller[1] for caller in CALLERS.values() if caller} == set(msgspec.json.schema(Role)["enum"])


# The documentation says the same

PROTOCOL = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")
NARROWED = ("hello", "conversations", "watch", "getReplies", "getReplyReport", "getRepliesToday", "getCases")
"""What everybody of a role gets, each with their own in it."""
FOR_ONESELF = (
    "putLocale",
    *("notices", "notices_read", "renew"),
    *("scheduled", "drafts"),
    *("getNotices", "readNotices", "getNoticeSettings", "putNoticeSettings"),
    *("putPushSubscription", "deletePushSubscription", "listPushSubscriptions"),
)
"""What support too gets of itself alone."""
DENIALS = set(CODES) - {"not_open", "not_locked", "not_acknowledged", "seq_unknown", "token_refused"}
"""Whoever hears the rules say no, or that a token is no good, has the right to ask."""


def words(name: str, table: dict[tuple[str, str], dict[str, object]]) -> list[str]:
    """What the documentation says of each role, made of the answers: refused, to some of them, to all."""
    return [word(name, role, table) for role in ("member", "mentor", "support", "service")]


def word(name: str, role: Role, table: dict[tuple[str, str], dict[str, object]]) -> str:
    found = {
        not isinstance(cells[caller], int) and cells[caller] not in DENIALS
        for (each, thing), cells in table.items()
        for caller, who in CALLERS.items()
        if each == name and thing != "absent" and who is not None and who[1] == role
    }
    if found == {False}:
        return "–"
    if role == "support" and True in found and name in FOR_ONESELF:
        return "own"
    if role in ("member", "mentor"):
        return "any" if found == {True} and name not in (*NARROWED, *FOR_ONESELF) else "own"
    return "any" if found == {True} else "followed"


@pytest.mark.parametrize("table", [COMMAND, HTTP], ids=["commands", "operations"])
def test_who_may_what_is_documented(table: dict[tuple[str, str], dict[str, object]]) -> None:
    section = PROTOCOL.partition("### Who may what")[2].partition("### Report")[0]
    for name in {name for name, _ in table}:
        assert f"| `{name}` | {' | '.join(words(name, table))} |" in section.splitlines()


# Each cell, for real


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
async def test_each_operation_is_allowed_to_whom_it_is(server: HereServer, operation: AnyOperation) -> None:
    found: dict[tuple[str, str], dict[str, object]] = {}
    async with http_client(server.http) as api:
        for name, thing in HTTP:
            if name == operation.name:
                found[name, thing] = {
                    caller: await asked(api, operation, thing, who) for caller, who in CALLERS.items()
                }
    assert found == {key: cells for key, cells in HTTP.items() if key[0] == operation.name}


async def asked(api: httpx.AsyncClient, operation: AnyOperation, thing: str, who: tuple[str, Role] | None) -> object:
    """The status, or "ok": whoever hears the rules say no has the right to ask."""
    path = operation.path if "{id}" in operation.path else operation.path + thing
    path = path.format(id=thing, **PARTS) + QUERIES.get(operation.name, "")
    headers = {"Authorization": f"Bearer {token(*who)}"} if who else {}
    body = {"json": BODIES[operation.name]} if operation.body else {}
    answer = await api.request(operation.method, path, headers=headers, **body)  # type: ignore[arg-type]  # two shapes
    refused = answer.status_code == 409 and answer.json()["type"] == "urn:chatserver:problem:refused"
    return "ok" if answer.is_success or refused else answer.status_code


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
async def test_each_command_is_allowed_to_whom_it_is(server: HereServer, command: type[msgspec.Struct]) -> None:
    kind = str(command.__struct_config__.tag)
    found: dict[tuple[str, str], dict[str, object]] = {}
    for name, thing in COMMAND:
        if name == kind:
            told = await asyncio.gather(*(said(server, kind, thing, who) for who in CALLERS.values()))
            found[name, thing] = dict(zip(CALLERS, told, strict=True))
    assert found == {key: cells for key, cells in COMMAND.items() if key[0] == kind}


async def said(server: HereServer, kind: str, thing: str, who: tuple[str, Role] | None) -> object:
    """What a caller hears when they say it."""
    fields: dict[str, Any] = {**FIELDS.get(kind, {}), **({"conversation": thing} if thing else {})}
    async with opened(server.port, "json") as device:
        if who is None:
            await device.say(kind, **fields, **({"token": ""} if kind == "hello" else {}))
            return (await device.end())[0]
        await device.greet(token(*who), dict.fromkeys(ITS_OWN, 0))
        if kind == "hello":
            return device.welcome["type"]
        await device.silence(0.3)  # what others are doing meanwhile
        await device.say(kind, **fields)
        return await answered(device, kind)


async def answered(device: Device, kind: str) -> str:
    answers = {
        **dict.fromkeys(("send", "edit", "delete", "react", "give", "hand_in"), "accepted"),
        "check": "composer",
        "history": "history",
        "search": "search",
        "conversations": "conversations",
        "follow": "following",
        "unfollow": "unfollowed",
        "watch": "replies",
        "join": "session",
        "notices": "notices",
        "notices_read": "notices_read",
        "renew": "renewed",
        "scheduled": "scheduled_list",
        "reschedule": "scheduled",
        "unschedule": "later",
        "draft": "draft",
        "drafts": "drafts",
    }
    if kind in answers:
        heard = await device.hears_one_of("error", answers[kind])
        return str(heard["code"] if heard["type"] == "error" else heard["type"])
    # They have no answer but an error, which may need the store: nonsense that is answered shows that they were read.
    await device.say("nonsense")
    codes = {str((await device.hears("error"))["code"])}
    codes |= {str(event["code"]) for event in await device.silence(0.7) if event["type"] == "error"}
    return "".join(codes - {"unknown_type"})


async def test_a_list_holds_only_what_its_reader_may_see(server: HereServer) -> None:
    """Where a status cannot tell: conversations of a welcome, and rows of the board."""
    await server.conversation("c3", "basic", member="ola")
    async with server.device("mia") as mia, server.device("ola") as ola:
        await mia.write("a question")
        await ola.write("another", conversation="c3")
    expected = {
        "the member": {"c1", "t1"},
        "another member": {"c3"},
        "the mentor": {"c1", "c3", "t1"},
        "another mentor": set(),
        "the member with a mentor's token": set(),
        "the mentor with a member's token": set(),
        "support": {"c1"},
        "a service": {"c1"},
    }
    async with http_client(server.http) as api:
        for caller, conversations in expected.items():
            who = CALLERS[caller]
            assert who is not None
            async with opened(server.port, "json") as device:
                welcome = await device.greet(token(*who), {"c1": 0})
                assert {each["id"] for each in welcome["conversations"]} == conversations, caller
            if who[1] != "member":
                answer = await api.get("/v1/replies", headers={"Authorization": f"Bearer {token(*who)}"})
                owed = {each["conversation"] for each in answer.json()["replies"]}
                assert owed == ({"c1", "c3"} if who[0] in ("tora", "sara", "robot") else set()), caller
