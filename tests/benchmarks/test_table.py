"""Turns of several servers."""

import sys
from dataclasses import replace

import pytest

from benchmarks import table
from benchmarks.contenders import CONTENDERS, BenchmarkError
from benchmarks.measure import Load

QUICK = Load(pairs=1, warmup=0.1, seconds=0.3)
REASON = "broken ended at start, status 3"


def silent(what: str, share: float) -> None:
    """Nobody watches."""


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a server that ends at once."""
    server = replace(
        CONTENDERS["relay"], name="broken", command=lambda _: [sys.executable, "-c", "raise SystemExit(3)"]
    )
    monkeypatch.setitem(CONTENDERS, server.name, server)
    return server.name


def test_a_server_that_fails_is_left_out_with_the_reason(broken: str) -> None:
    measured = table.measured([broken, "relay"], 2, "off", QUICK, silent)
    assert measured.left_out == {broken: REASON}
    assert [(run.server, run.round) for run in measured.runs] == [("relay", 1), ("relay", 2)]


def test_where_it_is_the_only_one_there_is_no_table(broken: str) -> None:
    with pytest.raises(BenchmarkError, match=REASON):
        table.measured([broken], 1, "off", QUICK, silent)
