"""The messages of a conversation over HTTP."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict

from chatserver.api.conversations import readable_standing_in
from chatserver.api.operation import HttpAnswer, HttpCall, Operation
from chatserver.messages.history import history
from chatserver.messages.substitutes import first_for_substitute
from chatserver.protocol import events
from chatserver.protocol.commands import MAX_HISTORY


class MessagesQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which page: the `limit` messages right before `before`."""

    before: (
        Annotated[int, Meta(ge=1, le=2**53 - 1, description="Messages with a smaller seq; left out: the newest.")]
        | UnsetType
    ) = UNSET
    limit: Annotated[int, Meta(ge=1, le=MAX_HISTORY, description=f"How many at most, 1 to {MAX_HISTORY}.")] = 50


class StoredMessage(events.Message, frozen=True, tag_field=None, tag=False):
    """A message, as on the socket but without `type`."""


class MessagePage(Struct, frozen=True):
    """Messages as they stand, in order of seq; `more` says whether older entries exist, before `first`."""

    messages: list[StoredMessage]
    more: bool
    first: int


async def get_messages(call: HttpCall[MessagesQuery, None]) -> HttpAnswer:
    record, absence = await readable_standing_in(call.context, call.identity, call.id)
    standing = await call.context.provisioning.standing(record)
    newest, first = standing.last_seq + 1, 1
    if absence is not None:
        first = await first_for_substitute(call.context.messages, call.id, absence) or newest
    before = newest if isinstance(call.query.before, UnsetType) else min(call.query.before, newest)
    with_earlier = call.identity.role == "support"
    part = await history(call.context.messages, call.id, before, call.query.limit, first, with_earlier=with_earlier)
    return HttpAnswer(
        200, MessagePage([StoredMessage(**asdict(each)) for each in part.messages], part.more, part.first)
    )


GET_MESSAGES = Operation(
    method="GET",
    path="/v1/conversations/{id}/messages",
    name="getMessages",
    summary="A page of a conversation's messages, the newest last. Each sees their own; substitutes, what waits.",
    handler=get_messages,
    query=MessagesQuery,
    answers={200: (MessagePage, "The page.")},
    refusals=(404,),
)
