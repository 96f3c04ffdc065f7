"""What a person wants to hear, over HTTP: settings, muted conversations, and that writing opens."""

from msgspec import Struct

from chatserver.api.conversations import not_found, readable
from chatserver.api.fields import ID_PATTERN
from chatserver.api.oneself import nobody, require_oneself, require_oneself_or_service
from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation, PathPart
from chatserver.api.problem import RefusedError, invalid
from chatserver.api.roles import EVERYBODY, MEMBER, PAIR
from chatserver.conversations.requests import Invalid, Missing
from chatserver.notices.preference_requests import PreferenceDetails, Preferences
from chatserver.protocol.commands import NAME_ALLOWED
from quotas import instant
from quotas.admission import writing_state

CONVERSATION = PathPart("conversation", ID_PATTERN, NAME_ALLOWED)


class MutedConversation(Struct, frozen=True):
    """Whether the person has muted the conversation: then its notices stand in their list and are sent nowhere."""

    person: str
    conversation: str
    muted: bool


class OpeningNotice(Struct, frozen=True):
    """Whether the member hears when writing opens: at `opens_at` (RFC 3339, UTC), null where nobody knows yet."""

    conversation: str
    asked: bool
    opens_at: str | None


async def get_settings(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    # Services ask at sign-up.
    require_oneself_or_service(call.id, call.identity)
    found = await call.context.preferences.find(call.id)
    if found is None:
        raise nobody(call.id)
    return HttpAnswer(200, found)


async def put_settings(call: HttpCall[NoQuery, PreferenceDetails]) -> HttpAnswer:
    require_oneself_or_service(call.id, call.identity)
    match await call.context.preferences.put(call.id, call.body):
        case Preferences() as written:
            return HttpAnswer(200, written)
        case Invalid(errors):
            raise invalid(errors)
        case Missing():
            raise nobody(call.id)


async def mute(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    return await _muted(call, muted=True)


async def unmute(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    return await _muted(call, muted=False)


async def _muted(call: HttpCall[NoQuery, None], *, muted: bool) -> HttpAnswer:
    require_oneself(call.id, call.identity)
    conversation = (await readable(call.context, call.identity, call.parts["conversation"])).id
    if await call.context.preferences.mute(call.id, conversation, muted=muted) is not None:
        raise nobody(call.id)
    return HttpAnswer(200, MutedConversation(call.id, conversation, muted))


async def ask_opening(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    """Where it is open already, or has ended, there is nothing to wait for."""
    record = await readable(call.context, call.identity, call.id)
    standing = await call.context.provisioning.standing(record)
    terms = standing.terms(call.context.provisioning.rulebook)
    state = writing_state(standing.settings.status, standing.usage, terms, standing.now)
    if state.open:
        raise RefusedError("open", "writing is open now: there is nothing to wait for")
    if record.status == "ended":
        raise RefusedError("ended", "the conversation has ended: writing does not open again")
    if await call.context.openings.ask(call.id, call.identity.user, state.opens_at) is not None:
        raise not_found(call.id)
    return HttpAnswer(200, OpeningNotice(call.id, True, instant.text_or_none(state.opens_at)))


async def forget_opening(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    await readable(call.context, call.identity, call.id)
    await call.context.openings.forget(call.id)
    return HttpAnswer(200, OpeningNotice(call.id, False, None))


GET_SETTINGS = Operation(
    method="GET",
    path="/v1/people/{id}/notice-settings",
    name="getNoticeSettings",
    summary="What a person wants to hear. Everybody sees their own; services anybody's.",
    handler=get_settings,
    query=NoQuery,
    answers={200: (Preferences, "The settings.")},
    refusals=(404,),
)

PUT_SETTINGS = Operation(
    method="PUT",
    path="/v1/people/{id}/notice-settings",
    name="putNoticeSettings",
    summary="Set what a person wants to hear, in place of what was set: everybody their own, services anybody's.",
    handler=put_settings,
    query=NoQuery,
    body=PreferenceDetails,
    roles=EVERYBODY,
    answers={200: (Preferences, "The settings as they are now.")},
    refusals=(404,),
)

MUTE = Operation(
    method="PUT",
    path="/v1/people/{id}/muted-conversations/{conversation}",
    name="muteConversation",
    summary="Mute one of one's own conversations: its notices stand in the list alone. Deadlines go on.",
    handler=mute,
    query=NoQuery,
    roles=PAIR,
    parts=(CONVERSATION,),
    answers={200: (MutedConversation, "It is muted.")},
    refusals=(404,),
)

UNMUTE = Operation(
    method="DELETE",
    path="/v1/people/{id}/muted-conversations/{conversation}",
    name="unmuteConversation",
    summary="Mute a conversation no longer.",
    handler=unmute,
    query=NoQuery,
    roles=PAIR,
    parts=(CONVERSATION,),
    answers={200: (MutedConversation, "It is not muted.")},
    refusals=(404,),
)

ASK_OPENING = Operation(
    method="PUT",
    path="/v1/conversations/{id}/opening-notice",
    name="askOpeningNotice",
    summary="Let its member hear when they may write again, once; refused where they may now, or never will.",
    handler=ask_opening,
    query=NoQuery,
    roles=MEMBER,
    refuses=True,
    answers={200: (OpeningNotice, "They will hear of it.")},
    refusals=(404,),
)

FORGET_OPENING = Operation(
    method="DELETE",
    path="/v1/conversations/{id}/opening-notice",
    name="forgetOpeningNotice",
    summary="Let its member not hear of it.",
    handler=forget_opening,
    query=NoQuery,
    roles=MEMBER,
    answers={200: (OpeningNotice, "They will not.")},
    refusals=(404,),
)
