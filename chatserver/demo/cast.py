"""Who is in the demo: GoMentor's people, or those of a coaching platform, as the policy's plans are."""

from msgspec import Struct

from chatserver.protocol.events import Role
from quotas.terms import Rulebook

QUICK = "quick"
"""A plan of the demo alone: its reply promise is a minute and a half, so that a warning and a miss can be watched."""
COACHING = "coaching"
"""The plan by which a policy is that of a coaching platform, as in deploy/policies/coaching.toml."""
TRIAL = "trial"


class DemoPerson(Struct, frozen=True):
    """Somebody of the demo; a member has a plan, and mentors: one, or two to choose from."""

    id: str
    name: str
    role: Role
    plan: str | None = None
    mentors: tuple[str, ...] = ()

    @property
    def conversations(self) -> tuple[str, ...]:
        """The ids of a member's conversations."""
        return tuple(f"{self.id}-{mentor}" for mentor in self.mentors)


def _member(id: str, plan: str, *mentors: str) -> DemoPerson:
    return DemoPerson(id, id.title(), "member", plan, mentors)


SIRI = DemoPerson("siri", "Siri", "support")

MONA = DemoPerson("mona", "Mona", "mentor")
KIM = _member("kim", QUICK, "mona")
LIV = _member("liv", "live", "mona")
VIDA = _member("vida", "video", "mona")
GOMENTORS = (
    MONA,
    _member("lina", "light", "mona"),
    _member("birk", "basic", "mona"),
    LIV,
    _member("lars", "live+", "mona"),
    VIDA,
    KIM,
    SIRI,
)
"""One mentor, and a member on each plan."""

JO = DemoPerson("jo", "Jo", "mentor")
NED = DemoPerson("ned", "Ned", "mentor")
ADA = _member("ada", COACHING, "jo")
BEN = _member("ben", COACHING, "jo")
CLEO = _member("cleo", COACHING, "jo")
DAN = _member("dan", COACHING, "ned")
FINN = _member("finn", COACHING, "ned")
GUS = _member("gus", COACHING, "ned")
EVA = _member("eva", TRIAL, "jo", "ned")
COACHED = (JO, NED, ADA, BEN, CLEO, DAN, FINN, GUS, EVA, SIRI)
"""Two mentors, members whose relationships are in trouble of several kinds, and one who chooses between the two."""

EVERYBODY = frozenset(person.id for person in (*GOMENTORS, *COACHED))


def is_coaching(rulebook: Rulebook) -> bool:
    """Whether the policy is that of a coaching platform."""
    return COACHING in rulebook.policy.plans


def people_of(rulebook: Rulebook) -> list[DemoPerson]:
    """The policy's people, without those whose plan it lacks."""
    people = COACHED if is_coaching(rulebook) else GOMENTORS
    return [person for person in people if person.plan is None or person.plan in rulebook.policy.plans]
