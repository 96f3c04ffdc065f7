"""Two installations in pairs: whose turn it is, what is measured, and how sure the ratio is."""

import sys
import venv
from math import exp
from pathlib import Path

import pytest

from benchmarks.compare import Comparison, is_well, measured
from benchmarks.contenders import BenchmarkError
from benchmarks.installation import installation_of
from benchmarks.measure import Load
from benchmarks.ratio import LEAST_PAIRS, Ratio, ratio_of
from benchmarks.rows import cpu_per_message
from tests.benchmarks.test_report import UNDER

HERE = installation_of(Path(sys.executable))
QUICK = Load(pairs=1, warmup=0.1, seconds=0.1)


@pytest.mark.parametrize("number", [0, 1])
def test_both_are_measured_whoever_begins(number: int) -> None:
    pair = measured(HERE, HERE, number, QUICK, 3, "off")
    assert pair.before.faults == pair.after.faults == {}
    assert pair.ratio == cpu_per_message(pair.after) / cpu_per_message(pair.before)
    for outcome in (pair.before, pair.after):
        assert outcome.seconds >= 3 * QUICK.seconds
        assert outcome.complete_in_all > outcome.complete


def test_an_installation_is_named_by_its_interpreter(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="does not start: No such file"):
        installation_of(tmp_path / "python")
    venv.create(tmp_path / "empty", with_pip=False)
    with pytest.raises(BenchmarkError, match=r"has no chatserver:(?s:.)*No module named 'chatserver'"):
        installation_of(tmp_path / "empty" / "bin" / "python")


def test_the_interval_of_the_fewest_pairs_is_all_of_them() -> None:
    """Six ratios on one side of the middle come once in 64 times."""
    ratio = ratio_of([1.01, 1.02, 0.98, 1.05, 0.99, 1.0])
    assert ratio.low == pytest.approx(0.98)
    assert ratio.high == pytest.approx(1.05)
    with pytest.raises(AssertionError, match="too few"):
        ratio_of([1.0] * (LEAST_PAIRS - 1))


def test_the_interval_is_that_of_signed_ranks() -> None:
    """Published for 20 pairs: a rank sum of 52 is unlikely, one of 53 is not. So 52 means lie outside at each end."""
    logs = [2.0**number for number in range(20)]
    means = sorted((one + other) / 2 for place, one in enumerate(logs) for other in logs[place:])
    ratio = ratio_of([exp(each / 2**20) for each in logs])
    assert ratio.low == pytest.approx(exp(means[52] / 2**20))
    assert ratio.high == pytest.approx(exp(means[-53] / 2**20))


def test_one_bad_run_does_not_draw_the_ratio_away() -> None:
    ratio = ratio_of([*(1 + each / 1_000 for each in range(-9, 10)), 3.0])
    assert ratio.middle == pytest.approx(1.0, abs=0.002)
    assert ratio.high < 1.01


def test_it_is_well_where_the_interval_ends_low_enough() -> None:
    def comparison(ratio: Ratio | None) -> Comparison:
        return Comparison(UNDER, QUICK, 3, "off", HERE, HERE, [], ratio)

    assert is_well(comparison(Ratio(1.01, 0.99, 1.03)), 1.03)
    assert is_well(comparison(Ratio(1.3, 1.2, 1.4)), None)
    assert not is_well(comparison(Ratio(1.01, 0.99, 1.031)), 1.03)
    assert not is_well(comparison(None), None)
