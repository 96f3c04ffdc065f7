"""Who looks on at a case beside support, and what they see of it: the conversation's two, whose it is, the guest."""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from chatserver.cases.case_requests import CaseAsker
from chatserver.cases.case_rights import shown_to, sight_of
from chatserver.conversations.conversation import ConversationRecord
from quotas.cases.record import Case
from quotas.cases.rules import CaseSight


class CaseOnlooker(Struct, frozen=True):
    """One person, as the member or mentor that they are."""

    person: str
    role: Literal["member", "mentor"]
    sight: CaseSight
    """More than `nothing`."""
    case: Case
    """As they see it; of its history only lines that they read."""


def onlookers(case: Case, conversation: ConversationRecord) -> list[CaseOnlooker]:
    """All who see anything of it, each once. Who is reported is not among them."""
    found = []
    for person, role in dict.fromkeys(_people(case, conversation)):
        asker = CaseAsker(person, role)
        shown = shown_to(case, conversation, asker)
        if shown is not None:
            found.append(CaseOnlooker(person, role, sight_of(case, conversation, asker), shown))
    return found


def _people(case: Case, conversation: ConversationRecord) -> Iterator[tuple[str, Literal["member", "mentor"]]]:
    yield conversation.member, "member"
    yield conversation.mentor, "mentor"
    if case.opener.role == "member" or case.opener.role == "mentor":  # noqa: PLR1714 - the type is known only so
        yield case.opener.id, case.opener.role
    if case.kind == "one_off_session" and case.facts.mentor:
        yield case.facts.mentor, "mentor"
