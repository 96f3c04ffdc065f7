"""The table of operations, and the routes made from it."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial
from typing import assert_never

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from chatserver.api import problem
from chatserver.api.absences import DELETE_ABSENCE, GET_ABSENCE, LIST_ABSENCES, PUT_ABSENCE
from chatserver.api.attachments import (
    DELETE_ATTACHMENT,
    GET_ATTACHMENT,
    GET_ATTACHMENTS,
    PUT_ATTACHMENT,
)
from chatserver.api.audit import GET_AUDIT
from chatserver.api.audited import answered
from chatserver.api.authentication import identify, require_role
from chatserver.api.booking_events import GET_BOOKING_EVENTS
from chatserver.api.bookings import (
    CANCEL_BOOKING,
    GET_BOOKING,
    GET_BOOKINGS,
    GET_MENTOR_BOOKINGS,
    MOVE_BOOKING,
    PUT_BOOKING,
)
from chatserver.api.bounds import admit
from chatserver.api.calendar_feeds import MAKE_CALENDAR_FEED, REVOKE_CALENDAR_FEED
from chatserver.api.calls import GET_CALL
from chatserver.api.cancellations import GET_CANCELLATION
from chatserver.api.case_choices import GET_CASE_CHOICES
from chatserver.api.case_evidence import GET_CASE_EVIDENCE, GET_CASE_FILE
from chatserver.api.cases import ACT_ON_CASE, GET_CASE, GET_CASES, PUT_CASE
from chatserver.api.conversations import CHANGE_CONVERSATION, CHOOSE_CONVERSATION, GET_CONVERSATION, PUT_CONVERSATION
from chatserver.api.credits import CORRECT_CREDITS, GET_CREDITS
from chatserver.api.exercises import FILL_EXERCISE, GET_EXERCISES
from chatserver.api.fields import read_body, read_id, read_part, read_query, uploaded
from chatserver.api.finding_people import FIND_PEOPLE, GET_CONVERSATIONS_OF_PERSON
from chatserver.api.hand_over import HAND_OVER
from chatserver.api.help import GET_HELP
from chatserver.api.hours import GET_HOURS, PUT_HOURS
from chatserver.api.library import (
    DELETE_ITEM,
    DELETE_SHARED_ITEM,
    GET_LIBRARY,
    GET_SHARED_LIBRARY,
    PUT_ITEM,
    PUT_SHARED_ITEM,
)
from chatserver.api.mail_bounces import REPORT_MAIL_BOUNCE
from chatserver.api.membership import CHANGE_MEMBERSHIP, GET_MEMBERSHIP, PUT_MEMBERSHIP
from chatserver.api.mentor_profiles import GET_PROFILE, PUT_PROFILE
from chatserver.api.mentors import LIST_MENTORS
from chatserver.api.messages import GET_MESSAGES
from chatserver.api.negotiation import chosen
from chatserver.api.notice_settings import ASK_OPENING, FORGET_OPENING, GET_SETTINGS, MUTE, PUT_SETTINGS, UNMUTE
from chatserver.api.notices import GET_NOTICES, READ_NOTICES
from chatserver.api.openapi import document
from chatserver.api.operation import AnyOperation, ApiContext, Form, HttpCall
from chatserver.api.people import GET_PERSON, PUT_LOCALE, PUT_PERSON, REVOKE_PERSON
from chatserver.api.prices import GET_PRICES, PUT_PRICES
from chatserver.api.problem import ProblemError
from chatserver.api.push import (
    DELETE_PUSH_SUBSCRIPTION,
    GET_PUSH_KEY,
    LIST_PUSH_SUBSCRIPTIONS,
    PUT_PUSH_SUBSCRIPTION,
)
from chatserver.api.readings import GET_READINGS
from chatserver.api.replies import GET_REPLIES
from chatserver.api.report import GET_REPORT, GET_TODAY
from chatserver.api.series import END_SERIES, GET_SERIES, LIST_SERIES, PUT_SERIES
from chatserver.api.services import GET_SERVICES
from chatserver.api.session_calls import CONFIRM_NO_SHOW, FINISH_BOOKING, GET_CALENDAR, JOIN_BOOKING
from chatserver.api.slots import GET_SLOTS
from chatserver.api.statements import GET_STATEMENT
from chatserver.api.webhook_deliveries import GET_WEBHOOK_DELIVERIES, PING_WEBHOOK, REPLAY_WEBHOOK
from chatserver.api.webhooks import (
    DELETE_WEBHOOK,
    ENABLE_WEBHOOK,
    GET_WEBHOOK,
    LIST_WEBHOOKS,
    PUT_WEBHOOK,
    ROTATE_WEBHOOK,
)
from chatserver.api.why import GET_WHY
from chatserver.api.writing_days import GET_WRITING_DAYS
from chatserver.records.database import DatabaseError
from quotas.store.errors import StoreError

OPERATIONS: tuple[AnyOperation, ...] = (
    PUT_PERSON,
    FIND_PEOPLE,
    GET_PERSON,
    GET_CONVERSATIONS_OF_PERSON,
    PUT_LOCALE,
    REVOKE_PERSON,
    PUT_CONVERSATION,
    CHANGE_CONVERSATION,
    CHOOSE_CONVERSATION,
    GET_CONVERSATION,
    GET_MESSAGES,
    GET_WHY,
    GET_HELP,
    GET_READINGS,
    GET_REPLIES,
    GET_REPORT,
    GET_TODAY,
    GET_WRITING_DAYS,
    LIST_MENTORS,
    PUT_BOOKING,
    MOVE_BOOKING,
    GET_BOOKING,
    GET_CANCELLATION,
    CANCEL_BOOKING,
    JOIN_BOOKING,
    GET_CALL,
    FINISH_BOOKING,
    CONFIRM_NO_SHOW,
    GET_CALENDAR,
    GET_BOOKING_EVENTS,
    GET_BOOKINGS,
    GET_MENTOR_BOOKINGS,
    GET_SERVICES,
    GET_CREDITS,
    CORRECT_CREDITS,
    PUT_HOURS,
    GET_HOURS,
    GET_SLOTS,
    PUT_ABSENCE,
    GET_ABSENCE,
    LIST_ABSENCES,
    DELETE_ABSENCE,
    HAND_OVER,
    PUT_PRICES,
    GET_PRICES,
    PUT_SERIES,
    END_SERIES,
    GET_SERIES,
    LIST_SERIES,
    PUT_MEMBERSHIP,
    CHANGE_MEMBERSHIP,
    GET_MEMBERSHIP,
    GET_STATEMENT,
    PUT_WEBHOOK,
    GET_WEBHOOK,
    LIST_WEBHOOKS,
    DELETE_WEBHOOK,
    ROTATE_WEBHOOK,
    ENABLE_WEBHOOK,
    PING_WEBHOOK,
    REPLAY_WEBHOOK,
    GET_WEBHOOK_DELIVERIES,
    MAKE_CALENDAR_FEED,
    REVOKE_CALENDAR_FEED,
    REPORT_MAIL_BOUNCE,
    GET_NOTICES,
    READ_NOTICES,
    GET_SETTINGS,
    PUT_SETTINGS,
    MUTE,
    UNMUTE,
    ASK_OPENING,
    FORGET_OPENING,
    GET_PUSH_KEY,
    PUT_PUSH_SUBSCRIPTION,
    DELETE_PUSH_SUBSCRIPTION,
    LIST_PUSH_SUBSCRIPTIONS,
    PUT_ITEM,
    DELETE_ITEM,
    GET_LIBRARY,
    PUT_SHARED_ITEM,
    DELETE_SHARED_ITEM,
    GET_SHARED_LIBRARY,
    PUT_PROFILE,
    GET_PROFILE,
    FILL_EXERCISE,
    GET_EXERCISES,
    PUT_CASE,
    GET_CASE_FILE,
    GET_CASE_EVIDENCE,  # before the actions, whose path it would be else
    ACT_ON_CASE,
    GET_CASE,
    GET_CASES,
    GET_CASE_CHOICES,
    PUT_ATTACHMENT,
    GET_ATTACHMENT,
    DELETE_ATTACHMENT,
    GET_ATTACHMENTS,
    GET_AUDIT,
)

logger = logging.getLogger(__name__)


def routes(context: ApiContext, operations: Iterable[AnyOperation] = OPERATIONS) -> list[Route]:
    """Everything under /v1. The last route answers every other path there with 404: put what else there is before."""
    return [
        *(Route(path, _Resource(context, here)) for path, here in by_path(operations).items()),
        Route("/v1/openapi.json", _Document()),
        Route("/v1/{rest:path}", _Nothing()),
    ]


def by_path(operations: Iterable[AnyOperation]) -> dict[str, dict[str, AnyOperation]]:
    """The operations of each path by method, wherever they stand: of two routes with one path only the first is asked.

    Raises ValueError where two have the same path and method.
    """
    found: dict[str, dict[str, AnyOperation]] = {}
    for operation in operations:
        here = found.setdefault(operation.path, {})
        if operation.method in here:
            raise ValueError(f"{operation.method} {operation.path} is in the table twice")
        here[operation.method] = operation
    return found


class _Endpoint(ABC):
    """An ASGI endpoint that answers whatever happens, in problem details where it went wrong."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            return await self.answer(request)
        except ProblemError as error:
            return problem.response(error)
        except (DatabaseError, StoreError) as error:
            logger.warning("%s %s: %s", request.method, request.url.path, error)
            return problem.response(_unavailable(error))
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception:
            logger.exception("%s %s failed", request.method, request.url.path)
            return problem.response(ProblemError(500, "the fault is logged; the same request again is safe"))

    @abstractmethod
    async def answer(self, request: Request) -> Response:
        """Raises ProblemError, DatabaseError, StoreError."""


class _Resource(_Endpoint):
    """The operations of one path, by method."""

    def __init__(self, context: ApiContext, operations: Mapping[str, AnyOperation]) -> None:
        self._context = context
        self._operations = operations

    async def answer(self, request: Request) -> Response:
        operation = self._operations[known_method(request, self._operations)]
        identity = await identify(request, self._context.authenticator)
        admit(identity, self._context)
        require_role(identity, operation.callers)
        context = self._context
        call = HttpCall(
            context=context,
            identity=identity,
            id=read_id(request.path_params["id"]) if "id" in request.path_params else "",
            query=read_query(request.query_params, operation.query),
            body=await read_body(request, operation.body, partial(operation.check, context))
            if operation.body
            else None,
            headers=request.headers,
            content=uploaded(request) if operation.upload else None,
            parts={part.name: read_part(request.path_params[part.name], part) for part in operation.parts},
        )
        form = _form(request, operation.forms)
        answer = await answered(operation, call)
        if answer.response is not None:
            return answer.response
        if answer.content is None:
            return Response(status_code=answer.status)
        content = form.write(answer.content)
        return Response(content, answer.status, dict(form.headers), media_type=form.media_type)


class _Document(_Endpoint):
    """The OpenAPI document, the same for everyone; no token is needed."""

    async def answer(self, request: Request) -> Response:
        known_method(request, ("GET",))
        return _json(_openapi(), 200)


@cache
def _openapi() -> bytes:
    """Made when it is first asked for: it is the slowest part of a start."""
    return msgspec.json.encode(document(OPERATIONS))


class _Nothing(_Endpoint):
    """Every path that is none."""

    async def answer(self, request: Request) -> Response:
        raise ProblemError(404, "there is no such path; GET /v1/openapi.json lists those that there are")


def _form(request: Request, forms: Sequence[Form]) -> Form:
    """The one that there is, or the one that the request likes best. Raises ProblemError 406."""
    if len(forms) == 1:
        return forms[0]
    media_type = chosen(request, [form.media_type for form in forms])
    return next(form for form in forms if form.media_type == media_type)


def known_method(request: Request, known: Mapping[str, AnyOperation] | tuple[str, ...]) -> str:
    """The method to run; HEAD runs GET, whose body the server leaves out. Raises ProblemError 405."""
    method = "GET" if request.method == "HEAD" else request.method
    if method in known:
        return method
    allowed = ", ".join([*known, *(["HEAD"] if "GET" in known else [])])
    raise ProblemError(405, f"allowed: {allowed}", headers={"Allow": allowed})


def _json(content: bytes, status: int) -> Response:
    return Response(content, status, media_type="application/json")


def _unavailable(error: DatabaseError | StoreError) -> ProblemError:
    match error:
        case DatabaseError():
            detail = "the database does not answer, or cannot be written; repeat the request"
        case StoreError():
            detail = (
                "the store does not answer, or takes no writes now; repeat the request, also where the record was "
                "written already"
            )
        case never:
            assert_never(never)
    return ProblemError(503, detail, headers={"Retry-After": "1"})
