"""The board over HTTP: the answers that mentors owe, the most urgent first."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict, replace

from chatserver.api.authentication import not_allowed
from chatserver.api.operation import HttpAnswer, HttpCall, Operation
from chatserver.api.problem import invalid
from chatserver.conversations.requests import FieldProblem, PersonId, PlanName
from chatserver.conversations.standing_view import owed_of, totals_of
from chatserver.protocol.board import BoardTotals, BoardWait, WaitStep
from chatserver.protocol.commands import NAME_ALLOWED
from chatserver.replies.board import Wanted, place_of
from chatserver.replies.board_rows import steps_at, steps_of
from quotas.admission import WaitState
from quotas.instant import text
from quotas.ledger.open_waits import OpenWait, Place
from quotas.terms import Rulebook, UnknownPlanError

MAX_REPLIES = 200


class RepliesQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which of them."""

    state: Annotated[
        WaitState,
        Meta(description="waiting: all; overdue: past the deadline; missed: past it, and that was noted."),
    ] = "waiting"
    mentor: Annotated[PersonId, Meta(description=f"The id of one mentor: {NAME_ALLOWED}.")] | UnsetType = UNSET
    plan: Annotated[PlanName, Meta(description="Those on one plan of the policy, such as `light`.")] | UnsetType = UNSET
    after: Annotated[str, Meta(max_length=200, description="The `next` of the page before.")] | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1, le=MAX_REPLIES, description=f"How many at most, 1 to {MAX_REPLIES}.")] = 50


class WaitResource(BoardWait, frozen=True, kw_only=True):
    """An answer that a mentor owes. Past the deadline `time_left_ms` is negative; null where none is promised.

    `steps` of the escalation in their order, as the deadline stands: who was told, and who is told when, if no answer
    comes.
    """

    time_left_ms: int | None
    steps: list[WaitStep]


class RepliesPage(Struct, frozen=True):
    """A page as it stands at `now`: by deadline, then those without one.

    `totals` count every open wait of the mentor and plan that were asked for, whatever the state. `next` is null on the
    last page.
    """

    now: str
    totals: BoardTotals
    replies: list[WaitResource]
    next: str | None


async def get_replies(call: HttpCall[RepliesQuery, None]) -> HttpAnswer:
    """Members owe nothing and see nothing; a mentor sees their own."""
    query, identity = call.query, call.identity
    mentor = "" if isinstance(query.mentor, UnsetType) else query.mentor
    if identity.role == "member":
        raise not_allowed("a member has no board; mentors, support and services do")
    if identity.role == "mentor":
        if mentor not in ("", identity.user):
            raise not_allowed(f"a mentor sees their own; leave `mentor` out or name {identity.user!r}")
        mentor = identity.user
    wanted = Wanted(query.state, mentor, _plan(call.context.provisioning.rulebook, query.plan))
    page = await call.context.board.page(wanted, _place(query.after), query.limit)
    away = await call.context.absences.substitutes({wait.mentor for wait in page.waits}, page.now)
    rulebook = call.context.provisioning.rulebook
    rows = [_row(wait, page.now, away.get(wait.mentor), rulebook) for wait in page.waits]
    return HttpAnswer(200, RepliesPage(text(page.now), totals_of(page.totals), rows, page.next))


def _plan(rulebook: Rulebook, plan: str | UnsetType) -> str:
    if isinstance(plan, UnsetType):
        return ""
    try:
        rulebook.plan(plan)
    except UnknownPlanError as error:
        raise invalid([FieldProblem("plan", str(error.args[0]))]) from None
    return plan


def _place(after: str | UnsetType) -> Place:
    try:
        return place_of("" if isinstance(after, UnsetType) else after)
    except ValueError:
        raise invalid([FieldProblem("after", "is no place on the board; allowed: the `next` of a page")]) from None


def _row(wait: OpenWait, now: int, substitute: str | None, rulebook: Rulebook) -> WaitResource:
    steps = steps_at(now, steps_of(wait, rulebook.policy), substitute)
    owed = replace(owed_of(wait, now, substitute), steps=steps)
    return WaitResource(**asdict(owed), time_left_ms=wait.due_at - now if wait.due_at else None)


GET_REPLIES = Operation(
    method="GET",
    path="/v1/replies",
    name="getReplies",
    summary="The answers that mentors owe, the most urgent first. A mentor sees their own.",
    handler=get_replies,
    query=RepliesQuery,
    answers={200: (RepliesPage, "The page.")},
    refusals=(403,),
)
