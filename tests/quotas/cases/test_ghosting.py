"""When a mentor is asked whether a member has disappeared."""

import pytest

from quotas.cases.ghosting import ghosting_suggested_at, suggests_ghosting
from quotas.instant import DAY
from tests.quotas.cases.made import NOW, days

TWICE = (days(1), days(3))


@pytest.mark.parametrize(
    ("wrote", "at"),
    [
        ((), None),
        ((days(1),), None),
        ((days(-3), days(-2), days(1)), None),
        ((NOW, days(1)), None),
        (TWICE, days(14)),
        ((days(1), days(20), days(21)), days(20)),
    ],
)
def test_after_14_days_without_a_sign_although_the_mentor_wrote_twice(wrote: tuple[int, ...], at: int | None) -> None:
    """What was written before the member's last sign, or with it, does not count."""
    assert ghosting_suggested_at(NOW, wrote) == at


@pytest.mark.parametrize(
    ("changes", "suggested"),
    [
        ({}, True),
        ({"now": days(14) - 1}, False),
        ({"status": "paused"}, False),
        ({"status": "ended"}, False),
        ({"is_official": True}, False),
        ({"is_open": True}, False),
    ],
)
def test_not_while_a_cancellation_is_official_or_the_conversation_is_not_open(
    changes: dict[str, object], suggested: bool
) -> None:
    said: dict[str, object] = {"status": "open", "is_official": False, "is_open": False, "now": NOW + 14 * DAY}
    assert suggests_ghosting(NOW, TWICE, **(said | changes)) == suggested  # type: ignore[arg-type]


def test_never_where_the_mentor_has_not_written() -> None:
    assert not suggests_ghosting(NOW, (), status="open", is_official=False, is_open=False, now=days(300))
