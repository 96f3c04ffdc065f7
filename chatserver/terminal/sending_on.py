"""What a member wrote to the mentor before and nobody answered: shown, and sent on to the new one at their word."""

import asyncio
from typing import TYPE_CHECKING

from chatserver.client.http import AnswerError
from chatserver.client.sessions import SessionCalls, UnansweredSaid
from chatserver.protocol.commands import MAX_HISTORY
from chatserver.protocol.events import Message
from chatserver.terminal.names import called
from chatserver.terminal.session_commands import YES
from chatserver.terminal.transcript import wrapped

if TYPE_CHECKING:
    from chatserver.terminal.desk import Desk

COMMANDS = ("/send-on",)


async def send_on(desk: "Desk", word: str) -> None:
    """Into the open conversation. Raises ChatError, ChatClosed."""
    conversation = desk.current
    if conversation is None:
        desk.announce(desk.texts("open_one_first", hint=desk.how_to_open))
        return
    if desk.role != "member":
        desk.announce(desk.texts("members_only"))
        return
    calls = SessionCalls(desk.chat.url, await desk.chat.token())
    try:
        unanswered = (await asyncio.to_thread(calls.conversation, conversation.id)).unanswered
    except (AnswerError, OSError) as fault:
        desk.announce(str(fault))
        return
    messages = await _messages(desk, unanswered) if unanswered is not None else []
    if not messages:
        desk.announce(desk.texts("send_on_none"))
    elif word.lower() in YES:
        for message in messages:
            desk.send(message.body)
    else:
        lines = [line for message in messages for line in wrapped(message.body, desk.width - 5)]
        desk.show([[("class:unsent", f"     {line}")] for line in lines])
        desk.announce(desk.texts("send_on_ask", name=called(conversation.mentor, conversation)))


async def _messages(desk: "Desk", unanswered: UnansweredSaid) -> list[Message]:
    """Those that can be read still, in their order."""
    wanted = {each.seq for each in unanswered.messages}
    found: list[Message] = []
    before, more = max(wanted) + 1, True
    while more and before > min(wanted):
        page = await desk.chat.history(unanswered.conversation, before, MAX_HISTORY)
        found = [each for each in page.messages if each.seq in wanted and not each.erased and not each.deleted] + found
        more, before = page.more, page.first
    return found
