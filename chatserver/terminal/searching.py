"""The terminal's /search: messages that hold what is looked for, with what stands around it."""

from typing import TYPE_CHECKING

from chatserver.protocol.events import FoundMessage
from chatserver.terminal.names import called
from chatserver.terminal.transcript import LONGEST_NAME, TranscriptLine, short, visible
from chatserver.terminal.words import date_and_time
from quotas import instant

if TYPE_CHECKING:
    from chatserver.terminal.desk import Desk

COMMANDS = ("/search",)
SHOWN = 20
FOUND = "bold underline"
"""How what was found stands in its line."""


async def search(desk: "Desk", query: str) -> None:
    """In all of one's own conversations; support and services in the open one. Raises ChatError, ChatClosed."""
    reads_along = desk.role in ("support", "service")
    if not query:
        desk.announce(desk.texts("search_what"))
    elif reads_along and desk.current is None:
        desk.announce(desk.texts("open_one_first", hint=desk.how_to_open))
    else:
        within = desk.current.id if reads_along and desk.current is not None else None
        page = await desk.chat.search(query, within, limit=SHOWN)
        desk.show([_line(desk, each) for each in reversed(page.found)])
        if not page.found:
            desk.announce(desk.texts("search_nothing"))
        elif page.next is not None:
            desk.announce(desk.texts("search_newest", n=len(page.found)))


def _line(desk: "Desk", found: FoundMessage) -> TranscriptLine:
    """When, in which conversation, by whom, and the snippet, as far as the line goes."""
    [conversation, *_] = [*(each for each in desk.directory if each.id == found.conversation), None]
    zone = conversation.zone if conversation is not None else "UTC"
    label = desk.directory.label(conversation) if conversation is not None else found.conversation
    name = called(found.sender, conversation) if conversation is not None else found.sender
    writer = desk.texts("you") if found.sender == desk.user else short(name, LONGEST_NAME)
    when = date_and_time(desk.texts, instant.parse(found.at), zone, now=desk.chat.now())
    head = f"{when}  {label} · {writer}: " if label != writer else f"{when}  {writer}: "
    left = max(20, desk.width - len(head))
    line: TranscriptLine = [("class:time", head)]
    for number, piece in enumerate(found.snippet):
        shown = visible(piece)[:left]
        left -= len(shown)
        line.append((FOUND if number % 2 else "", shown))
    return line
