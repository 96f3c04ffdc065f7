"""`/reply`, `/edit`, `/delete`, `/react`: on a message of the open conversation, the last one or `#12`; `/numbers`."""

import re
from collections.abc import Awaitable, Callable
from uuid import uuid4

from chatserver.client import ChatError
from chatserver.protocol.commands import MAX_HISTORY
from chatserver.protocol.events import Accepted, ConversationView, Message, Refused
from chatserver.terminal.desk import HISTORY_AT_START, Desk
from chatserver.terminal.refusals import sentence
from quotas.standing import ChangeKind

REPLY, NUMBERS = "/reply", "/numbers"
CHANGING: dict[str, ChangeKind] = {"/edit": "edit", "/delete": "deletion", "/react": "reaction"}
COMMANDS = (REPLY, NUMBERS, *CHANGING)
_NUMBER = re.compile(r"#([0-9]{1,15})(?:\s+|$)")


async def obey(desk: Desk, command: str, rest: str) -> None:
    """Raises ChatError, ChatClosed."""
    conversation = desk.current
    number = _NUMBER.match(rest)
    text = rest[number.end() :] if number else rest
    if conversation is None:
        desk.announce(desk.texts("open_one_first", hint=desk.how_to_open))
    elif command == "/edit" and not desk.directory.edit_minutes:
        desk.announce(sentence(desk.texts("changed_nothing", why=desk.texts("no_edits"))))
        desk.put_back(f"{command} {rest}")
    elif command == NUMBERS:
        await _number(desk, rest)
    elif not text and command == REPLY:
        desk.announce(desk.texts("text_missing", command=command))
    elif (seq := int(number[1]) if number else _last(desk, is_own=command in ("/edit", "/delete"))) is None:
        desk.announce(desk.texts("no_message_for"))
    elif command == "/edit" and not text and not _has_files(desk, seq):
        desk.announce(desk.texts("text_missing", command=command))
    elif command == REPLY:
        await _reply(desk, seq, text)
    else:
        await _change(desk, conversation, CHANGING[command], seq, text)


def _last(desk: Desk, *, is_own: bool) -> int | None:
    """The last text here that stands, one's own or the other side's."""
    for each in desk.messages.newest():
        if each.kind == "text" and not each.deleted and (each.sender == desk.user) == is_own:
            return each.seq
    return None


def _has_files(desk: Desk, seq: int) -> bool:
    """Whether that message stands by its files, without a text too."""
    message = desk.messages.find(seq)
    return message is not None and bool(message.attachments)


async def _number(desk: Desk, count: str) -> None:
    number = int(count) if count.isdecimal() else HISTORY_AT_START if not count else 0
    if 1 <= number <= MAX_HISTORY:
        await desk.show_numbers(number)
    else:
        desk.announce(desk.texts("wrong_count"))


async def _reply(desk: Desk, seq: int, text: str) -> None:
    """As any message is sent; what cannot be sent now goes back to the input line."""
    if await desk.recheck(text):
        desk.send(text, reply_to=seq)
    else:
        desk.put_back(f"{REPLY} #{seq} {text}")


async def _change(desk: Desk, conversation: ConversationView, kind: ChangeKind, seq: int, text: str) -> None:
    """Done, it is shown as to everybody else; why it cannot be is said, and a text comes back."""
    id = uuid4().hex
    asked: dict[ChangeKind, Callable[[], Awaitable[Accepted | Refused]]] = {
        "edit": lambda: desk.chat.edit(conversation.id, seq, text, id),
        "deletion": lambda: desk.chat.delete(conversation.id, seq, id),
        "reaction": lambda: desk.chat.react(conversation.id, seq, text or None, id),
    }
    try:
        answer = await asked[kind]()
    except ChatError as fault:
        known = f"change_no_{fault.code}"
        why = desk.texts(known) if desk.texts.has(known) else fault.message
    else:
        if isinstance(answer, Accepted):
            body = "" if kind == "deletion" else text
            head = (conversation.id, answer.seq, desk.user, desk.role, answer.at, id)
            await desk.show_own(Message(*head, body, kind=kind, about=seq))
            return
        known = f"change_refused_{answer.reason}"
        why = desk.texts(known) if desk.texts.has(known) else answer.reason
    desk.announce(sentence(desk.texts("changed_nothing", why=why)))
    if kind == "edit":
        desk.put_back(f"/edit #{seq} {text}")
