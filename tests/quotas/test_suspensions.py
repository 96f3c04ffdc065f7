"""Which suspension covers some of a time."""

import pytest

from quotas.suspensions import SuspensionSpan, first_within


@pytest.mark.parametrize(
    ("suspension", "covers"),
    [
        (SuspensionSpan(5, 10), False),
        (SuspensionSpan(5, 11), True),
        (SuspensionSpan(15, 16), True),
        (SuspensionSpan(19), True),
        (SuspensionSpan(20), False),
        (SuspensionSpan(5), True),
    ],
)
def test_a_time_from_its_start_until_before_its_end(suspension: SuspensionSpan, *, covers: bool) -> None:
    assert first_within([suspension], 10, 20) == (suspension.began_at if covers else 0)


def test_the_first_of_several() -> None:
    assert first_within([SuspensionSpan(1, 2), SuspensionSpan(11, 12), SuspensionSpan(14)], 10, 20) == 11
    assert first_within([], 10, 20) == 0
