"""The board as lines: what a row says, its colour, and that it fits the terminal."""

import pytest
from rich.cells import cell_len

from chatserver.client.board import ReplyBoard
from chatserver.protocol.board import BoardShown, BoardTotals, BoardWait
from chatserver.terminal.board_view import board_lines
from chatserver.terminal.texts import Texts
from quotas import instant
from quotas.instant import DAY, HOUR, MINUTE
from quotas.phrases import LANGUAGES, Language

NOW = instant.parse("2026-01-06T12:00:00.000Z")


def row(name: str, left: int | None, *, missed: bool = False, member: str = "mia") -> BoardWait:
    due_at = None if left is None else instant.text(NOW + left)
    overdue = left is not None and left < 0
    return BoardWait(name, member, "tora", "basic", instant.text(NOW - DAY), due_at, overdue, missed)


def board_of(*rows: BoardWait, waiting: int | None = None) -> ReplyBoard:
    board = ReplyBoard()
    totals = BoardTotals(waiting or len(rows), sum(each.overdue for each in rows), sum(each.missed for each in rows))
    board.note(BoardShown(snapshot=True, now=instant.text(NOW), totals=totals, rows=list(rows), removed=[]))
    return board


SIX = (
    row("c4", 10 * HOUR),
    row("c5", None),
    row("c1", -50 * HOUR, missed=True),
    row("c3", 3 * HOUR + 12 * MINUTE),
    row("c2", 42_000),
    row("c0", -2 * MINUTE),
)


def test_rows_come_by_urgency_and_say_how_they_stand() -> None:
    lines = board_lines(Texts("en"), board_of(*SIX), "waiting", NOW, (160, 40))
    assert "server time Tue 06 Jan 13:00:00" in lines[0].plain
    assert lines[1].plain == "6 waiting · 2 overdue · 1 missed"
    found = [(line.plain.split()[-1], line.plain[:29].strip(), str(line.style)) for line in lines[3:]]
    assert found == [
        ("c1", "missed          −2 d 2 h", "bold red"),
        ("c0", "overdue         −2 min", "red"),
        ("c2", "waiting         42 s !", "bold yellow"),
        ("c3", "waiting         3 h 12 min", "yellow"),
        ("c4", "waiting         10 h 0 min", "green"),
        ("c5", "waiting         –", "dim"),
    ]
    assert "Tue 06 Jan 16:12" in lines[6].plain


@pytest.mark.parametrize("width", [40, 70, 100])
def test_rows_of_one_mentor_are_told_apart_by_their_members(width: int) -> None:
    """However narrow; and by their conversation where one member has two."""
    rows = board_of(row("c1", HOUR), row("c2", 2 * HOUR), row("c3", 3 * HOUR, member="ola"))
    lines = board_lines(Texts("en"), rows, "waiting", NOW, (width, 40), of_one=True)
    for line, member in zip(lines[3:], ("c1: mia", "c2: mia", "ola"), strict=True):
        assert member in line.plain
        assert "tora" not in line.plain


def test_time_goes_on_between_two_events() -> None:
    """By the server's clock, without a word of the server."""
    board = board_of(row("c2", 42_000))
    later = [board_lines(Texts("en"), board, "waiting", NOW + ms, (100, 40))[3].plain[:25] for ms in (1_000, 43_000)]
    assert [line.split()[:2] for line in later] == [["waiting", "41"], ["overdue", "−1"]]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("width", "height"), [(40, 10), (60, 5), (80, 24), (100, 24), (130, 24), (200, 50)])
def test_the_board_fits_every_terminal(language: Language, width: int, height: int) -> None:
    """However long the names, however many the waits."""
    many = board_of(*(row(f"c{n}" + "x" * 60, n * HOUR, member="界" * 30) for n in range(90)), waiting=10_000)
    lines = board_lines(Texts(language), many, "waiting", NOW, (width, height), [("good", "● online" * 9)])
    assert len(lines) == height
    assert all(cell_len(line.plain) <= width for line in lines)
    assert f"{10_000 - (height - 4):,}" in lines[-1].plain


def test_an_empty_board_says_so_once_it_is_known() -> None:
    assert board_lines(Texts("en"), ReplyBoard(), "waiting", 0, (80, 24))[-1].plain == ""
    assert board_lines(Texts("nb"), board_of(), "waiting", NOW, (80, 24))[-1].plain == "Ingen venter."


def test_changes_move_rows_and_a_snapshot_starts_over() -> None:
    board = board_of(row("c1", HOUR), row("c2", 2 * HOUR))
    changed = [row("c1", 3 * HOUR), row("c3", None)]
    board.note(BoardShown(snapshot=False, now="x", totals=BoardTotals(3, 0, 0), rows=changed, removed=[]))
    assert [each.conversation for each in board.rows] == ["c2", "c1", "c3"]
    board.note(BoardShown(snapshot=False, now="x", totals=BoardTotals(2, 0, 0), rows=[], removed=["c2", "c9"]))
    assert [each.conversation for each in board.rows] == ["c1", "c3"]
    board.note(BoardShown(snapshot=True, now="x", totals=BoardTotals(0, 0, 0), rows=[], removed=[]))
    assert board.rows == []
