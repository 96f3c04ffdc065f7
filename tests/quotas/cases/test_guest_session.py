"""The case of a one-off session says what became of it, the same whoever looks when."""

from msgspec.structs import replace

from quotas.bookings import Booking, Cancellation
from quotas.cases.guest_session import followed
from quotas.cases.record import Case
from quotas.instant import DAY, HOUR, MINUTE
from quotas.plans import SessionPolicy
from quotas.policy_file import builtin_policy
from tests.quotas.cases.made import NOW, case_in

POLICY: SessionPolicy = builtin_policy().sessions
START = NOW + 5 * DAY
BOOKED = Booking(
    id="b2",
    conversation="guest-k",
    member="mia",
    mentor="gro",
    service="video_call",
    kind="one_off",
    starts_at=START,
    minutes=45,
    period=0,
    booked_at=NOW + DAY,
    set_by="member",
    set_at=NOW + DAY,
)
END = START + 45 * MINUTE


def all_of(case: Case, booking: Booking, now: int) -> Case:
    """After everything that it brings about until then."""
    while (after := followed(case, [booking], POLICY, now)) is not None:
        case = after
    return case


def at_its_end(booking: Booking, now: int) -> tuple[object, ...]:
    """State, since when, and outcome, however often somebody looked before."""
    looked_once = all_of(case_in("one_off_session", "approved"), booking, now)
    case = case_in("one_off_session", "approved")
    for at in range(NOW + DAY, NOW + 3 * DAY, 7 * HOUR):
        case = all_of(case, BOOKED, at)
    case = all_of(case, booking, now)
    assert (case.state, case.since, case.facts) == (looked_once.state, looked_once.since, looked_once.facts)
    assert case.history[1].at == BOOKED.booked_at
    return case.state, case.since, case.facts.outcome


def test_nothing_comes_of_a_conversation_without_a_session() -> None:
    """Nor of other calls with the guest."""
    case = case_in("one_off_session", "approved")
    assert followed(case, [], POLICY, END) is None
    assert followed(case, [replace(BOOKED, kind="extra")], POLICY, END) is None
    assert followed(case_in("one_off_session", "requested"), [BOOKED], POLICY, END) is None


def test_it_is_booked_when_somebody_books_it() -> None:
    case = all_of(case_in("one_off_session", "approved"), BOOKED, NOW + 2 * DAY)
    assert (case.state, case.since, case.facts.booking, case.facts.ends_at) == ("booked", NOW + DAY, "b2", END)


def test_it_is_done_however_it_ends() -> None:
    both = replace(BOOKED, member_joined_at=START, mentor_joined_at=START)
    closed = replace(both, finished_at=END - 10 * MINUTE)
    assert at_its_end(closed, END + DAY) == ("done", END - 10 * MINUTE, "held")
    assert at_its_end(both, END + DAY) == ("done", END + 2 * HOUR, "held")
    assert at_its_end(BOOKED, END + DAY) == ("done", END, "unattended")
    assert at_its_end(replace(BOOKED, member_joined_at=START), END + DAY) == ("done", END, "mentor_absent")
    waited = replace(BOOKED, mentor_joined_at=START)
    assert at_its_end(waited, END + DAY) == ("done", END, "no_show_candidate")
    missed = replace(waited, no_show_at=START + 12 * MINUTE)
    assert at_its_end(missed, END + DAY) == ("done", START + 12 * MINUTE, "no_show")
    called_off = replace(BOOKED, cancelled=Cancellation(NOW + 3 * DAY, "member", late=False, counts=False))
    assert at_its_end(called_off, END + DAY) == ("done", NOW + 3 * DAY, "cancelled")


def test_its_due_goes_along_when_it_is_moved() -> None:
    """Also where its first end has passed since."""
    case = all_of(case_in("one_off_session", "approved"), BOOKED, NOW + 2 * DAY)
    later = replace(BOOKED, starts_at=START + DAY)
    moved = all_of(case, later, END + HOUR)
    assert (moved.state, moved.facts.ends_at) == ("booked", END + DAY)
    assert all_of(moved, later, END + DAY).since == END + DAY
