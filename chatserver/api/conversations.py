"""Conversations over HTTP: the record, and how it stands in the ledger now."""

from typing import assert_never

from msgspec import Struct

from chatserver.access.tokens import Identity
from chatserver.api.authentication import not_allowed
from chatserver.api.operation import ApiContext, HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.outcome import field_problems, written
from chatserver.api.problem import ProblemError, invalid
from chatserver.api.roles import MEMBER, STAFF
from chatserver.conversations import conversation
from chatserver.conversations.absence import AbsenceRecord
from chatserver.conversations.choosing import Chosen
from chatserver.conversations.conversation import EndedReason
from chatserver.conversations.requests import (
    Conflict,
    ConversationChange,
    ConversationChoice,
    ConversationDetails,
    Invalid,
    Missing,
)
from chatserver.conversations.standing_view import away_of, composer_of, reply_of
from chatserver.messages.unanswered import unanswered
from chatserver.protocol.events import Away, Composer, Reply
from quotas import instant
from quotas.admission import Status, WritingState, writing_state
from quotas.bookings import Booking
from quotas.help_policy import help_country
from quotas.notes import may_note
from quotas.standing import Standing


class UnansweredMessage(Struct, frozen=True):
    """A message by the id that its app gave it."""

    id: str
    seq: int
    at: str


class Unanswered(Struct, frozen=True):
    """What the member wrote in the conversation that this one goes on with, and nobody answered.

    Their app offers to send it on to the new mentor, by reading it there and sending it here.
    """

    conversation: str
    messages: list[UnansweredMessage]


class Conversation(Struct, frozen=True):
    """A conversation, and how it stands at the moment of the answer. Instants are RFC 3339 in UTC.

    `ended_reason` is null where it has not ended, where nobody said why, and where that is for support alone.
    """

    id: str
    member: str
    mentor: str
    plan: str
    zone: str
    holidays: str
    status: Status
    trial: bool
    guest: bool
    ended_reason: EndedReason | None
    chosen_plan: str | None
    chosen_at: str | None
    created_at: str
    updated_at: str
    last_seq: int
    composer: Composer
    reply: Reply
    away: Away | None
    """Null while the mentor is there."""
    unanswered: Unanswered | None
    """For its member, until they have written here; null where there is nothing."""


async def put_conversation(call: HttpCall[NoQuery, ConversationDetails]) -> HttpAnswer:
    status, record = written(await call.context.provisioning.put_conversation(call.id, call.body))
    if record.kind == "trial":
        await call.context.trials.begun(record.member)
    await call.context.openings.look_again(record.id)
    return HttpAnswer(status, await _resource(call.context, call.identity, record))


async def change_conversation(call: HttpCall[NoQuery, ConversationChange]) -> HttpAnswer:
    outcome = await call.context.provisioning.change_conversation(call.id, call.body)
    if isinstance(outcome, Missing):
        raise not_found(call.id)
    status, record = written(outcome)
    if record.status == "ended":  # which has cancelled what was booked
        await call.context.telling.tell(record.id)
    await call.context.openings.look_again(record.id)
    return HttpAnswer(status, await _resource(call.context, call.identity, record))


async def choose_conversation(call: HttpCall[NoQuery, ConversationChoice]) -> HttpAnswer:
    await readable(call.context, call.identity, call.id)
    if call.identity.role == "member" and call.body.plan is not None:
        raise not_allowed("the plan is agreed with the platform; leave `plan` out")
    outcome = await call.context.choosing.choose(call.id, call.body.plan)
    match outcome:
        case Missing():
            raise not_found(call.id)
        case Invalid(errors):
            raise invalid(errors)
        case Conflict(detail):
            raise ProblemError(409, detail)
        case Chosen():
            for ended in outcome.ended:  # which has cancelled what was booked
                await call.context.telling.tell(ended)
            return HttpAnswer(200, await _resource(call.context, call.identity, outcome.record))
        case never:
            assert_never(never)


async def get_conversation(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    record, _ = await readable_standing_in(call.context, call.identity, call.id)
    return HttpAnswer(200, await _resource(call.context, call.identity, record))


async def readable(context: ApiContext, identity: Identity, id: str) -> conversation.ConversationRecord:
    """The conversation where the token's person may read it. Raises ProblemError 404: others learn nothing of it."""
    record = await context.provisioning.get_conversation(id)
    if record is None or not may_read(identity, record):
        raise not_found(id)
    return record


async def readable_standing_in(
    context: ApiContext, identity: Identity, id: str
) -> tuple[conversation.ConversationRecord, AbsenceRecord | None]:
    """As `readable`, also where the person stands in for the mentor: then with the mentor's absence."""
    record = await context.provisioning.get_conversation(id)
    if record is None:
        raise not_found(id)
    if may_read(identity, record):
        return record, None
    if identity.role != "mentor" or record.status == "ended":
        raise not_found(id)
    absence = await context.absences.running(record.mentor, await context.clock())
    if absence is None or absence.substitute != identity.user:
        raise not_found(id)
    return record, absence


def not_found(id: str) -> ProblemError:
    """The same whether there is none, or one of other people."""
    return ProblemError(404, f"there is no conversation {id!r} for this token")


def may_read(identity: Identity, what: conversation.ConversationRecord | Booking) -> bool:
    """Whether the token's person is one of its two people, or reads all of them."""
    match identity.role:
        case "member":
            return identity.user == what.member
        case "mentor":
            return identity.user == what.mentor
        case "support" | "service":
            return True


def ended_reason(identity: Identity, record: conversation.ConversationRecord) -> EndedReason | None:
    """Why it ended, as far as it is theirs to know: that somebody was removed is not the other side's."""
    told = record.ended_reason != "removed" or identity.role in ("support", "service")
    return record.ended_reason if told else None


async def _resource(context: ApiContext, identity: Identity, record: conversation.ConversationRecord) -> Conversation:
    standing = await context.provisioning.standing(record)
    terms = standing.terms(context.provisioning.rulebook)
    state = writing_state(standing.settings.status, standing.usage, terms, standing.now)
    return Conversation(
        id=record.id,
        member=record.member,
        mentor=record.mentor,
        plan=record.plan,
        zone=record.zone,
        holidays=record.holidays,
        status=record.status,
        trial=record.kind == "trial",
        guest=record.kind == "guest",
        ended_reason=ended_reason(identity, record),
        chosen_plan=record.chosen_plan,
        chosen_at=instant.text_or_none(record.chosen_at or 0),
        created_at=instant.text(record.created_at),
        updated_at=instant.text(record.updated_at),
        last_seq=standing.last_seq,
        composer=await composer_shown(context, record, standing, state),
        reply=reply_of(standing.usage, standing.now),
        away=away_of(await context.absences.running(record.mentor, standing.now)),
        unanswered=await _unanswered(context, identity, record),
    )


async def composer_shown(
    context: ApiContext, record: conversation.ConversationRecord, standing: Standing, state: WritingState
) -> Composer:
    """The member's input; at a lock with whom they can call."""
    rulebook = context.provisioning.rulebook
    policy = rulebook.policy.help
    member = None if state.open else await context.provisioning.get_person(record.member)
    lines = policy.lines_of(help_country(member.country if member else None, record.holidays))
    lock = standing.note, standing.settings, standing.usage
    return composer_of(state, lines, urgent_note=may_note(state, *lock, rulebook, standing.now))


async def _unanswered(
    context: ApiContext, identity: Identity, record: conversation.ConversationRecord
) -> Unanswered | None:
    if record.follows is None or identity.user != record.member or identity.role != "member":
        return None
    before = await context.provisioning.get_conversation(record.follows)
    found = await unanswered(context.messages, before, record) if before else []
    if before is None or not found:
        return None
    return Unanswered(before.id, [UnansweredMessage(each.head.id, each.seq, instant.text(each.at)) for each in found])


PUT_CONVERSATION = Operation(
    method="PUT",
    path="/v1/conversations/{id}",
    name="putConversation",
    summary="Create a conversation or bring its plan, zone and holidays up to date. The same again changes nothing.",
    handler=put_conversation,
    query=NoQuery,
    body=ConversationDetails,
    check=field_problems,
    answers={200: (Conversation, "The conversation was known."), 201: (Conversation, "The conversation is new.")},
    refusals=(409,),
)

CHANGE_CONVERSATION = Operation(
    method="PATCH",
    path="/v1/conversations/{id}",
    name="changeConversation",
    summary="Change the plan or the status; where it ends, why. The same again changes nothing.",
    handler=change_conversation,
    query=NoQuery,
    body=ConversationChange,
    check=field_problems,
    answers={200: (Conversation, "The conversation as it is now.")},
    refusals=(404, 409),
)

GET_CONVERSATION = Operation(
    method="GET",
    path="/v1/conversations/{id}",
    name="getConversation",
    summary="A conversation, what its member may write and what its mentor owes. Each sees their own, substitutes too.",
    handler=get_conversation,
    query=NoQuery,
    answers={200: (Conversation, "The conversation.")},
    refusals=(404,),
)

CHOOSE_CONVERSATION = Operation(
    method="POST",
    path="/v1/conversations/{id}/choose",
    name="chooseConversation",
    summary="Go on with the mentor of this trial, by a plan; the member's other trials end, `not_chosen`.",
    handler=choose_conversation,
    query=NoQuery,
    body=ConversationChoice,
    roles=MEMBER | STAFF,
    check=field_problems,
    answers={200: (Conversation, "The conversation as it is now.")},
    refusals=(404, 409),
)
