"""The board as coloured lines that fit a terminal: no more rows are made than it has lines."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from chatserver.client.board import ReplyBoard
from chatserver.protocol.board import BoardWait
from chatserver.terminal.status import Mood
from chatserver.terminal.texts import Texts
from chatserver.terminal.transcript import visible
from chatserver.terminal.words import DEFAULT_ZONE, date_and_time, duration
from quotas import instant
from quotas.admission import WaitState
from quotas.instant import HOUR

Column = Literal["state", "left", "mentor", "member", "plan", "due", "since", "conversation"]

SOON, EARLY = 1 * HOUR, 4 * HOUR
"""Time left below which a row stands out much, and a little."""
COLUMNS: tuple[tuple[Column, int, int], ...] = (
    ("state", 15, 0),
    ("left", 14, 0),
    ("mentor", 0, 0),
    ("member", 0, 60),
    ("plan", 12, 76),
    ("due", 19, 94),
    ("since", 19, 120),
    ("conversation", 0, 136),
)
"""Each column, its width (0: a share of what is left) and the width of the terminal from which on it is shown."""
HEAD = 3
"""Lines above the rows."""

STYLES: dict[Mood, str] = {"good": "green", "wait": "yellow", "bad": "bold red"}


def board_lines(
    texts: Texts,
    board: ReplyBoard,
    state: WaitState,
    now: int,
    size: tuple[int, int | None],
    beside: Sequence[tuple[Mood, str]] = (),
    *,
    of_one: bool = False,
) -> list[Text]:
    """The waits in that state at `now`, in `size` columns and lines; None for as many lines as there are rows.

    `beside` stands beside the title. `of_one`: all are of one mentor, and their members tell them apart.
    """
    width, height = size
    rows = board.rows
    room = len(rows) if height is None else max(1, height - HEAD - 1)
    shown = rows[:room]
    widths = _widths(width, of_one=of_one)
    pairs = Counter((row.member, row.mentor) for row in rows)
    lines = [
        _fit(_title(texts, board, now, beside), width),
        _fit(Text(texts("board_totals", **_numbers(board)), "bold"), width),
        _cells({column: texts(f"board_{column}") for column in widths}, widths, "dim"),
        *(_row(texts, row, now, widths, alone=pairs[row.member, row.mentor] == 1) for row in shown),
    ]
    if not rows:
        lines.append(Text(texts("board_empty") if board.now else "", "dim"))
    more = _total(board, state) - len(shown)
    if rows and more > 0:
        lines.append(_fit(Text(texts("board_more", n=f"{more:,}"), "dim"), width))
    return lines


def _title(texts: Texts, board: ReplyBoard, now: int, beside: Sequence[tuple[Mood, str]]) -> Text:
    title = Text().append(texts("board"), "bold")
    for mood, words in beside:
        title.append(" · ", "dim").append(words, STYLES[mood])
    if board.now:
        when = date_and_time(texts, now, DEFAULT_ZONE, seconds=True)
        title.append(" · ", "dim").append(texts("server_time", when=when), "dim")
    return title


def _numbers(board: ReplyBoard) -> dict[str, str]:
    totals = board.totals
    return {"waiting": f"{totals.waiting:,}", "overdue": f"{totals.overdue:,}", "missed": f"{totals.missed:,}"}


def _total(board: ReplyBoard, state: WaitState) -> int:
    totals = board.totals
    return {"waiting": totals.waiting, "overdue": totals.overdue, "missed": totals.missed}[state]


def _widths(width: int, *, of_one: bool) -> dict[Column, int]:
    columns = [(column, fixed, least) for column, fixed, least in COLUMNS if not of_one or column != "mentor"]
    shown = [(column, fixed) for column, fixed, least in columns if width >= least or (of_one and column == "member")]
    shares = sum(1 for _, fixed in shown if not fixed)
    share = max(8, (width - sum(fixed + 1 for _, fixed in shown if fixed)) // shares - 1)
    return {column: fixed or share for column, fixed in shown}


def _row(texts: Texts, row: BoardWait, now: int, widths: dict[Column, int], *, alone: bool) -> Text:
    """`alone`: no other row has these two people, or else the conversation is named beside them."""
    due_at = instant.parse(row.due_at) if row.due_at else None
    left = due_at - now if due_at is not None else None
    overdue = row.overdue or (left is not None and left < 0)
    state = "missed" if row.missed else "overdue" if overdue else "waiting"
    cells: dict[Column, str] = {
        "state": texts(f"state_{state}"),
        "left": _left(texts, left),
        "mentor": row.mentor,
        "member": row.member if alone or "conversation" in widths else f"{row.conversation}: {row.member}",
        "plan": row.plan,
        "conversation": row.conversation,
    }
    if "due" in widths:
        cells["due"] = date_and_time(texts, due_at, DEFAULT_ZONE) if due_at is not None else "–"
    if "since" in widths:
        cells["since"] = date_and_time(texts, instant.parse(row.waiting_since), DEFAULT_ZONE)
    return _cells(cells, widths, _style(row, left, overdue=overdue))


def _left(texts: Texts, left: int | None) -> str:
    if left is None:
        return "–"
    if left < 0:
        return f"−{duration(texts, -left)}"
    return duration(texts, left) + (" !" if left < SOON else "")


def _style(row: BoardWait, left: int | None, *, overdue: bool) -> str:
    if row.missed:
        return "bold red"
    if overdue:
        return "red"
    if left is None:
        return "dim"
    if left < SOON:
        return "bold yellow"
    return "yellow" if left < EARLY else "green"


def _cells(cells: dict[Column, str], widths: dict[Column, int], style: str) -> Text:
    """One piece of text for the whole row: a board is drawn again and again."""
    return Text(" ".join(_cell(cells[column], width) for column, width in widths.items()), style, no_wrap=True)


def _cell(text: str, width: int) -> str:
    text = visible(text)
    return set_cell_size(text, width) if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"


def _fit(text: Text, width: int) -> Text:
    text.truncate(width, overflow="ellipsis")
    return text
