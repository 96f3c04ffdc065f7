"""What became of mails, as the relay of the platform tells it."""

from typing import Annotated

from msgspec import Meta, Struct

from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.problem import invalid
from chatserver.api.roles import SERVICE
from chatserver.conversations.requests import Email, FieldProblem
from chatserver.notices.bounces import BounceKind

MailMessageId = Annotated[
    str,
    Meta(min_length=3, max_length=400, description="The Message-ID of a mail, with or without angle brackets."),
]


class MailBounce(Struct, frozen=True, forbid_unknown_fields=True):
    """A mail came back for good (`bounce`), or was called spam (`complaint`): by its address or by its Message-ID."""

    kind: BounceKind
    address: Email | None = None
    message_id: MailMessageId | None = None


class MailBounceNoted(Struct, frozen=True):
    """To how many people no mail goes any more, until they have another address; 0 where nobody is known by it."""

    people: int


async def report_mail_bounce(call: HttpCall[NoQuery, MailBounce]) -> HttpAnswer:
    bounces, said = call.context.bounces, call.body
    if (said.address is None) == (said.message_id is None):
        raise invalid([FieldProblem("address", "must be there where `message_id` is not, and not where it is")])
    if said.address is not None:
        return HttpAnswer(200, MailBounceNoted(await bounces.mark_address(said.address, said.kind)))
    return HttpAnswer(200, MailBounceNoted(await bounces.mark_message(said.message_id or "", said.kind)))


REPORT_MAIL_BOUNCE = Operation(
    method="POST",
    path="/v1/mail/bounces",
    name="reportMailBounce",
    summary="Tell of a mail that came back, or that its reader called spam: no more mail goes to that address.",
    handler=report_mail_bounce,
    query=NoQuery,
    body=MailBounce,
    roles=SERVICE,
    answers={200: (MailBounceNoted, "It is noted. The same again changes nothing.")},
    refusals=(),
)
