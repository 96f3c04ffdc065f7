"""Whom one can call, whatever is locked, and which words suggest danger: as the policy has them, for every app."""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.roles import EVERYBODY
from chatserver.conversations.standing_view import help_lines_of
from chatserver.protocol.events import HelpLine


class HelpView(Struct, frozen=True):
    """`lines` by ISO 3166-1 country, and `general` for all others; the country of a lock is that of its conversation.

    A text that holds the words of a `danger` phrase, one after the other, suggests danger to life: case folded,
    apostrophes dropped; `*` stands for any ending of a word. Apps look for them by themselves, in what a member wrote
    when it is refused or cannot be sent, show help larger beside it, and tell nobody.
    """

    checked_on: date
    lines: dict[str, list[HelpLine]]
    urgent_note: Annotated[bool, Meta(description="Whether a member may send one urgent note a lock.")]
    danger: list[str]


async def get_help(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    policy = call.context.provisioning.rulebook.policy.help
    lines = {country: help_lines_of(each) for country, each in policy.lines.items()}
    return HttpAnswer(200, HelpView(policy.checked_on, lines, policy.urgent_note, list(policy.danger.all)))


GET_HELP = Operation(
    method="GET",
    path="/v1/help",
    name="getHelp",
    summary="Whom one can call, by country, and the words beside which apps show that larger.",
    handler=get_help,
    query=NoQuery,
    roles=EVERYBODY,
    answers={200: (HelpView, "The lines and words of the policy.")},
    refusals=(),
)
