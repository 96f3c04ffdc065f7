"""Cells that a spreadsheet would run."""

import csv
from io import StringIO

import pytest

from chatserver.api.csv_table import csv_table


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "'=", '"=', ' "@', "＝"])
def test_a_text_that_would_run_is_told_to_be_a_text(start: str) -> None:
    """Whatever stands before the sign."""
    [_, [cell]] = csv.reader(StringIO(csv_table(["name"], [[start + "1+1"]]), newline=""))
    assert cell == f"'{start}1+1"


@pytest.mark.parametrize(
    ("value", "cell"), [("tor", "tor"), ("live+", "live+"), ("a=b", "a=b"), (-1, "-1"), (None, ""), ("", "")]
)
def test_what_is_harmless_stays(value: object, cell: str) -> None:
    assert csv_table(["name", "other"], [[value, 1]]).splitlines() == ["name,other", f"{cell},1"]
