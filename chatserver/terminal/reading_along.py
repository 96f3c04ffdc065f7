"""Support at the terminal: whom to read along with, picked by id or from the board of open waits."""

from chatserver.client import ChatError
from chatserver.protocol.board import BoardShown, BoardWait
from chatserver.protocol.commands import Watch
from chatserver.protocol.events import Reply
from chatserver.terminal.desk import Desk
from chatserver.terminal.status import owed
from chatserver.terminal.transcript import TranscriptLine, short
from chatserver.terminal.words import DEFAULT_ZONE

BOARD_ROWS = 15
"""Open waits that `/board` shows, the most urgent first."""
LONGEST_ID = 24
LONGEST_PAIR = 30


async def follow(desk: Desk, id: str) -> None:
    """Follow a conversation and open it."""
    if not _may(desk):
        return
    if not id:
        desk.announce(desk.texts("follow_which"))
        return
    try:
        await desk.read_along(id)
    except ChatError as fault:
        if fault.code != "not_found":
            raise
        desk.announce(desk.texts("follow_absent", id=short(id, LONGEST_ID)))


async def unfollow(desk: Desk, id: str) -> None:
    """Follow one no longer: the open one where none is named."""
    if not _may(desk):
        return
    chosen = id or (desk.current.id if desk.current is not None else "")
    if chosen not in desk.chat.conversations:
        desk.announce(desk.texts("follow_which"))
    else:
        await desk.read_along_no_longer(chosen)
        desk.announce(desk.texts("unfollowed", id=chosen))


async def board(desk: Desk) -> None:
    """Show who owes an answer, with the ids to follow."""
    if _may(desk):
        shown = await desk.ask_board(Watch(replies=True, limit=BOARD_ROWS))
        desk.show(board_rows(desk, shown))
        desk.announce(desk.texts("follow_from_board" if shown.rows else "board_empty"))


def board_rows(desk: Desk, shown: BoardShown) -> list[TranscriptLine]:
    """A row for each wait: its conversation, the two people, and what is owed."""
    return [_row(desk, row) for row in sorted(shown.rows, key=lambda row: (row.due_at is None, row.due_at))]


def _row(desk: Desk, row: BoardWait) -> TranscriptLine:
    reply = Reply(row.waiting_since, row.due_at, row.overdue)
    followed = "›" if row.conversation in desk.chat.conversations else " "
    style = "class:bad" if row.missed or row.overdue else "class:wait"
    return [
        ("class:member", f" {followed} {short(row.conversation, LONGEST_ID):<{LONGEST_ID}}"),
        ("", f" {short(f'{row.member} – {row.mentor}', LONGEST_PAIR):<{LONGEST_PAIR}} "),
        (style, " · ".join(owed(desk.texts, reply, DEFAULT_ZONE, desk.chat.now()))),
    ]


def _may(desk: Desk) -> bool:
    """Whether this person reads along in others' conversations; says why not."""
    if desk.role in ("support", "service"):
        return True
    desk.announce(desk.texts("follow_support_only"))
    return False
