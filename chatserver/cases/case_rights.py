"""Who somebody is to a case, what they see of it, and what they may say: by their role and the conversation's sides."""

from msgspec.structs import replace

from chatserver.cases.case_facts import SUPPORTS
from chatserver.cases.case_requests import CaseAsker, CaseOpening
from chatserver.cases.effects import is_of_the_product
from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.requests import FieldProblem, Invalid
from quotas.cases.facts import CaseFacts
from quotas.cases.record import Case, CaseActor
from quotas.cases.rules import CaseSight
from quotas.cases.sight import as_seen, seen_by


def is_of(conversation: ConversationRecord, asker: CaseAsker) -> bool:
    """Whether the asker is that side of it; support is of each."""
    sides = {"member": conversation.member, "mentor": conversation.mentor, "support": asker.user}
    return sides[asker.role] == asker.user


def opener_of(conversation: ConversationRecord, opening: CaseOpening, asker: CaseAsker) -> CaseActor:
    """Whose case it becomes."""
    match opening.opened_for if asker.role == "support" else None:
        case "member":
            return CaseActor(conversation.member, "member")
        case "mentor":
            return CaseActor(conversation.mentor, "mentor")
    return CaseActor(asker.user, asker.role)


def actor_of(case: Case, conversation: ConversationRecord, asker: CaseAsker) -> CaseActor:
    """Who somebody is to the case. Who is none of its two people does nothing in it."""
    return CaseActor(asker.user, asker.role if is_of(conversation, asker) else "guest")


def sight_of(case: Case, conversation: ConversationRecord, asker: CaseAsker) -> CaseSight:
    """How much they see. Whose it is sees it also where the conversation is not theirs any more."""
    is_theirs = CaseActor(asker.user, asker.role) == case.opener
    if is_of(conversation, asker):
        return seen_by(case, asker.role, is_theirs)
    return seen_by(case, "guest", is_theirs) if is_theirs or is_guest(case, asker) else "nothing"


def is_guest(case: Case, asker: CaseAsker) -> bool:
    """Whether they are the mentor whom a one-off session is with."""
    return case.kind == "one_off_session" and asker.role == "mentor" and case.facts.mentor == asker.user


def shown_to(case: Case, conversation: ConversationRecord, asker: CaseAsker) -> Case | None:
    """The case as they see it; None: not at all. What the rest of the server did because of it is for support alone."""
    shown = as_seen(case, sight_of(case, conversation, asker))
    if shown is None or asker.role == "support":
        return shown
    lines = tuple(each for each in shown.history if not is_of_the_product(each.did))
    return replace(shown, history=lines, assignee="")


def said_wrongly(problem: str) -> Invalid:
    """Of a sentence of the rules, which begins with the name of a fact or of the note: the field, and what is wrong."""
    field, _, rest = problem.partition("` ")
    if not field.startswith("`") or rest.startswith(("or `", "and `")):  # of more than one
        return Invalid([FieldProblem("facts", problem)])
    name = field.replace("`", "")
    return Invalid([FieldProblem(name if name == "note" else f"facts.{name}", rest)])


def problem_of_saying(facts: CaseFacts, asker: CaseAsker) -> Invalid | None:
    """What only support may say, and the price, which is not for who pays it to say."""
    others = {"support": (), "mentor": SUPPORTS, "member": (*SUPPORTS, "price")}[asker.role]
    problems = [
        FieldProblem(f"facts.{name}", f"{'others say' if name == 'price' else 'support alone says'} it; leave it out")
        for name in others
        if getattr(facts, name) is not None
    ]
    return Invalid(problems) if problems else None
