"""A report on the terminal: the same tables as on the page, and loudly whatever went wrong."""

import re

from rich.console import Console
from rich.table import Table

from benchmarks.page import figures
from benchmarks.results import Report, is_well


def show(report: Report, console: Console) -> None:
    """Print every part."""
    rows: list[list[str]] = []
    for line in [*figures(report).splitlines(), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
            continue
        if rows:
            _print(rows, console)
            rows = []
        if not line.startswith("!["):
            console.print(re.sub("[#*] ?", "", line), style="bold" if line.startswith("#") else "", markup=False)
    for where, faults in _faults(report):
        for sentence, count in faults.items():
            console.print(f"{where}: {count} × {sentence}", style="red", markup=False)
    if report == Report():
        return
    if is_well(report):
        console.print("Every ack, text, seq and order was as it must be; nothing was refused or lost.")
    else:
        console.print("[bold white on red] Something was refused, wrong or lost: these figures do not count. [/]")


def _print(rows: list[list[str]], console: Console) -> None:
    head, marks, *body = rows
    table = Table(show_header=any(head))
    for name, mark in zip(head, marks, strict=True):
        table.add_column(name, justify="right" if mark.endswith(":") else "left")
    for row in body:
        table.add_row(*(cell.replace("**", "") for cell in row))
    console.print(table)


def _faults(report: Report) -> list[tuple[str, dict[str, int]]]:
    found = []
    if report.table:
        found += [(f"{run.server}, round {run.round}", run.outcome.faults) for run in report.table.runs]
    if report.sweep:
        found += [(f"{step.server} at {step.share:.0%}", step.outcome.faults) for step in report.sweep.steps]
    if report.conversations:
        for depth in report.conversations.depths:
            found += [(f"{depth.history:,} before", outcome.faults) for outcome in depth.outcomes]
    return [*found, ("storm", report.storm.errors)] if report.storm else found
