"""The state lines under the input: connection, people and clock; what may be written or is owed; news elsewhere."""

import asyncio

from prompt_toolkit.utils import get_cwidth

from chatserver.terminal.desk import Desk
from chatserver.terminal.status import connection
from chatserver.terminal.transcript import Line, short, wrapped
from chatserver.terminal.words import date_and_time

LONGEST_NAME = 24
DEFAULT_ZONE = "Europe/Oslo"
"""The clock's zone while no conversation is open."""


def toolbar(desk: Desk, width: int) -> list[Line]:
    above = flow(_connection(desk) + _people(desk), width, right=_clock(desk))
    below = flow(_standing(desk) + _elsewhere(desk), width)
    return [[("class:rule", "─" * width)], *above, *below]


def _connection(desk: Desk) -> Line:
    words = connection(desk.texts, desk.chat.state, asyncio.get_running_loop().time())
    return [(f"class:{mood}", text) for mood, text in words]


def _people(desk: Desk) -> Line:
    conversation = desk.current
    if conversation is None:
        return []
    name = short(desk.other(conversation), LONGEST_NAME)
    if desk.chat.state.kind != "online" or desk.role not in ("member", "mentor"):
        return [("", name)]
    if desk.peer_is_typing:
        return [("class:good", desk.texts("peer_typing", name=name))]
    return [("", desk.texts("peer_online" if conversation.peer_online else "peer_away", name=name))]


def _clock(desk: Desk) -> str:
    if not desk.user:
        return ""
    zone = desk.current.zone if desk.current is not None else DEFAULT_ZONE
    return desk.texts("server_time", when=date_and_time(desk.texts, desk.chat.now(), zone, seconds=True))


def _standing(desk: Desk) -> Line:
    conversation = desk.current
    if conversation is None:
        return []
    style = "" if desk.can_write else "class:wait"
    if desk.role == "mentor" and conversation.reply.overdue:
        style = "class:bad"
    line: Line = [(style, part) for part in desk.standing(conversation)]
    if desk.outgoing.unsent:
        line.append(("class:wait", desk.texts("sending")))
    elif desk.receipt:
        line.append(("class:good" if desk.receipt == "seen" else "class:hint", desk.texts(desk.receipt)))
    return line


def _elsewhere(desk: Desk) -> Line:
    return [
        ("class:wait", desk.texts("unread", name=short(desk.other(each), LONGEST_NAME), n=desk.unread[each.id]))
        for each in desk.chat.conversations.values()
        if each != desk.current and desk.unread.get(each.id)
    ]


def flow(parts: Line, width: int, right: str = "") -> list[Line]:
    """Parts joined by dots, broken into rows of `width` columns; `right` at the right edge where it fits."""
    rows: list[Line] = []
    row: Line = []
    used = 0
    for style, text in parts:
        if row and used + 3 + get_cwidth(text) <= width - 1:
            row += [("class:hint", " · "), (style, text)]
            used += 3 + get_cwidth(text)
            continue
        # A part that is longer than a row goes on in the next.
        for line in wrapped(text, width - 2):
            row = [("", " "), (style, line)]
            used = 1 + get_cwidth(line)
            rows.append(row)
    free = width - 1 - used - get_cwidth(right)
    if right and row and free > 1:
        row.append(("class:hint", " " * free + right))
    elif right:
        rows.append([("class:hint", " " + short(right, width - 1))])
    return rows
