"""The figures of a report as they stand in docs/performance.md, with the chart and all data beside it."""

import re
from pathlib import Path
from statistics import median

import msgspec
from msgspec.structs import asdict

from benchmarks import chart
from benchmarks.results import (
    Apps,
    Conditions,
    Conversations,
    Deadlines,
    Figure,
    Idle,
    Report,
    Storm,
    Sweep,
    Table,
)
from benchmarks.rows import Row, cpu_per_message, rows_of

DOCS = Path(__file__).parent.parent / "docs"
BEGIN, END = "<!-- figures: written by `python -m benchmarks --write-docs` -->", "<!-- end of figures -->"


def write(report: Report) -> None:
    """Update the page, the chart and the data; parts that `report` does not have stay as they were measured before."""
    data = DOCS / "performance.json"
    if data.exists():
        report = merged(msgspec.json.decode(data.read_bytes(), type=Report), report)
    data.write_bytes(msgspec.json.format(msgspec.json.encode(report)) + b"\n")
    if report.table is not None:
        (DOCS / "performance.svg").write_text(chart.svg(rows_of(report.table)), encoding="utf-8")
    page = DOCS / "performance.md"
    page.write_text(with_figures(page.read_text(encoding="utf-8"), report), encoding="utf-8")


def merged(before: Report, now: Report) -> Report:
    """What was measured now, and of the rest what was measured before."""
    return msgspec.structs.replace(before, **{name: part for name, part in asdict(now).items() if part})


def with_figures(page: str, report: Report) -> str:
    """The page with the figures of `report` between its marks."""
    return re.sub(f"{BEGIN}.*{END}", lambda _: f"{BEGIN}\n\n{figures(report)}\n{END}", page, flags=re.DOTALL)


def figures(report: Report) -> str:
    """Every part of the report, in Markdown."""
    parts = [
        _table(report.table) if report.table else "",
        _sweep(report.sweep) if report.sweep else "",
        _idle(report.idle) if report.idle else "",
        _storm(report.storm) if report.storm else "",
        _deadlines(report.deadlines) if report.deadlines else "",
        _conversations(report.conversations) if report.conversations else "",
        _apps(report.apps) if report.apps else "",
    ]
    return "\n".join(part for part in parts if part)


def _under(conditions: Conditions) -> str:
    node = f", Node {conditions.node.lstrip('v')}" if conditions.node else ""
    return (
        f"{conditions.at}: {conditions.cpus} × {conditions.processor}, {conditions.system}, "
        f"Python {conditions.python}{node}; load average before: {conditions.busy:.2f}.\n"
    )


def _table(table: Table) -> str:
    load = table.load
    rounds = max((run.round for run in table.runs), default=0)
    lines = [
        "### What a message costs\n",
        _under(table.conditions),
        f"{load.pairs} pairs, {load.window} texts of {load.body_bytes} bytes in flight on each side, "
        f"{rounds} × {load.seconds:g} s. CPU in µs a complete message; ratio: the product's over the server's.\n",
        "![CPU per message of server and store](performance.svg)\n",
        "| server | does | CPU | server | store | ratio | a second | ack p50 / p95 / p99, ms |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
        *(_row(row) for row in rows_of(table)),
        *(f"| {name} | left out: {reason} | | | | | | |" for name, reason in table.left_out.items()),
    ]
    return "\n".join(lines) + "\n"


def _row(row: Row) -> str:
    name = f"**{row.server}**" if row.server == "product" else row.server
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    return (
        f"| {name}, AOF {row.durability} | {row.does} | {row.cpu:.1f} | {row.server_cpu:.1f} | {row.store_cpu:.1f} "
        f"| {ratio} | {row.a_second:,.0f} | {' / '.join(f'{each:.1f}' for each in row.ack)} |"
    )


def _sweep(sweep: Sweep) -> str:
    lines = [
        "### Latency in an open loop\n",
        _under(sweep.conditions),
        "From the instant at which a message was to be written, in ms.\n",
        "| server | of saturation | a second | ack p50 / p95 / p99 | delivery p50 / p95 / p99 | faults |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for step in sweep.steps:
        ack, delivery = (
            " / ".join(f"{micros / 1_000:.1f}" for micros in (each.p50, each.p95, each.p99))
            for each in (step.outcome.ack, step.outcome.delivery)
        )
        lines.append(
            f"| {step.server}, AOF {step.durability} | {step.share:.0%} | {step.rate:,.0f} | {ack} | {delivery} "
            f"| {sum(step.outcome.faults.values())} |"
        )
    return "\n".join(lines) + "\n"


def _idle(parts: list[Idle]) -> str:
    lines = [
        "### Idle connections\n",
        _under(parts[0].conditions),
        "| server | connections | KiB each | server in all, MiB | share of a core for them | without them |",
        "|---|---:|---:|---:|---:|---:|",
        *(
            f"| {part.server} | {part.connections:,} | {part.bytes_each / 1024:.1f} | {part.bytes_after / 2**20:.0f} "
            f"| {part.core_share:.1%} | {part.alone_share:.1%} |"
            for part in parts
        ),
    ]
    return "\n".join(lines) + "\n"


def _storm(storm: Storm) -> str:
    errors = ", ".join(f"{count} × {sentence}" for sentence, count in storm.errors.items()) or "none"
    lines = [
        "### Reconnect storm\n",
        _under(storm.conditions),
        f"{storm.members:,} members, their server killed; a server beside it acknowledged {storm.written:,} texts.\n",
        "| | |",
        "|---|---:|",
        f"| server listening again after | {storm.listening_after:.1f} s |",
        f"| half of the members back, with every message | {storm.back_median:.1f} s |",
        f"| all of them | {storm.back_last:.1f} s |",
        f"| acknowledged messages lost / delivered twice | {storm.lost} / {storm.twice} |",
        f"| errors | {errors} |",
    ]
    return "\n".join(lines) + "\n"


def _deadlines(part: Deadlines) -> str:
    def late(micros: int) -> str:
        return f"{micros / 1_000:,.0f} ms"

    def known(milliseconds: float | None) -> str:
        return "none" if milliseconds is None else f"{milliseconds:,.0f} ms"

    lines = [
        "### Open deadlines\n",
        _under(part.conditions),
        "| | |",
        "|---|---:|",
        f"| open deadlines | {part.open:,} |",
        f"| of them near, with a timer | {part.timers:,} |",
        f"| bytes of the indexes for each | {part.bytes_each:.0f} |",
        f"| the board's first page: median / worst | {known(part.first_page_ms)} / {known(part.first_page_worst_ms)} |",
        f"| refused as too much (503), of {part.pages} pages | {part.pages_refused} |",
        f"| `watch` to its rows: first / next watcher | {known(part.first_watch_ms)} / {known(part.next_watch_ms)} |",
        f"| warnings of {part.probes:,} | {part.warned:,} |",
        f"| how late: p50 / p99 / worst | {late(part.warning_late.p50)} / {late(part.warning_late.p99)} / "
        f"{late(part.warning_late.worst)} |",
        f"| misses of {part.probes:,} | {part.missed:,} |",
        f"| how late: p50 / p99 / worst | {late(part.miss_late.p50)} / {late(part.miss_late.p99)} / "
        f"{late(part.miss_late.worst)} |",
    ]
    return "\n".join(lines) + "\n"


def _conversations(part: Conversations) -> str:
    lines = [
        "### A conversation\n",
        _under(part.conditions),
        "| messages of 120 bytes | bytes in the store |",
        "|---:|---:|",
        *(f"| {messages} | {size:,} |" for messages, size in enumerate(part.bytes_with)),
        "",
        "| messages before | CPU of server and store, µs a message | store |",
        "|---:|---:|---:|",
        *(
            f"| {depth.history:,} | {median(map(cpu_per_message, depth.outcomes)):.1f} "
            f"| {median(outcome.store_micros / max(outcome.complete, 1) for outcome in depth.outcomes):.1f} |"
            for depth in part.depths
        ),
    ]
    return "\n".join(lines) + "\n"


def _apps(part: Apps) -> str:
    lines = [
        "### The apps in a browser\n",
        _under(part.conditions),
        "| | measured | at most | |",
        "|---|---:|---:|---|",
        *(
            f"| {each.what} | {each.value:,.1f} {each.unit} | {_goal(each)} | {'beyond' if each.is_beyond else ''} |"
            for each in part.figures
        ),
    ]
    return "\n".join(lines) + "\n"


def _goal(figure: Figure) -> str:
    return "" if figure.goal is None else f"{figure.goal:,.0f} {figure.unit}"
