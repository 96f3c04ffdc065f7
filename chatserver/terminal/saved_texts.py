"""A mentor's saved texts at the desk, and how far the exercises of the open conversation are."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from chatserver.client.http import AnswerError
from chatserver.client.mentoring import MentoringCalls, SavedSaid
from chatserver.protocol.events import ConversationView
from chatserver.terminal.names import called
from chatserver.terminal.transcript import TranscriptLine

if TYPE_CHECKING:
    from chatserver.terminal.desk import Desk

_Heard = TypeVar("_Heard")


async def obey(desk: "Desk", command: str, rest: str) -> None:
    """Do `/texts`, `/text` or `/exercises`. Raises ChatError, ChatClosed."""
    conversation = desk.current
    if conversation is None:
        desk.announce(desk.texts("open_one_first", hint=desk.how_to_open))
    elif desk.role not in ("member", "mentor"):
        desk.announce(desk.texts("own_only"))
    elif command != "/exercises" and desk.role != "mentor":
        desk.announce(desk.texts("mentors_only"))
    else:
        try:
            await _obey(desk, conversation, command, rest)
        except (AnswerError, OSError) as fault:
            desk.announce(str(fault))


async def _obey(desk: "Desk", conversation: ConversationView, command: str, rest: str) -> None:
    if command == "/exercises":
        await _exercises(desk, conversation)
        return
    library = await _asked(desk, lambda calls: calls.library(desk.user))
    saved = [each for each in (*library.own, *library.shared) if each.kind == "text"]
    if command == "/texts":
        desk.show([_line(number, each) for number, each in enumerate(saved, 1)])
        desk.announce(desk.texts("texts_how" if saved else "texts_none"))
    elif rest.isdecimal() and 1 <= int(rest) <= len(saved):
        names = {"{name}": conversation.member, "{mentor}": conversation.mentor}
        text = saved[int(rest) - 1].body
        for placeholder, person in names.items():
            text = text.replace(placeholder, called(person, conversation))
        desk.put_back(text)
    else:
        desk.announce(desk.texts("texts_number"))


async def _exercises(desk: "Desk", conversation: ConversationView) -> None:
    found = await _asked(desk, lambda calls: calls.exercises(conversation.id))
    if not found:
        desk.announce(desk.texts("exercises_none"))
    for each in found:
        state = desk.texts(f"exercise_{each.state}", answered=each.answered, fields=each.fields)
        desk.announce(f"{each.title}: {state}")


async def _asked(desk: "Desk", call: Callable[[MentoringCalls], _Heard]) -> _Heard:
    calls = MentoringCalls(desk.chat.url, await desk.chat.token())
    return await asyncio.to_thread(call, calls)


def _line(number: int, saved: SavedSaid) -> TranscriptLine:
    name = f"{saved.folder} / {saved.title}" if saved.folder else saved.title
    return [("class:announcement", f" {number:>3}  "), ("", name)]
