"""What somebody may open in a conversation, over HTTP: an app draws its menu by one call."""

from msgspec import Struct

from chatserver.api.case_views import asker_of
from chatserver.api.negotiation import language
from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.problem import ProblemError
from chatserver.api.roles import PAIR_OR_SUPPORT
from chatserver.conversations.requests import Missing
from quotas.cases.choice_words import choice_in_words
from quotas.cases.choices import NotOpenable
from quotas.cases.facts import CaseFactName
from quotas.cases.prompts import prompts_of
from quotas.cases.rules import CaseKind, CaseState


class CaseChoiceView(Struct, frozen=True):
    """A kind of case that who asks may open, by `PUT /v1/cases/{id}`: in which state it then is, what it asks for.

    `title` is the line of a menu, in the language of `Accept-Language`; `prompts` are what a mentor may think of
    first. Of each of `needs` one fact is to be given, those of `takes` may be. `reasons` are the words for `reason`;
    none: any text. `refused` says why it cannot be opened now (null: it can); `case` is the open one to go on with.
    """

    kind: CaseKind
    title: str
    state: CaseState
    needs: list[list[CaseFactName]]
    takes: list[CaseFactName]
    reasons: list[str]
    prompts: list[str]
    refused: NotOpenable | None
    case: str | None


class CaseChoices(Struct, frozen=True):
    """What who asks may open in a conversation."""

    conversation: str
    choices: list[CaseChoiceView]


async def get_case_choices(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    asker = asker_of(call.identity)
    found = await call.context.cases.choices(call.id, asker)
    if isinstance(found, Missing):
        raise ProblemError(404, f"there is no conversation {call.id!r} for this token")
    spoken = language(call.headers.get("accept-language", ""))
    choices = [
        CaseChoiceView(
            kind=each.kind,
            title=choice_in_words(each.kind, each.state, asker.role, spoken),
            state=each.state,
            needs=[list(group) for group in each.needs],
            takes=list(each.takes),
            reasons=list(each.reasons),
            prompts=prompts_of(each.kind, spoken, call.context.case_policy) if asker.role == "mentor" else [],
            refused=each.refused,
            case=each.in_the_way or None,
        )
        for each in found
    ]
    return HttpAnswer(200, CaseChoices(call.id, choices))


GET_CASE_CHOICES = Operation(
    method="GET",
    path="/v1/conversations/{id}/case-choices",
    name="getCaseChoices",
    summary="The kinds of case that who asks may open in a conversation, with what each asks for.",
    handler=get_case_choices,
    query=NoQuery,
    roles=PAIR_OR_SUPPORT,
    answers={200: (CaseChoices, "The choices, in the order of the table.")},
    refusals=(404,),
)
