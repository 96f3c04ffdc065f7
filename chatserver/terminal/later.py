"""The terminal's /later: texts that the server sends by itself, when writing opens or at a time of one's own."""

from typing import TYPE_CHECKING

from chatserver.protocol.events import ConversationView, Refused
from chatserver.protocol.unsent import LaterView, Scheduled
from chatserver.terminal.starts import start_of, with_start
from chatserver.terminal.transcript import visible
from chatserver.terminal.words import day_and_time
from quotas import instant
from quotas.sending_later import first_morning, next_morning

if TYPE_CHECKING:
    from chatserver.terminal.desk import Desk

COMMANDS = ("/later",)


async def later(desk: "Desk", rest: str) -> None:
    """In the open conversation. Raises ChatError, ChatClosed."""
    if desk.current is None:
        desk.announce(desk.texts("open_one_first", hint=desk.how_to_open))
        return
    conversation = desk.current
    number, _, when = rest.partition(" ")
    waiting = await _waiting(desk, conversation) if not rest or number.isdecimal() else []
    if not rest:
        _list(desk, conversation, waiting)
    elif number.isdecimal() and 1 <= int(number) <= len(waiting):
        await _again(desk, conversation, waiting[int(number) - 1], when.strip())
    else:
        await _keep(desk, conversation, rest)


async def _waiting(desk: "Desk", conversation: ConversationView) -> list[LaterView]:
    """What waits there, and what is kept of conversations that whoever stood in there sees no more."""
    found = (await desk.chat.scheduled()).messages
    return [each for each in found if each.conversation == conversation.id or each.reason == "stand_in_over"]


def _list(desk: "Desk", conversation: ConversationView, waiting: list[LaterView]) -> None:
    for n, each in enumerate(waiting, 1):
        when = _said(desk, conversation, instant.parse(each.at)) if each.at else ""
        key = "later_refused" if each.state == "refused" else "later_waits"
        desk.announce(desk.texts(key, n=n, when=when, text=_shown(desk, each)))
    desk.announce(desk.texts("later_how" if waiting else "later_nothing"))


async def _keep(desk: "Desk", conversation: ConversationView, text: str) -> None:
    now, opens_at = desk.chat.now(), conversation.composer.opens_at
    is_locked = desk.role == "member" and not conversation.composer.open and opens_at is not None
    at = first_morning(instant.parse(opens_at), conversation.zone) if is_locked and opens_at else None
    at = at or next_morning(now, conversation.zone)
    kept = "later_kept"
    if (begins := with_start(text, conversation.zone, now)) is not None:
        at, text = begins
        kept = "later_kept_then"
        opens = instant.parse(opens_at) if is_locked and opens_at else now
        if not text or at <= now or at < opens:
            why = "later_no_text" if not text else "later_over" if at <= now else "later_too_early"
            desk.announce(desk.texts(why, opens=_said(desk, conversation, opens), text=visible(text)))
            return
    match await desk.chat.send_later(conversation.id, text, at):
        case Scheduled():
            desk.announce(desk.texts(kept, when=_said(desk, conversation, at), text=visible(text)))
            _tell_of_window(desk, conversation)
            desk.announce(desk.texts("later_how"))
        case Refused():
            desk.announce(desk.texts("later_not_kept"))


async def _again(desk: "Desk", conversation: ConversationView, message: LaterView, when: str) -> None:
    if not when:
        taken = await desk.chat.unschedule(message.conversation, message.id)
        desk.announce(desk.texts("later_back", text=_shown(desk, taken)))
        return
    try:
        at = start_of(when, conversation.zone, desk.chat.now())
    except ValueError:
        desk.announce(desk.texts("no_such_time", text=when))
        return
    await desk.chat.reschedule(message.conversation, message.id, at=at)
    desk.announce(desk.texts("later_kept", when=_said(desk, conversation, at)))
    _tell_of_window(desk, conversation)


def _tell_of_window(desk: "Desk", conversation: ConversationView) -> None:
    """To a member whose plan counts windows: what is sent then opens one."""
    if desk.role == "member" and conversation.composer.windows_left is not None:
        desk.announce(desk.texts("later_opens_window"))


def _shown(desk: "Desk", message: LaterView) -> str:
    """Its text, and how many files go with it."""
    files = desk.texts("later_files", n=len(message.attachments)) if message.attachments else ""
    return " ".join(part for part in (visible(message.body), files) if part)


def _said(desk: "Desk", conversation: ConversationView, at: int) -> str:
    return day_and_time(desk.texts, at, conversation.zone, now=desk.chat.now())
