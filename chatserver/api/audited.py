"""What of the API is noted in the audit log, operation by operation, where support or a service asks for it.

What members and mentors do with what is theirs is not; nor are lists that name many and show no texts.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec import UNSET
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.api.operation import AnyOperation, HttpAnswer, HttpCall
from chatserver.api.roles import STAFF
from chatserver.audit.line import AuditDeed, AuditDid, Details
from chatserver.audit.trail import append
from chatserver.records.database import written_along
from chatserver.sessions.rows import bookings, series

AnyCall = HttpCall[Any, Any]
_Where = Callable[[AsyncConnection, AnyCall], Awaitable[str]]
"""The conversation that an operation is about; '' where it is about none."""


@dataclass(frozen=True)
class Concerns:
    """Whose data it is: of a conversation, of a person, or what only has an id: '' where it has not."""

    conversation: _Where | None = None
    is_person: bool = False
    is_about: bool = False


async def _itself(connection: AsyncConnection, call: AnyCall) -> str:
    return call.id


async def _of_booking(connection: AsyncConnection, call: AnyCall) -> str:
    found = await bookings.find(connection, call.id)
    return found.booking.conversation if found is not None else ""


async def _of_series(connection: AsyncConnection, call: AnyCall) -> str:
    found = await series.find(connection, call.id)
    return found.conversation if found is not None else ""


async def _named(connection: AsyncConnection, call: AnyCall) -> str:
    named: str = call.query.conversation
    return named


CONVERSATION = Concerns(_itself)
FILE = Concerns(_named, is_about=True)
PERSON = Concerns(is_person=True)
BOOKING = Concerns(_of_booking, is_about=True)
SERIES = Concerns(_of_series, is_about=True)
OTHER = Concerns(is_about=True)


def _nothing(call: AnyCall) -> Details:
    return {}


def _fields(*names: str) -> Callable[[AnyCall], Details]:
    """Those fields of the body that are given, with their values: ids, numbers and words of the protocol."""

    def said(call: AnyCall) -> Details:
        given = {name: getattr(call.body, name) for name in names}
        return {name: value for name, value in given.items() if value is not None and value is not UNSET}

    return said


def _absence(call: AnyCall) -> Details:
    return {"absence": call.parts["absence"]}


@dataclass(frozen=True)
class Audited:
    """`did` of `concerns`; `details` are ids, numbers and words of the protocol, never texts.

    `alone`, where the database is not what changes: then it is noted once it is done.
    """

    did: AuditDid
    concerns: Concerns
    details: Callable[[AnyCall], Details] = field(default=_nothing)
    alone: bool = False


AUDITED: Mapping[str, Audited] = {
    "getMessages": Audited("messages.read", CONVERSATION),
    "getAttachment": Audited("messages.read", FILE),
    "getAttachments": Audited("messages.read", CONVERSATION),
    "getConversation": Audited("conversation.read", CONVERSATION),
    "getWhy": Audited("conversation.read", CONVERSATION),
    "getBookings": Audited("conversation.read", CONVERSATION),
    "getServices": Audited("conversation.read", CONVERSATION),
    "getCredits": Audited("conversation.read", CONVERSATION),
    "listSeries": Audited("conversation.read", CONVERSATION),
    "getCaseChoices": Audited("conversation.read", CONVERSATION),
    "getReadings": Audited("conversation.read", CONVERSATION),
    "getCase": Audited("case.read", OTHER),
    "getPerson": Audited("person.read", PERSON),
    "getConversationsOfPerson": Audited("person.read", PERSON),
    "getMembership": Audited("person.read", PERSON),
    "putPerson": Audited("person.written", PERSON, _fields("role")),
    "putLocale": Audited("person.written", PERSON, _fields("locale")),
    "revokePerson": Audited("tokens.revoked", PERSON, alone=True),
    "putConversation": Audited("conversation.written", CONVERSATION, _fields("plan", "zone", "holidays")),
    "changeConversation": Audited("conversation.changed", CONVERSATION, _fields("plan", "status", "ended_reason")),
    "chooseConversation": Audited("conversation.changed", CONVERSATION, _fields("plan")),
    "putBooking": Audited("booking.changed", BOOKING, _fields("service", "starts_at", "minutes", "kind")),
    "moveBooking": Audited("booking.changed", BOOKING, _fields("starts_at")),
    "cancelBooking": Audited("booking.changed", BOOKING, _fields("counts")),
    "finishBooking": Audited("booking.changed", BOOKING),
    "confirmNoShow": Audited("booking.changed", BOOKING),
    "correctCredits": Audited("credits.corrected", CONVERSATION, _fields("id", "units")),
    "putAbsence": Audited("absence.changed", PERSON, _absence),
    "deleteAbsence": Audited("absence.changed", PERSON, _absence),
    "handOver": Audited("mentor.handed_over", PERSON),
    "putSeries": Audited("series.changed", SERIES, _fields("service", "every_weeks", "replaces")),
    "endSeries": Audited("series.changed", SERIES),
    "putMembership": Audited("membership.changed", PERSON, _fields("renewal", "payer", "cadence", "renews")),
    "changeMembership": Audited("membership.changed", PERSON, _fields("renewal", "payer", "cadence", "renews")),
    "putWebhook": Audited("webhook.changed", OTHER, _fields("with_text")),
    "deleteWebhook": Audited("webhook.changed", OTHER),
    "rotateWebhook": Audited("webhook.changed", OTHER),
    "enableWebhook": Audited("webhook.changed", OTHER),
    "replayWebhook": Audited("webhook.changed", OTHER),
    "makeCalendarFeed": Audited("calendar_feed.changed", PERSON),
    "revokeCalendarFeed": Audited("calendar_feed.changed", PERSON),
    "putNoticeSettings": Audited("settings.changed", PERSON),
}
"""By the operation's name. Reading is noted of support alone, and once an hour: services are programs of the
platform's, which may follow everything."""

UNAUDITED: Mapping[str, str] = {
    "findPeople": "a list of names",
    "getHelp": "the policy's own",
    "getReplies": "the board: who waits, without a text",
    "getReplyReport": "numbers",
    "getRepliesToday": "numbers",
    "getWritingDays": "numbers",
    "listMentors": "a list of names",
    "getBooking": "when, and of what kind; the conversation's list of them is noted",
    "getCancellation": "what it would cost",
    "getBookingEvents": "what happened to a booking",
    "getMentorBookings": "a mentor's days",
    "getAbsence": "when a mentor is away",
    "listAbsences": "when a mentor is away",
    "getPrices": "what members see too",
    "getSeries": "when, and how often",
    "getStatement": "numbers that are billed",
    "getWebhook": "the platform's own",
    "listWebhooks": "the platform's own",
    "getWebhookDeliveries": "the platform's own",
    "pingWebhook": "tells of nobody",
    "reportMailBounce": "what a relay says of an address",
    "getNotices": "one's own",
    "readNotices": "one's own",
    "getNoticeSettings": "what somebody wants to be told",
    "getPushKey": "the server's own",
    "putPushSubscription": "one's own",
    "deletePushSubscription": "one's own",
    "listPushSubscriptions": "one's own",
    "putCase": "noted with the case's history",
    "actOnCase": "noted with the case's history",
    "getCaseEvidence": "noted with the case's history",
    "getCaseFile": "noted with the case's history",
    "getCases": "a list, without what was written",
    "getAudit": "the log itself",
    "putSharedItem": "the platform's own texts",
    "deleteSharedItem": "the platform's own texts",
    "getSharedLibrary": "the platform's own texts",
    "getMentorProfile": "what mentors say of themselves to members",
}
"""Why what support or services may ask for is not noted here."""


async def answered(operation: AnyOperation, call: AnyCall) -> HttpAnswer:
    """What the operation answers; before that it is noted, where it is to be."""
    audited = AUDITED.get(operation.name)
    if audited is None or call.identity.role not in STAFF:
        return await operation.handler(call)
    if operation.method == "GET":
        answer = await operation.handler(call)
        if call.identity.role == "support":
            await call.context.reads.note([await _read(audited, call, answer)])
        return answer
    at = await call.context.clock()

    async def noted(connection: AsyncConnection) -> None:
        where = audited.concerns.conversation
        conversation = await where(connection, call) if where is not None else ""
        details = {"operation": operation.name, **audited.details(call)}
        await append(connection, [_deed(audited, call, at, conversation, details)])

    with written_along(noted) as along:
        answer = await operation.handler(call)
    if audited.alone and not along.done:
        async with call.context.database.begin() as connection:
            await noted(connection)
    return answer


async def _read(audited: Audited, call: AnyCall, answer: HttpAnswer) -> AuditDeed:
    if audited.concerns is FILE:
        conversation = call.query.conversation
    else:
        conversation = call.id if audited.concerns is CONVERSATION else getattr(answer.content, "conversation", "")
    about = getattr(answer.content, "id", call.id) if audited.concerns.is_about else ""
    return _deed(audited, call, await call.context.clock(), conversation, {}, about)


def _deed(
    audited: Audited, call: AnyCall, at: int, conversation: str, details: Details, about: str | None = None
) -> AuditDeed:
    concerns = audited.concerns
    return AuditDeed(
        at=at,
        who=call.identity.user,
        role=call.identity.role,
        did=audited.did,
        conversation=conversation,
        person=call.id if concerns.is_person else "",
        about=(call.id if about is None else about) if concerns.is_about else "",
        details=details,
    )
