"""Private calendar feeds over HTTP: made and taken back with a token, read without one."""

import asyncio
from typing import assert_never

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chatserver.api.negotiation import CALENDAR
from chatserver.api.oneself import nobody, require_oneself_or_service
from chatserver.api.open_endpoint import AddressLimit, OpenEndpoint, nothing_there
from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.roles import PAIR_OR_SERVICE
from chatserver.conversations.requests import Missing
from chatserver.notices.calendar_file import calendar_feed
from chatserver.sessions.calendar_feeds import CalendarFeeds


class CalendarFeedView(Struct, frozen=True):
    """The address that a calendar subscribes to. It is shown this once; whoever has it can read the feed."""

    url: str


async def make_calendar_feed(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    require_oneself_or_service(call.id, call.identity)
    match await call.context.feeds.make(call.id):
        case str(url):
            return HttpAnswer(201, CalendarFeedView(url))
        case Missing():
            raise nobody(call.id)
        case never:
            assert_never(never)


async def revoke_calendar_feed(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    require_oneself_or_service(call.id, call.identity)
    await call.context.feeds.revoke(call.id)
    return HttpAnswer(204)


def calendar_route(feeds: CalendarFeeds, limit: AddressLimit) -> Route:
    """`GET /calendar/{secret}.ics`."""
    return Route("/calendar/{secret}.ics", _Feed(feeds, limit))


class _Feed(OpenEndpoint):
    kind = "a calendar feed"

    def __init__(self, feeds: CalendarFeeds, limit: AddressLimit) -> None:
        super().__init__(limit)
        self._feeds = feeds

    async def answer(self, request: Request) -> Response:
        person = await self._feeds.owner(request.path_params["secret"]) if request.method in ("GET", "HEAD") else None
        feed = await self._feeds.feed(person) if person is not None else None
        if feed is None:
            raise nothing_there()
        tag = f'"{feed.tag}"'
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
        if _knows(request.headers.get("if-none-match", ""), tag):
            return Response(status_code=304, headers=headers)
        content = await asyncio.to_thread(calendar_feed, feed.entries, feed.language)
        headers["Content-Disposition"] = 'inline; filename="sessions.ics"'
        return Response(content, headers=headers, media_type=CALENDAR)


def _knows(said: str, tag: str) -> bool:
    """`If-None-Match` (RFC 9110, 13.1.2): compared weakly, as proxies may have weakened it."""
    return any(each.strip().removeprefix("W/") in (tag, "*") for each in said.split(","))


MAKE_CALENDAR_FEED = Operation(
    method="POST",
    path="/v1/people/{id}/calendar-feed",
    name="makeCalendarFeed",
    summary=(
        "A private feed of the person's sessions for their calendar, by an address that needs no token. Made anew, the "
        "earlier address opens nothing any more."
    ),
    handler=make_calendar_feed,
    query=NoQuery,
    roles=PAIR_OR_SERVICE,
    answers={201: (CalendarFeedView, "The address of the feed, shown this once.")},
    refusals=(404,),
)

REVOKE_CALENDAR_FEED = Operation(
    method="DELETE",
    path="/v1/people/{id}/calendar-feed",
    name="revokeCalendarFeed",
    summary="The address of the person's feed opens nothing any more. The same again changes nothing.",
    handler=revoke_calendar_feed,
    query=NoQuery,
    roles=PAIR_OR_SERVICE,
    answers={204: (None, "There is no feed, or not any more.")},
    refusals=(404,),
)
