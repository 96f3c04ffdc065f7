"""Every server that is compared and written in Python does its work under the benchmark's checks."""

import pytest

from benchmarks.contenders import CONTENDERS, Contender
from benchmarks.measure import Load, measure

PYTHON = [contender for contender in CONTENDERS.values() if not contender.needs_node]
PAIRS, WINDOW = 2, 2


@pytest.mark.parametrize("contender", PYTHON, ids=lambda contender: contender.name)
def test_it_answers_and_delivers(contender: Contender) -> None:
    """What was in flight at the end is complete too, so the least number does not hang on how fast anything is."""
    outcome = measure(contender, "off", Load(pairs=PAIRS, window=WINDOW, warmup=0.1, seconds=0.3))
    assert outcome.faults == {}
    assert outcome.complete_in_all >= PAIRS * WINDOW * 2


def test_it_keeps_a_rate() -> None:
    """The open loop writes by the clock, and everything arrives."""
    outcome = measure(CONTENDERS["product"], "off", Load(pairs=PAIRS, warmup=0.1, seconds=0.5, rate=100))
    assert outcome.faults == {}
    assert outcome.complete_in_all > 0
