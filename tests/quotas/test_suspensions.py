"""Which suspension covers some of a time."""

import pytest

from quotas.suspensions import Suspension, first_within


@pytest.mark.parametrize(
    ("suspension", "covers"),
    [
        (Suspension(5, 10), False),
        (Suspension(5, 11), True),
        (Suspension(15, 16), True),
        (Suspension(19), True),
        (Suspension(20), False),
        (Suspension(5), True),
    ],
)
def test_a_time_from_its_start_until_before_its_end(suspension: Suspension, *, covers: bool) -> None:
    assert first_within([suspension], 10, 20) == (suspension.began_at if covers else 0)


def test_the_first_of_several() -> None:
    assert first_within([Suspension(1, 2), Suspension(11, 12), Suspension(14)], 10, 20) == 11
    assert first_within([], 10, 20) == 0
