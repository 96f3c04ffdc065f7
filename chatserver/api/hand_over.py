"""A leaving mentor's members over HTTP: a switch for each."""

from msgspec import Struct

from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.problem import ProblemError
from chatserver.api.roles import SUPPORT
from chatserver.conversations.requests import Missing


class MemberSwitch(Struct, frozen=True):
    """The open switch of a conversation: `case` is its id."""

    conversation: str
    member: str
    case: str


class HandOver(Struct, frozen=True):
    """What becomes of a leaving mentor's conversations.

    `others` are trials and guests' conversations: they have no plan to go on with, and are support's to end.
    """

    mentor: str
    switches: list[MemberSwitch]
    others: list[str]


async def hand_over(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    outcome = await call.context.leaving_mentors.hand_over(call.id)
    if isinstance(outcome, Missing):
        raise ProblemError(404, f"there is no mentor {call.id!r}")
    switches = [MemberSwitch(each.conversation, each.member, each.case) for each in outcome.switches]
    return HttpAnswer(200, HandOver(call.id, switches, list(outcome.others)))


HAND_OVER = Operation(
    method="POST",
    path="/v1/mentors/{id}/hand-over",
    name="handOver",
    summary="A mentor leaves: open a switch for each of their members. Where one is open already, it is that.",
    handler=hand_over,
    query=NoQuery,
    roles=SUPPORT,
    answers={200: (HandOver, "The switches, and what cannot go on.")},
    refusals=(404,),
)
