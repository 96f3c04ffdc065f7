"""When a mentor is asked whether a member has disappeared."""

import pytest

from quotas.cases.ghosting import WrittenMessage, ghosting_suggested_at, quiet_since
from quotas.instant import DAY
from tests.quotas.cases.made import NOW, days

QUIET = 14 * DAY


def wrote(*at: float, first: int = 1, by_member: bool = False) -> list[WrittenMessage]:
    """Messages so many days after NOW."""
    return [WrittenMessage(first + number, days(day), by_member) for number, day in enumerate(at)]


@pytest.mark.parametrize(
    ("mentor_wrote", "at"),
    [
        ((), None),
        ((1,), None),
        ((-3, -2, 1), None),
        ((1, 3), 14),
        ((0, 3), 14),
        ((1, 20, 21), 20),
    ],
)
def test_after_14_days_without_a_sign_although_the_mentor_wrote_twice(
    mentor_wrote: tuple[int, ...], at: int | None
) -> None:
    """What was written before the member's last sign does not count."""
    expected = None if at is None else days(at)
    assert ghosting_suggested_at(NOW, [days(day) for day in mentor_wrote], QUIET) == expected


def test_quiet_begins_with_the_last_sign() -> None:
    """A message, or something else that is known to the moment."""
    messages = [*wrote(1, 2), *wrote(3, first=3, by_member=True), *wrote(4, 5, first=4)]
    assert quiet_since(messages, 3, [NOW]) == days(3)
    assert quiet_since(messages, 3, [NOW, days(4.5)]) == days(4.5)
    assert quiet_since([], 0, [NOW]) == NOW


def test_what_was_read_was_read_before_the_first_unread_message() -> None:
    messages = [*wrote(1, by_member=True), *wrote(2, 4, 6, first=2)]
    assert quiet_since(messages, 1, [NOW]) == days(1)
    assert quiet_since(messages, 2, [NOW]) == days(4)
    assert quiet_since(messages, 3, [NOW]) == days(6)


def test_who_has_read_everything_is_not_known_to_be_quiet() -> None:
    """Only what the mentor writes next can show that."""
    assert quiet_since(wrote(1, 2), 2, [NOW]) is None
