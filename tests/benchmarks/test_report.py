"""Figures: rounds into medians and ratios, and the page that shows them."""

import xml.etree.ElementTree as ET

import msgspec
import pytest
from rich.console import Console

from benchmarks import chart, page, parts
from benchmarks.contenders import BenchmarkError
from benchmarks.load import Latency, Outcome
from benchmarks.measure import Load
from benchmarks.progress import Tell
from benchmarks.results import Apps, Conditions, Figure, Report, Run, Storm, Table, is_well
from benchmarks.rows import rows_of, saturation

UNDER = Conditions("2026-11-22 03:00 UTC", 2, "a processor", "Linux 6", "3.11", "v20.1.0", 0.5)
QUICK = Latency(1_000, 2_000, 3_000, 4_000)


def outcome(cpu: int, complete: int = 1_000, faults: dict[str, int] | None = None) -> Outcome:
    return Outcome(
        complete=complete,
        complete_in_all=complete,
        seconds=2.0,
        server_micros=cpu * complete,
        store_micros=10 * complete,
        load_micros=0,
        other_frames=0,
        ack=QUICK,
        delivery=QUICK,
        faults=faults or {},
    )


def table(*runs: tuple[str, int, int]) -> Table:
    """Runs by server, round and CPU of the server, without AOF."""
    return Table(UNDER, Load(), [Run(server, "off", round_, outcome(cpu)) for server, round_, cpu in runs], {})


def test_ratios_are_taken_within_a_round() -> None:
    """A slow spell meets both: 30/60, 60/100 and 30/80 have the median 0.5, whatever the medians of each are."""
    measured = table(
        *(("product", 1, 20), ("product", 2, 50), ("product", 3, 20)), *(("ws", 1, 50), ("ws", 2, 90), ("ws", 3, 70))
    )
    product, ws = rows_of(measured)
    assert (product.cpu, product.ratio) == (30.0, None)
    assert ws.cpu == 80.0
    assert ws.ratio == pytest.approx(0.5)
    assert saturation(measured, "ws", "off") == 500.0
    assert saturation(measured, "relay", "off") == 0.0


def test_a_fault_is_not_well() -> None:
    bad = table(("product", 1, 20))
    bad = msgspec.structs.replace(bad, runs=[Run("product", "off", 1, outcome(20, faults={"refused": 1}))])
    assert is_well(Report(table=table(("product", 1, 20))))
    assert not is_well(Report(table=bad))
    assert not is_well(Report(storm=Storm(UNDER, 10, 1.0, 2.0, 3.0, 100, lost=1, twice=0, errors={})))


def test_what_is_beyond_its_goal_is_marked() -> None:
    """It is no fault: slow machines are slow."""
    figures = [Figure("a frame", 81.0, "ms", 80), Figure("an update", 50.0, "ms", 50), Figure("all rows", 1234.5, "ms")]
    report = Report(apps=Apps(UNDER, figures))
    assert is_well(report)
    lines = page.figures(report).splitlines()
    assert "| a frame | 81.0 ms | 80 ms | beyond |" in lines
    assert "| an update | 50.0 ms | 50 ms |  |" in lines
    assert "| all rows | 1,234.5 ms |  |  |" in lines


def test_parts_that_were_not_measured_stay() -> None:
    before = Report(table=table(("product", 1, 20)), storm=Storm(UNDER, 10, 1.0, 2.0, 3.0, 100, 0, 0, {}))
    now = Report(table=table(("product", 1, 40)))
    assert page.merged(before, now) == Report(table=now.table, storm=before.storm)


def test_a_part_that_fails_does_not_stop_the_others() -> None:
    """Whatever it fails with, what was measured before and after it is kept."""

    def measured(report: Report, tell: Tell) -> Report:
        return msgspec.structs.replace(report, table=table(("product", 1, 20)))

    def failing(report: Report, tell: Tell) -> Report:
        tell("half", 0.5)
        raise BenchmarkError("the server ended")

    def surprising(report: Report, tell: Tell) -> Report:
        raise OSError("no space left")

    def last(report: Report, tell: Tell) -> Report:
        return msgspec.structs.replace(report, storm=Storm(UNDER, 10, 1.0, 2.0, 3.0, 100, 0, 0, {}))

    failures: list[str] = []
    wanted = [("table", measured), ("idle", failing), ("latency", surprising), ("storm", last)]
    *_, report = parts.measured(wanted, Console(quiet=True), failures.append)
    assert report.table is not None
    assert report.storm is not None
    assert failures == ["idle: the server ended", "latency: OSError('no space left')"]


def test_the_chart_has_a_bar_for_each_server_and_part() -> None:
    drawn = ET.fromstring(chart.svg(rows_of(table(("product", 1, 20), ("relay", 1, 40)))))  # noqa: S314 - our own
    rects = [shape.get("class") for shape in drawn.iter("{http://www.w3.org/2000/svg}rect")]
    assert rects == ["server", "store"] * 3  # the legend, and two servers


def test_the_page_shows_the_data_beside_it() -> None:
    """Nobody edits the figures: page and chart are what the data make."""
    data = msgspec.json.decode((page.DOCS / "performance.json").read_bytes(), type=Report)
    text = (page.DOCS / "performance.md").read_text(encoding="utf-8")
    assert page.with_figures(text, data) == text
    assert data.table is not None
    assert (page.DOCS / "performance.svg").read_text(encoding="utf-8") == chart.svg(rows_of(data.table))
