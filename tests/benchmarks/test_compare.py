"""Two installations in pairs: whose turn it is, what is measured, and how sure the ratio is."""

import sys
from math import exp
from pathlib import Path

import pytest

import benchmarks
from benchmarks.compare import Comparison, is_well, measured
from benchmarks.contenders import BenchmarkError
from benchmarks.installation import Installation, installation_of
from benchmarks.measure import Load
from benchmarks.ratio import LEAST_PAIRS, Ratio, ratio_of
from benchmarks.rows import cpu_per_message
from tests.benchmarks.test_report import UNDER

HERE = Installation(sys.executable, str(Path(benchmarks.__file__).parents[1]), "", "")
QUICK = Load(pairs=1, warmup=0.1, seconds=0.3)


def test_an_installation_measures_itself() -> None:
    told: list[str] = []
    pairs = list(measured((HERE, HERE), 2, QUICK, "off", lambda what, _: told.append(what)))
    assert told == ["pair 1/2 · before", "pair 1/2 · after", "pair 2/2 · after", "pair 2/2 · before", "done"]
    assert [pair.before_first for pair in pairs] == [True, False]
    for pair in pairs:
        assert pair.before.faults == pair.after.faults == {}
        assert pair.ratio == cpu_per_message(pair.after) / cpu_per_message(pair.before)


def test_an_interpreter_outside_a_checkout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="name an interpreter within a checkout"):
        installation_of(tmp_path / "bin" / "python")


def test_an_interpreter_that_does_not_start_is_refused(tmp_path: Path) -> None:
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "__main__.py").touch()
    with pytest.raises(BenchmarkError, match="does not start: No such file"):
        installation_of(tmp_path / "python")


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
        return Comparison(UNDER, QUICK, "off", HERE, HERE, [], ratio)

    assert is_well(comparison(Ratio(1.01, 0.99, 1.03)), 1.03)
    assert is_well(comparison(Ratio(1.3, 1.2, 1.4)), None)
    assert not is_well(comparison(Ratio(1.01, 0.99, 1.031)), 1.03)
    assert not is_well(comparison(None), None)
