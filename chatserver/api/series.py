"""Series of sessions over HTTP."""

from typing import Annotated, Literal, assert_never

from msgspec import Meta, Struct

from chatserver.access.tokens import Identity
from chatserver.api.booking_answers import refusal_of
from chatserver.api.conversations import readable
from chatserver.api.operation import ApiContext, HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.problem import ProblemError, invalid
from chatserver.api.roles import MENTOR_OR_SUPPORT, PAIR_OR_SUPPORT
from chatserver.conversations.requests import Conflict, Invalid, Missing
from chatserver.sessions.outcomes import BookingRefused
from chatserver.sessions.series_record import SeriesDetails, SeriesPlace, SeriesQuestion, SeriesRecord, SeriesView
from quotas import instant
from quotas.bookings import BookingState, state_of
from quotas.plans import Service, SessionPolicy


class EndQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether what is booked from now on stays, or is cancelled as any booking is."""

    bookings: Annotated[Literal["keep", "cancel"], Meta(description="What becomes of its bookings from now on.")] = (
        "keep"
    )


class PlaceView(Struct, frozen=True):
    """A start of the series and its booking, which may have been moved: `booked_for`. Null where it was `refused`.

    `refused` is why it could not be booked: a reason of refusals, or `conflict` where its id is taken. The same request
    that began the series tries again.
    """

    starts_at: str
    booking: str | None
    booked_for: str | None
    state: BookingState | None
    refused: str | None


class QuestionView(Struct, frozen=True):
    """A month that holds three, as 2026-07: keep them, or begin a series with the first of `shifted` that `replaces`
    this one from the first of `starts` on.
    """

    month: str
    starts: list[str]
    shifted: list[str]


class SeriesResource(Struct, frozen=True):
    """A series, its places from now on as far as they were made, and months to be asked about. Instants are RFC 3339.

    It keeps the local time of `first` in `zone`. Where it has ended, it has no places from `ended_from` on, and
    `successor` is the series that went on from there.
    """

    id: str
    conversation: str
    service: Service
    zone: str
    first: str
    minutes: int
    every_weeks: int
    until: str | None
    created_at: str
    ended_at: str | None
    ended_from: str | None
    replaces: str | None
    successor: str | None
    places: list[PlaceView]
    questions: list[QuestionView]


class SeriesHeading(Struct, frozen=True):
    """A series without its places."""

    id: str
    service: Service
    zone: str
    first: str
    minutes: int
    every_weeks: int
    until: str | None
    ended_from: str | None
    successor: str | None


class SeriesList(Struct, frozen=True):
    """All series of a conversation, the first one first."""

    series: list[SeriesHeading]


async def put_series(call: HttpCall[NoQuery, SeriesDetails]) -> HttpAnswer:
    context = call.context
    await readable(context, call.identity, call.body.conversation)
    outcome = await context.series.put(call.id, call.body, call.identity.role)
    match outcome:
        case SeriesView(created=created):
            return HttpAnswer(201 if created else 200, await _shown(context, outcome))
        case BookingRefused():
            raise await refusal_of(context, outcome)
        case Invalid(errors):
            raise invalid(errors)
        case Conflict(detail):
            raise ProblemError(409, detail)
        case Missing():
            raise _no_series(call.id)
        case never:
            assert_never(never)


async def end_series(call: HttpCall[EndQuery, None]) -> HttpAnswer:
    context = call.context
    await _own(context, call.identity, call.id)
    outcome = await context.series.end(call.id, call.identity.role, cancel=call.query.bookings == "cancel")
    if isinstance(outcome, Missing):
        raise _no_series(call.id)
    return HttpAnswer(200, await _shown(context, outcome))


async def get_series(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    await _own(call.context, call.identity, call.id)
    view = await call.context.series.view(call.id)
    if view is None:
        raise _no_series(call.id)
    return HttpAnswer(200, await _shown(call.context, view))


async def list_series(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    record = await readable(call.context, call.identity, call.id)
    found = await call.context.series.of_conversation(record.id)
    return HttpAnswer(200, SeriesList([_heading(each) for each in found]))


async def _own(context: ApiContext, identity: Identity, id: str) -> SeriesRecord:
    """The series where the token's person may see it. Raises ProblemError 404: others learn nothing of it."""
    record = await context.series.find(id)
    if record is None:
        raise _no_series(id)
    try:
        await readable(context, identity, record.conversation)
    except ProblemError:
        raise _no_series(id) from None
    return record


def _no_series(id: str) -> ProblemError:
    return ProblemError(404, f"there is no series {id!r} for this token")


async def _shown(context: ApiContext, view: SeriesView) -> SeriesResource:
    record, rule, now = view.record, view.record.rule, await context.clock()
    return SeriesResource(
        id=record.id,
        conversation=record.conversation,
        service=record.service,
        zone=rule.zone,
        first=instant.text(rule.first),
        minutes=rule.minutes,
        every_weeks=rule.every_weeks,
        until=instant.text_or_none(rule.until),
        created_at=instant.text(record.created_at),
        ended_at=instant.text_or_none(record.ended_at),
        ended_from=instant.text_or_none(record.ended_from),
        replaces=record.replaces,
        successor=record.successor,
        places=[_place(each, context.session_policy, now) for each in view.places],
        questions=[_question(each) for each in view.questions],
    )


def _place(place: SeriesPlace, policy: SessionPolicy, now: int) -> PlaceView:
    booking = place.booking
    return PlaceView(
        starts_at=instant.text(place.starts_at),
        booking=booking.id if booking else None,
        booked_for=instant.text(booking.starts_at) if booking else None,
        state=state_of(booking, policy, now) if booking else None,
        refused=place.refusal,
    )


def _question(question: SeriesQuestion) -> QuestionView:
    return QuestionView(
        month=f"{question.month:%Y-%m}",
        starts=[instant.text(start) for start in question.starts],
        shifted=[instant.text(start) for start in question.shifted],
    )


def _heading(record: SeriesRecord) -> SeriesHeading:
    rule = record.rule
    return SeriesHeading(
        id=record.id,
        service=record.service,
        zone=rule.zone,
        first=instant.text(rule.first),
        minutes=rule.minutes,
        every_weeks=rule.every_weeks,
        until=instant.text_or_none(rule.until),
        ended_from=instant.text_or_none(record.ended_from),
        successor=record.successor,
    )


PUT_SERIES = Operation(
    method="PUT",
    path="/v1/series/{id}",
    name="putSeries",
    summary="Begin a series, or let it go on from another one. The same again tries places that were refused.",
    handler=put_series,
    query=NoQuery,
    body=SeriesDetails,
    roles=MENTOR_OR_SUPPORT,
    answers={200: (SeriesResource, "The series was known."), 201: (SeriesResource, "The series is new.")},
    refusals=(404, 409),
    refuses=True,
)

END_SERIES = Operation(
    method="DELETE",
    path="/v1/series/{id}",
    name="endSeries",
    summary="End a series from now on. What is booked stays, unless asked otherwise. The same again changes nothing.",
    handler=end_series,
    query=EndQuery,
    roles=MENTOR_OR_SUPPORT,
    answers={200: (SeriesResource, "The series as it is now.")},
    refusals=(404,),
)

GET_SERIES = Operation(
    method="GET",
    path="/v1/series/{id}",
    name="getSeries",
    summary="A series with its places from now on, and months to be asked about. Members and mentors see their own.",
    handler=get_series,
    query=NoQuery,
    roles=PAIR_OR_SUPPORT,
    answers={200: (SeriesResource, "The series.")},
    refusals=(404,),
)

LIST_SERIES = Operation(
    method="GET",
    path="/v1/conversations/{id}/series",
    name="listSeries",
    summary="All series of a conversation. Members and mentors see their own conversations'.",
    handler=list_series,
    query=NoQuery,
    roles=PAIR_OR_SUPPORT,
    answers={200: (SeriesList, "The series, the first one first.")},
    refusals=(404,),
)
