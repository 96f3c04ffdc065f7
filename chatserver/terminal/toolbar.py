"""The state lines under the input: connection, people and clock; what may be written or is owed; news elsewhere."""

import asyncio

from prompt_toolkit.utils import get_cwidth

from chatserver.protocol.events import ConversationView
from chatserver.terminal.desk import Desk
from chatserver.terminal.session_status import coming
from chatserver.terminal.status import connection
from chatserver.terminal.transcript import TranscriptLine, short, wrapped
from chatserver.terminal.words import DEFAULT_ZONE, date_and_time, duration
from quotas import instant

LONGEST_NAME = 24
LONGEST_LABEL = 48
NEWS_SHOWN = 3
"""Conversations named with what is new in them; of the others only their number is told."""


def toolbar(desk: Desk, width: int) -> list[TranscriptLine]:
    above = flow(_connection(desk) + _people(desk), width, right=_clock(desk))
    below = flow(_standing(desk) + _elsewhere(desk) + _bell(desk), width)
    return [[("class:rule", "─" * width)], *above, *below]


def _connection(desk: Desk) -> TranscriptLine:
    words = connection(desk.texts, desk.chat.state, asyncio.get_running_loop().time())
    return [(f"class:{mood}", text) for mood, text in words]


def _people(desk: Desk) -> TranscriptLine:
    conversation = desk.current
    if conversation is None:
        return []
    return [_person(desk, conversation), *([("class:hint", desk.texts("muted"))] if conversation.muted else [])]


def _person(desk: Desk, conversation: ConversationView) -> tuple[str, str]:
    name = short(desk.directory.label(conversation), LONGEST_LABEL)
    if desk.chat.state.kind != "online" or desk.role not in ("member", "mentor"):
        return "", name
    if desk.peer_is_typing:
        return "class:good", desk.texts("peer_typing", name=name)
    return "", desk.texts("peer_online" if conversation.peer_online else "peer_away", name=name)


def _clock(desk: Desk) -> str:
    if not desk.user:
        return ""
    zone = desk.current.zone if desk.current is not None else DEFAULT_ZONE
    return desk.texts("server_time", when=date_and_time(desk.texts, desk.chat.now(), zone, seconds=True))


def _standing(desk: Desk) -> TranscriptLine:
    conversation = desk.current
    if conversation is None:
        return []
    style = "" if desk.can_write else "class:wait"
    if desk.directory.is_overdue(conversation):
        style = "class:bad"
    line: TranscriptLine = [(style, part) for part in desk.directory.standing(conversation)]
    can_join, can_finish = desk.can_join(conversation), desk.role == "mentor"
    session = coming(desk.texts, conversation, desk.chat.now(), can_join=can_join, can_finish=can_finish)
    if session is not None:
        urgency, words = session
        part = (f"class:{urgency}" if urgency else "", words)
        in_live_chat = desk.role == "member" and conversation.composer.live_until is not None
        # Of a live chat that runs the composer tells a member already, until it is about to end.
        line = ([part] if urgency == "wait" else line) if in_live_chat else [*line, part]
    if desk.outgoing.unsent:
        line.append(("class:wait", desk.texts("sending")))
    elif desk.receipt:
        line.append(("class:good" if desk.receipt == "seen" else "class:hint", desk.texts(desk.receipt)))
    return line


def _elsewhere(desk: Desk) -> TranscriptLine:
    """What is owed in other conversations, then what is new there."""
    directory = desk.directory
    others = directory.beside(desk.current)
    waiting = list(filter(directory.is_owed, others))
    overdue = list(filter(directory.is_overdue, waiting))
    line: TranscriptLine = []
    if overdue:
        line.append(("class:bad", desk.texts("elsewhere_overdue", n=len(overdue))))
    if ahead := waiting[len(overdue) :]:
        line.append(("class:wait", _ahead(desk, ahead)))
    if waiting:
        line.append(("class:hint", desk.texts("next_opens")))
    new = [each for each in others if directory.news.of(each.id)]
    for each in new[:NEWS_SHOWN]:
        name = short(directory.label(each), LONGEST_NAME)
        line.append(("class:wait", desk.texts("unread", name=name, n=directory.news.of(each.id))))
    if len(new) > NEWS_SHOWN:
        line.append(("class:wait", desk.texts("board_more", n=len(new) - NEWS_SHOWN)))
    return line


def _bell(desk: Desk) -> TranscriptLine:
    return [("class:wait", desk.notices.bell)] if desk.notices.bell else []


def _ahead(desk: Desk, waiting: list[ConversationView]) -> str:
    """How many wait elsewhere, and how long until the first deadline among them."""
    due_at = waiting[0].reply.due_at
    if due_at is None:
        return desk.texts("elsewhere_waiting", n=len(waiting))
    left = duration(desk.texts, instant.parse(due_at) - desk.chat.now())
    return desk.texts("elsewhere_due", n=len(waiting), left=left)


def flow(parts: TranscriptLine, width: int, right: str = "") -> list[TranscriptLine]:
    """Parts joined by dots, broken into rows of `width` columns; `right` at the right edge where it fits."""
    rows: list[TranscriptLine] = []
    row: TranscriptLine = []
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
