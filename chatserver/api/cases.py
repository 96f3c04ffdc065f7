"""Cases over HTTP: opened, acted on, read and listed, each by whoever may see them."""

from typing import Annotated, Any, assert_never, get_args

from msgspec import UNSET, Meta, Struct, UnsetType, field

from chatserver.api.case_facts import CaseFactsSaid, facts_read
from chatserver.api.case_views import (
    CaseSummary,
    CaseView,
    SuggestedCase,
    asker_of,
    case_summary,
    case_view,
    named_in,
    suggested_case,
)
from chatserver.api.negotiation import language
from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation, PathPart
from chatserver.api.problem import ProblemError, RefusedError, invalid
from chatserver.api.roles import PAIR_OR_SUPPORT
from chatserver.cases.case_requests import (
    CaseFilter,
    CaseOpening,
    CaseSeen,
    NotInThisCase,
    OpenedFor,
)
from chatserver.conversations.requests import Conflict, Invalid, Missing, PersonId
from quotas import instant
from quotas.cases.acts import CaseDoing
from quotas.cases.prompts import prompts_of
from quotas.cases.record import NoteAudience
from quotas.cases.rules import CaseAction, CaseKind, CaseState, CommonAction, SuspendAction

LONGEST_NOTE = 10_000
ACTIONS: tuple[CaseAction, ...] = (*get_args(CommonAction), *get_args(SuspendAction), *get_args(CaseState))
MOST_CASES = 100

CaseNote = Annotated[
    str,
    Meta(
        max_length=LONGEST_NOTE,
        pattern=r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$(?!\n)",
        description=f"A text of at most {LONGEST_NOTE} characters, without control characters but tabs and new lines.",
    ),
]


class CaseDetails(Struct, frozen=True, forbid_unknown_fields=True):
    """A case to be opened. Which facts a kind needs and takes, `docs/cases.md` says.

    `opened_for`, which support alone may say: whose case it is; left out: support's own.
    """

    kind: CaseKind
    conversation: PersonId
    facts: CaseFactsSaid = CaseFactsSaid()
    note: CaseNote = ""
    opened_for: OpenedFor | None = None


class CaseActing(Struct, frozen=True, forbid_unknown_fields=True):
    """What is said beside an action. `for`: whether the note is for support alone, or shared with who opened the case;
    null: the answer to a question is shared, all else is for support.

    `facts` as the state that follows needs and takes them; `assignee` of `assign`, '' for nobody; `reached` of
    `attempt`, whether the member was reached.
    """

    note: CaseNote = ""
    audience: NoteAudience | None = field(name="for", default=None)
    facts: CaseFactsSaid = CaseFactsSaid()
    assignee: PersonId | None = None
    reached: bool = False


class CasesQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which of them; what is left out: any."""

    kind: Annotated[CaseKind, Meta(description="Of that kind.")] | UnsetType = UNSET
    state: Annotated[CaseState, Meta(description="In that state.")] | UnsetType = UNSET
    assignee: Annotated[PersonId, Meta(description="Given to that person of support.")] | UnsetType = UNSET
    conversation: Annotated[PersonId, Meta(description="Of that conversation.")] | UnsetType = UNSET
    open: Annotated[bool, Meta(description="Whether only those that have not ended.")] = False
    after: Annotated[PersonId, Meta(description="The id of the last one of the page before.")] | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1, le=MOST_CASES, description=f"How many at most, 1 to {MOST_CASES}.")] = 50


class CaseList(Struct, frozen=True):
    """A page of cases, newest first, as they stand at `now`. `more` says whether older ones exist.

    `suggested`, on a mentor's first page, are those that they are asked to open.
    """

    now: str
    cases: list[CaseSummary]
    more: bool
    suggested: list[SuggestedCase]


async def put_case(call: HttpCall[NoQuery, CaseDetails]) -> HttpAnswer:
    details = call.body
    facts = facts_read(details.facts)
    opening = CaseOpening(details.kind, details.conversation, facts, details.note, details.opened_for)
    outcome = await call.context.cases.open(call.id, opening, asker_of(call.identity))
    if isinstance(outcome, Missing):
        raise ProblemError(404, f"there is no conversation {details.conversation!r} for this token")
    return await _answered(call, outcome)


async def act_on_case(call: HttpCall[NoQuery, CaseActing]) -> HttpAnswer:
    said, action = call.body, _action(call.parts["action"])
    doing = CaseDoing(
        action, facts_read(said.facts), said.note, said.audience, assignee=said.assignee or "", reached=said.reached
    )
    return await _answered(call, await call.context.cases.act(call.id, doing, asker_of(call.identity)))


async def get_case(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    return await _answered(call, await call.context.cases.find(call.id, asker_of(call.identity)))


async def get_cases(call: HttpCall[CasesQuery, None]) -> HttpAnswer:
    query = call.query
    which = CaseFilter(
        kind=_given(query.kind),
        state=_given(query.state),
        assignee=_given(query.assignee),
        conversation=_given(query.conversation),
        only_open=query.open,
        after=_given(query.after),
    )
    asker, spoken = asker_of(call.identity), language(call.headers.get("accept-language", ""))
    page = await call.context.cases.page(which, asker, query.limit)
    now = instant.text(await call.context.clock())
    is_first = asker.role == "mentor" and not which.after
    asked = await call.context.quiet.suggested_to(asker.user) if is_first else []
    suggested = [suggested_case(each) for each in asked if which.conversation in ("", each.conversation)]
    names = await call.context.provisioning.names(named_in(page.cases))
    cases = [case_summary(each, asker, spoken, names) for each in page.cases]
    return HttpAnswer(200, CaseList(now, cases, page.more, suggested))


def _given(value: str | UnsetType) -> str:
    return "" if isinstance(value, UnsetType) else value


def _action(name: str) -> CaseAction:
    return next(action for action in ACTIONS if action == name)


async def _answered(
    call: HttpCall[Any, Any], outcome: CaseSeen | NotInThisCase | Conflict | Missing | Invalid
) -> HttpAnswer:
    """Raises ProblemError where it was not done."""
    match outcome:
        case CaseSeen():
            spoken = language(call.headers.get("accept-language", ""))
            policy, looks_after = call.context.case_policy, call.identity.role in ("mentor", "support")
            prompts = prompts_of(outcome.case.kind, spoken, policy, outcome.case.facts) if looks_after else []
            names = await call.context.provisioning.names(named_in([outcome]))
            now = await call.context.clock()
            view = case_view(outcome, asker_of(call.identity), spoken, names, prompts, now)
            return HttpAnswer(201 if outcome.created else 200, view)
        case NotInThisCase():
            detail = _REFUSED[outcome.reason]
            if outcome.reason == "not_now":
                detail = detail + ", ".join(outcome.possible) if outcome.possible else _NOTHING_POSSIBLE
            raise RefusedError(outcome.reason, detail, possible=outcome.possible, case=outcome.ref)
        case Conflict(detail):
            raise ProblemError(409, detail)
        case Invalid(errors):
            raise invalid(errors)
        case Missing():
            raise ProblemError(404, f"there is no case {call.id!r} for this token")
        case never:
            assert_never(never)


_NOTHING_POSSIBLE = "the case does not know this action now: it has ended, or nothing in it is yours to do"
_REFUSED = {
    "not_now": "the case does not know this action now, or not from you; possible is ",
    "not_yours": "a case of this kind is for others to open; ask support",
    "no_cadence": "the plan has no cadence that could change",
    "ended": "the conversation has ended, for good; of it one may still ask a question",
    "already_open": "there is an open case of this kind in the conversation; go on with that one",
}


PUT_CASE = Operation(
    method="PUT",
    path="/v1/cases/{id}",
    name="putCase",
    summary="Open a case. The id is the caller's own; the same again is the same case.",
    handler=put_case,
    query=NoQuery,
    body=CaseDetails,
    roles=PAIR_OR_SUPPORT,
    answers={200: (CaseView, "It was open already, or an open case moved on by it."), 201: (CaseView, "It is open.")},
    refusals=(404, 409),
    refuses=True,
)

ACT_ON_CASE = Operation(
    method="POST",
    path="/v1/cases/{id}/{action}",
    name="actOnCase",
    summary="Take an action: a state that can follow by its name, or what every open case knows.",
    handler=act_on_case,
    query=NoQuery,
    body=CaseActing,
    roles=PAIR_OR_SUPPORT,
    parts=(PathPart("action", "|".join(ACTIONS), "one of " + ", ".join(ACTIONS)),),
    answers={200: (CaseView, "The case as it is now.")},
    refusals=(404,),
    refuses=True,
)

GET_CASE = Operation(
    method="GET",
    path="/v1/cases/{id}",
    name="getCase",
    summary="A case by the caller's own id or the server's, as the caller may see it, with what is possible now.",
    handler=get_case,
    query=NoQuery,
    roles=PAIR_OR_SUPPORT,
    answers={200: (CaseView, "The case.")},
    refusals=(404,),
)

GET_CASES = Operation(
    method="GET",
    path="/v1/cases",
    name="getCases",
    summary="Cases, newest first: for support all of them, for others those that they may see.",
    handler=get_cases,
    query=CasesQuery,
    roles=PAIR_OR_SUPPORT,
    answers={200: (CaseList, "The page.")},
    refusals=(),
)
