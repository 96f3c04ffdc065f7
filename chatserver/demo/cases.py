"""Cases of a coaching platform's people, of several kinds, each as far as it has come."""

from msgspec import Struct

from chatserver.app import Parts
from chatserver.cases.case_requests import CaseAsker, CaseOpening, CaseSeen
from chatserver.demo.cast import ADA, BEN, CLEO, DAN, FINN, GUS, JO, NED, SIRI, DemoPerson
from quotas.bookings import Price
from quotas.cases.acts import CaseDoing
from quotas.cases.facts import CaseFacts
from quotas.cases.rules import CaseKind


class _Step(Struct, frozen=True):
    """Who does what next."""

    by: DemoPerson
    doing: CaseDoing


class _Story(Struct, frozen=True):
    """A case: who opens it about whose relationship, and the steps since."""

    kind: CaseKind
    by: DemoPerson
    member: DemoPerson
    note: str
    facts: CaseFacts = CaseFacts()
    steps: tuple[_Step, ...] = ()


def _answered(note: str) -> CaseDoing:
    return CaseDoing("answered", note=note, audience="shared")


def _stories(free_at: int) -> tuple[_Story, ...]:
    quote = CaseFacts(price=Price(12_000, "USD"), starts_at=(free_at,), minutes=45)
    return (
        _Story(
            "question",
            ADA,
            ADA,
            "Can my employer pay for this?",
            steps=(_Step(SIRI, _answered("Yes: send us their address, and we write to them.")),),
        ),
        _Story(
            "extra_session",
            JO,
            ADA,
            "She would like one more before her talk.",
            CaseFacts(number=1),
            (_Step(SIRI, CaseDoing("quoted", quote)),),
        ),
        _Story("cadence_change", BEN, BEN, "A new role, and much to learn.", CaseFacts(to="weekly", reason="support")),
        _Story("ghosting", JO, CLEO, "No sign since our second session."),
        _Story(
            "membership_cancellation",
            NED,
            DAN,
            "He says that he has what he came for.",
        ),
        # The member's own request makes the report official.
        _Story("membership_cancellation", DAN, DAN, "Thank you for everything."),
        _Story(
            "mentor_switch",
            FINN,
            FINN,
            "I am moving into product, and would like somebody from there.",
            steps=(
                _Step(SIRI, CaseDoing("exploring")),
                _Step(SIRI, CaseDoing("proposed", CaseFacts(mentor=JO.id, chemistry=True))),
            ),
        ),
        _Story(
            "misconduct",
            NED,
            GUS,
            "He shouted at me in our last call.",
            CaseFacts(person=GUS.id, suspend=True),
        ),
    )


async def settle_cases(parts: Parts, free_at: int) -> None:
    """Those that were never opened; the others stay as they are. `free_at` is a start that a quote may name."""
    for story in _stories(free_at):
        opener, id = _asker(story.by), f"demo-{story.kind}"
        if isinstance(await parts.cases.find(id, opener), CaseSeen):
            continue
        opening = CaseOpening(story.kind, story.member.conversations[0], story.facts, story.note)
        opened = await parts.cases.open(id, opening, opener)
        if not isinstance(opened, CaseSeen):
            continue
        for step in story.steps:
            await parts.cases.act(opened.case.id, step.doing, _asker(step.by))


def _asker(person: DemoPerson) -> CaseAsker:
    match person.role:
        case "member" | "mentor" | "support":
            return CaseAsker(person.id, person.role)
        case "service":
            raise AssertionError("services have no cases")
