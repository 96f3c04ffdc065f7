"""Reported messages over HTTP: what was sealed into a case, for support."""

from msgspec import Struct

from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.problem import ProblemError
from chatserver.api.roles import SUPPORT
from chatserver.protocol.events import Author, EarlierText
from quotas import instant
from quotas.cases.record import CaseActor


class SealedMessage(Struct, frozen=True):
    """A message that was reported, or stands around such a one, as it stood then.

    `text` is null where it does not open. `earlier` is what it said before it was edited, at `edited_at`. `deleted`: it
    had been deleted before the report.
    """

    seq: int
    at: str
    sender: str
    role: Author
    reported: bool
    text: str | None
    edited_at: str | None
    earlier: list[EarlierText]
    deleted: bool


class SealedMessages(Struct, frozen=True):
    """In the order of the conversation; none where none were reported, or they are kept no more."""

    messages: list[SealedMessage]


async def get_case_evidence(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    found = await call.context.evidence.read(call.id, CaseActor(call.identity.user, "support"))
    if found is None:
        raise ProblemError(404, f"there is no case {call.id!r} for this token")
    messages = [
        SealedMessage(
            each.seq,
            instant.text(each.at),
            each.sender,
            each.role,
            each.reported,
            each.text,
            each.edited_at,
            each.earlier,
            each.deleted,
        )
        for each in found
    ]
    return HttpAnswer(200, SealedMessages(messages))


GET_CASE_EVIDENCE = Operation(
    method="GET",
    path="/v1/cases/{id}/evidence",
    name="getCaseEvidence",
    summary="The reported messages that are sealed into a case, in the open. The case's history says who read them.",
    handler=get_case_evidence,
    query=NoQuery,
    roles=SUPPORT,
    answers={200: (SealedMessages, "The messages.")},
    refusals=(404,),
)
