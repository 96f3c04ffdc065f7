"""The credits of a conversation over HTTP: what a subscription month gives, what of it is spent, and corrections."""

from datetime import date
from typing import Annotated, assert_never

from msgspec import UNSET, Meta, Struct, UnsetType

from chatserver.api.conversations import not_found, readable
from chatserver.api.operation import ApiContext, HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.problem import ProblemError, RefusedError, invalid
from chatserver.api.roles import SUPPORT
from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.requests import Conflict, FieldProblem, Invalid, Missing, PersonId
from chatserver.plural import counted
from chatserver.sessions.credit_book import CorrectionRefused, CreditEntry, PeriodCredits
from quotas import instant

MOST_UNITS = 1_000
"""The most that one correction adds or takes."""

_EARLIEST, _LATEST = date(1970, 1, 2), date(2199, 12, 30)
"""Days whose beginning is an instant in every zone."""

CorrectionReason = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=500,
        pattern=r"^[^\u0000-\u0020\u007f-\u00a0][^\u0000-\u001f\u007f-\u009f]*$(?!\n)",
        description="1 to 500 characters, the first one no space; no control characters.",
    ),
]


class CreditsQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which period."""

    day: (
        Annotated[date, Meta(description="A date in the period, such as 2026-03-03; left out: the present period.")]
        | UnsetType
    ) = UNSET


class CorrectionDetails(Struct, frozen=True, forbid_unknown_fields=True):
    """Units of 30 minutes to add, or below 0 to take, in the period that contains `day`; left out or null: the present.

    The same `id` in the same conversation with the same content is the same correction.
    """

    id: PersonId
    units: Annotated[int, Meta(ge=-MOST_UNITS, le=MOST_UNITS, description="Not 0.")]
    reason: CorrectionReason
    day: date | None = None


class CreditPeriod(Struct, frozen=True, rename={"since": "from"}):
    """A subscription month, from its first instant until that of the next one."""

    since: str
    until: str


class CreditEntryView(Struct, frozen=True):
    """A change of the period's credits: a booking that spends units (below 0), or a correction, with its reason."""

    at: str
    units: int
    booking: str | None
    correction: str | None
    reason: str | None


class CreditsView(Struct, frozen=True):
    """The credits of a period, in units of 30 minutes.

    `left` is what may still be booked, `over` what is used beyond the allowance, as after a change of plan. `allowance`
    and `left` are null where the plan gives without limit, and all numbers where it has no sessions.
    """

    period: CreditPeriod
    allowance: int | None
    used: int | None
    corrected: int | None
    left: int | None
    over: int | None
    entries: list[CreditEntryView]


async def get_credits(call: HttpCall[CreditsQuery, None]) -> HttpAnswer:
    record = await readable(call.context, call.identity, call.id)
    day = None if isinstance(call.query.day, UnsetType) else call.query.day
    found = await call.context.credits.of(record.id, _beginning(call.context, record, day))
    if found is None:
        raise not_found(call.id)
    return HttpAnswer(200, _credits(found))


async def correct_credits(call: HttpCall[NoQuery, CorrectionDetails]) -> HttpAnswer:
    wish = call.body
    record = await readable(call.context, call.identity, call.id)
    at = _beginning(call.context, record, wish.day)
    outcome = await call.context.bookings.correct(record.id, wish.id, wish.units, wish.reason, at)
    match outcome:
        case PeriodCredits():
            return HttpAnswer(200, _credits(outcome))
        case CorrectionRefused(reason, left):
            raise RefusedError(reason, _why_not(reason, left), credits_left=left)
        case Conflict(detail):
            raise ProblemError(409, detail)
        case Invalid(errors):
            raise invalid(errors)
        case Missing():
            raise not_found(call.id)
        case never:
            assert_never(never)


def _beginning(context: ApiContext, record: ConversationRecord, day: date | None) -> int | None:
    """The first instant of that day in the conversation's zone. Raises ProblemError 422."""
    if day is None:
        return None
    if not _EARLIEST <= day <= _LATEST:
        raise invalid([FieldProblem("day", f"must be a date from {_EARLIEST} to {_LATEST}")])
    return context.provisioning.rulebook.calendar_to_show(record.zone, record.holidays).start_of(day)


def _why_not(reason: str, left: int | None) -> str:
    match reason:
        case "ended":
            return "the conversation has ended, for good; its credits stay as they are"
        case "not_in_plan":
            return "the plan has no sessions; give the conversation a plan that has some first"
        case _:
            units = f"{counted(left or 0, 'unit')} {'is' if left == 1 else 'are'}"
            return f"only {units} left in that period; take as many at most"


def _credits(found: PeriodCredits) -> CreditsView:
    credits = found.credits
    return CreditsView(
        period=CreditPeriod(instant.text(found.period.starts_at), instant.text(found.period.ends_at)),
        allowance=credits.allowance if credits else None,
        used=credits.used if credits else None,
        corrected=credits.corrected if credits else None,
        left=credits.left if credits else None,
        over=credits.over if credits else None,
        entries=[_entry(each) for each in found.entries],
    )


def _entry(entry: CreditEntry) -> CreditEntryView:
    return CreditEntryView(instant.text(entry.at), entry.units, entry.booking, entry.correction, entry.reason)


GET_CREDITS = Operation(
    method="GET",
    path="/v1/conversations/{id}/credits",
    name="getCredits",
    summary="The session credits of a period. Members and mentors see their own conversations'.",
    handler=get_credits,
    query=CreditsQuery,
    answers={200: (CreditsView, "The credits.")},
    refusals=(404,),
)

CORRECT_CREDITS = Operation(
    method="POST",
    path="/v1/conversations/{id}/credits/corrections",
    name="correctCredits",
    summary="Add session credits to a period, or take them from it. The same again changes nothing.",
    handler=correct_credits,
    query=NoQuery,
    body=CorrectionDetails,
    roles=SUPPORT,
    answers={200: (CreditsView, "The period's credits as they are now.")},
    refusals=(404, 409),
    refuses=True,
)
