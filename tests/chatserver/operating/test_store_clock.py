"""The store's clock as a process guesses it, and how late it hears of things."""

import time

from pytest import approx

from chatserver.operating.store_clock import REMEMBERED, StoreClock

AT = 1_000_000_000
A_SLOW_TEST = 60.0
"""Seconds that may pass between two lines of a test."""
SLOWLY = 60_000
"""The same in ms."""


def test_it_runs_on_from_what_was_heard() -> None:
    """By the process's own clock."""
    clock = StoreClock(AT)
    clock.hear(AT + 60_000)
    assert AT + 60_000 <= clock.now() < AT + 120_000


def test_what_comes_late_is_late_by_the_measured_clock() -> None:
    """An hour of the store away, and never before its time."""
    clock = StoreClock(AT)
    clock.measure(AT, time.monotonic())
    assert clock.hear(AT) < A_SLOW_TEST
    assert clock.hear(AT - 3_600_000) == approx(3600, abs=A_SLOW_TEST)
    assert clock.hear(AT + 3_600_000) == 0


def test_the_quickest_measurement_counts() -> None:
    """One whose answer took long says little about when it was made."""
    clock = StoreClock(AT)
    clock.measure(AT, time.monotonic())
    clock.measure(AT - 500_000, time.monotonic() - 1_000)
    assert clock.hear(AT) < A_SLOW_TEST


def test_a_measurement_is_forgotten_in_time() -> None:
    """Clocks drift: after a minute a worse one is better."""
    clock = StoreClock(AT)
    clock.measure(AT, time.monotonic())
    clock._measure_until -= REMEMBERED + 1
    clock.measure(AT + 10_000_000, time.monotonic() - 200)
    assert clock.hear(AT) == approx(10_100, abs=A_SLOW_TEST)


def test_a_clock_that_is_moved_jumps_at_once_and_does_not_go_back() -> None:
    """What was said before the move says nothing about now; real time goes on as it was, and so does lateness."""
    clock = StoreClock(AT, shift=60_000)
    clock.measure(AT, time.monotonic())
    assert AT + 60_000 <= clock.now() < AT + 60_000 + SLOWLY
    moved = clock.move(3_600_000)
    assert AT + 3_600_000 <= moved <= clock.now() < AT + 3_600_000 + SLOWLY
    assert clock.hear(AT + 60_000) == 0
    assert clock.now() >= moved
    assert AT <= clock.real() < AT + SLOWLY
    clock.measure(AT, time.monotonic())
    assert AT <= clock.real() < AT + SLOWLY
    assert clock.hear(clock.now()) < A_SLOW_TEST
    clock.hear(AT + 9_000_000)
    assert clock.move(7_200_000) >= AT + 9_000_000
