"""The place in a conversation: what was seen, without holes."""

import random

from hypothesis import given
from hypothesis import strategies as st

from chatserver.client.backoff import BASE_SECONDS, CAP_SECONDS, full_jitter
from chatserver.client.place import Position


def test_a_seq_ahead_of_a_hole_does_not_move_the_place() -> None:
    """Resuming after 7 would lose 6."""
    place = Position(5)
    assert place.take(7)
    assert place.last == 5
    assert place.take(6)
    assert place.last == 7
    assert not place.take(7)


def test_skipping_closes_up_with_what_was_ahead() -> None:
    """What the server no longer has is not waited for."""
    place = Position(0)
    place.take(4)
    place.skip_to(3)
    assert place.last == 4
    place.skip_to(2)
    assert place.last == 4


@given(st.lists(st.integers(min_value=1, max_value=30)))
def test_every_seq_is_new_once_and_last_is_the_end_of_the_unbroken_run(seqs: list[int]) -> None:
    """Whatever the order of arrival."""
    place, seen = Position(0), set[int]()
    for seq in seqs:
        assert place.take(seq) == (seq not in seen)
        seen.add(seq)
    run = 0
    while run + 1 in seen:
        run += 1
    assert place.last == run


def test_delays_are_spread_between_nothing_and_a_doubling_limit() -> None:
    """Full jitter: base 0.2 s, cap 15 s."""
    random.seed(7)
    delays = full_jitter()
    limit = BASE_SECONDS
    for _ in range(20):
        assert 0 <= next(delays) <= limit
        limit = min(CAP_SECONDS, limit * 2)
    late = [next(delays) for _ in range(200)]
    assert min(late) < 3
    assert max(late) > 12


def test_going_back_lets_what_came_after_come_again() -> None:
    place = Position(5)
    place.take(7)
    place.go_back_to(9)
    assert (place.last, place.has(7)) == (5, True)
    place.go_back_to(3)
    assert (place.last, place.target, place.has(3), place.has(4), place.has(7)) == (3, 3, True, False, False)
    assert place.take(4)
