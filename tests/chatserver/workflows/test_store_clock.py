"""The store's clock as a process guesses it, and how late it hears of things."""

import time

from pytest import approx

from chatserver.workflows.store_clock import REMEMBERED, StoreClock

AT = 1_000_000_000


def test_it_runs_on_from_what_was_heard() -> None:
    """By the process's own clock."""
    clock = StoreClock(AT)
    clock.hear(AT + 60_000)
    assert AT + 60_000 <= clock.now() < AT + 61_000


def test_what_comes_late_is_late_by_the_measured_clock() -> None:
    """An hour of the store away, and never before its time."""
    clock = StoreClock(AT)
    clock.measure(AT, time.monotonic())
    assert clock.hear(AT) < 0.5
    assert clock.hear(AT - 3_600_000) == approx(3600, abs=0.5)
    assert clock.hear(AT + 3_600_000) == 0


def test_the_quickest_measurement_counts() -> None:
    """One whose answer took long says little about when it was made."""
    clock = StoreClock(AT)
    clock.measure(AT, time.monotonic())
    clock.measure(AT - 5_000, time.monotonic() - 10)
    assert clock.hear(AT) < 0.5


def test_a_measurement_is_forgotten_in_time() -> None:
    """Clocks drift: after a minute a worse one is better."""
    clock = StoreClock(AT)
    clock.measure(AT, time.monotonic())
    clock._measure_until -= REMEMBERED + 1
    clock.measure(AT + 100_000, time.monotonic() - 2)
    assert clock.hear(AT) == approx(101, abs=0.5)


def test_a_clock_that_is_moved_jumps_at_once_and_does_not_go_back() -> None:
    """What was said before the move says nothing about now; real time goes on as it was, and so does lateness."""
    clock = StoreClock(AT, shift=60_000)
    clock.measure(AT, time.monotonic())
    assert AT + 60_000 <= clock.now() < AT + 61_000
    moved = clock.move(3_600_000)
    assert AT + 3_600_000 <= moved <= clock.now() < AT + 3_601_000
    assert clock.hear(AT + 60_000) == 0
    assert clock.now() >= moved
    assert AT <= clock.real() < AT + 1_000
    clock.measure(AT, time.monotonic())
    assert AT <= clock.real() < AT + 1_000
    assert clock.hear(clock.now()) < 0.5
    clock.hear(AT + 9_000_000)
    assert clock.move(7_200_000) >= AT + 9_000_000
