"""Tables as CSV, which people open in spreadsheets."""

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO

_FORMULA = re.compile(r"""[\s'"]*[=+\-@\t\r\n＝＋－＠]""")
"""How a cell begins that a spreadsheet may run: some look behind blanks and quotes, or know the wide letters too."""


def csv_table(names: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    """A line of names, and the lines. A text that a spreadsheet would take for a formula has a `'` before it."""
    out = StringIO()
    table = csv.writer(out)
    table.writerow(names)
    table.writerows([_cell(value) for value in line] for line in lines)
    return out.getvalue()


def _cell(value: object) -> object:
    """Numbers are left alone: a negative one is no formula."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value
