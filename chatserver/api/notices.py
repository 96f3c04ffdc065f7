"""A person's notices over HTTP: the list, and what they have read. Each reads their own, and nobody another's."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict

from chatserver.api.negotiation import language
from chatserver.api.oneself import require_oneself
from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.problem import invalid
from chatserver.api.roles import PAIR_OR_SUPPORT
from chatserver.conversations.requests import FieldProblem
from chatserver.protocol.notices import MAX_NOTICES, NoticeId, NoticeView, UnreadNotices


class NoticesQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which of them."""

    before: Annotated[NoticeId, Meta(description="The id of the last one of the page before.")] | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1, le=MAX_NOTICES, description=f"How many at most, 1 to {MAX_NOTICES}.")] = 50


class NoticeInWords(NoticeView, frozen=True):
    """A notice, and what it says: a `title` of one line; `text`, one or two sentences that need no title."""

    title: str
    text: str


class NoticeList(Struct, frozen=True):
    """A page of a person's notices, newest first, in the language that `Accept-Language` likes best.

    Times in their words are those of the person's own zone. `more` says whether older ones exist; `unread` counts all.
    """

    notices: list[NoticeInWords]
    more: bool
    unread: int


class NoticesSeen(Struct, frozen=True, forbid_unknown_fields=True):
    """Which notices the person has seen: those up to and including `upto`, or those of `ids`."""

    upto: Annotated[NoticeId, Meta(description="The id of the newest one that was seen.")] | None = None
    ids: Annotated[list[NoticeId], Meta(max_length=MAX_NOTICES, description=f"At most {MAX_NOTICES} ids.")] = []


async def get_notices(call: HttpCall[NoticesQuery, None]) -> HttpAnswer:
    require_oneself(call.id, call.identity)
    before = None if isinstance(call.query.before, UnsetType) else call.query.before
    spoken = language(call.headers.get("accept-language", ""))
    page, words = await call.context.notice_lists.told(call.id, before, call.query.limit, spoken)
    told = [
        NoticeInWords(**asdict(notice), title=said.subject, text=said.line)
        for notice, said in zip(page.notices, words, strict=True)
    ]
    return HttpAnswer(200, NoticeList(told, page.more, page.unread))


async def read_notices(call: HttpCall[NoQuery, NoticesSeen]) -> HttpAnswer:
    require_oneself(call.id, call.identity)
    seen = call.body
    if (seen.upto is None) != bool(seen.ids):
        raise invalid([FieldProblem("upto", "either `upto` or `ids` says which notices have been read")])
    read = await call.context.notice_lists.read(call.id, seen.upto, seen.ids)
    return HttpAnswer(200, UnreadNotices(read.unread))


GET_NOTICES = Operation(
    method="GET",
    path="/v1/people/{id}/notices",
    name="getNotices",
    summary="A person's notices, newest first. Everybody sees their own.",
    handler=get_notices,
    query=NoticesQuery,
    roles=PAIR_OR_SUPPORT,
    answers={200: (NoticeList, "The page.")},
    refusals=(404,),
)

READ_NOTICES = Operation(
    method="POST",
    path="/v1/people/{id}/notices/read",
    name="readNotices",
    summary="Say which of one's own notices have been seen; all of one's devices hear of it.",
    handler=read_notices,
    query=NoQuery,
    body=NoticesSeen,
    roles=PAIR_OR_SUPPORT,
    answers={200: (UnreadNotices, "How many are unread still.")},
    refusals=(404,),
)
