"""Help at a lock: whom one can call, an urgent note, and once the plan that would let one write now.

Words that suggest danger are looked for here, in what was refused: nobody is told, and nothing is kept.
"""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from chatserver.client import ChatClosed, ChatError, http
from chatserver.client.http import AnswerError
from chatserver.protocol.events import Accepted, Composer, ConversationView, HelpLine, Refused
from chatserver.terminal.outgoing import Unsent
from chatserver.terminal.status import locked
from chatserver.terminal.texts import Texts
from chatserver.terminal.transcript import TranscriptLine
from quotas.help_policy import GENERAL, suggests_danger

if TYPE_CHECKING:
    from chatserver.terminal.desk import Desk

COMMANDS = ("/lines", "/urgent")
BY_PLAN = ("quota_used", "messages_used", "closed")
"""Locks that another plan might not have."""
LINE_STYLE = "class:bad"


class HelpSaid(Struct, frozen=True):
    """What is read of `GET /v1/help`."""

    lines: dict[str, list[HelpLine]]
    danger: list[str]


class FreerPlanSaid(Struct, frozen=True):
    """What is read of the week in `GET …/why`."""

    freer: str | None
    upgrade_url: str | None


class WeekSaid(Struct, frozen=True):
    """What is read of `GET …/why`."""

    week: FreerPlanSaid | None


class LockHelp:
    """Of one desk."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._known: HelpSaid | None = None
        self._hinted: set[str] = set()
        """Conversations of which a plan was named: once is enough."""
        self._tasks: set[asyncio.Task[None]] = set()

    async def obey(self, command: str, rest: str) -> None:
        """Raises ChatError, ChatClosed."""
        conversation = self._desk.current
        if conversation is None:
            self._desk.announce(self._desk.texts("open_one_first", hint=self._desk.how_to_open))
        elif command == "/lines":
            await self._show_lines(conversation)
        elif self._desk.role != "member":
            self._desk.announce(self._desk.texts("members_only"))
        elif not rest:
            self._desk.announce(self._desk.texts("urgent_what"))
        else:
            await self._note(conversation, rest)

    def refused(self, conversation: ConversationView, composer: Composer, body: str) -> None:
        """A text came back: say whom one can call, and to a member what more there is to say."""
        if not composer.help or self._desk.role not in ("member", "mentor"):
            return
        lines = ", ".join(line_words(self._desk.texts, each) for each in first_lines(composer.help))
        if self._desk.role == "mentor":
            self._desk.announce(self._desk.texts("lines_for_member", lines=lines))
            return
        self._desk.announce(self._desk.texts("lines_at_lock", lines=lines))
        task = asyncio.create_task(self._look(conversation.id, composer, composer.help, body))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look(self, conversation: str, composer: Composer, lines: Sequence[HelpLine], body: str) -> None:
        desk = self._desk
        try:
            if suggests_danger(body, (await self._policy()).danger):
                desk.announce(desk.texts("lines_danger"))
                desk.show(line_rows(desk.texts, lines))
                if composer.urgent_note:
                    desk.announce(desk.texts("urgent_hint"))
            elif composer.reason in BY_PLAN and conversation not in self._hinted:
                self._hinted.add(conversation)
                await self._hint(conversation)
        except (AnswerError, OSError, ChatError, ChatClosed):
            pass  # The numbers were told already.

    async def _hint(self, conversation: str) -> None:
        """Gently: which plan would let one write now, and where to get it."""
        path = f"/v1/conversations/{conversation}/why"
        token = await self._desk.chat.token()
        week = (await asyncio.to_thread(http.get, self._desk.chat.url, path, {}, token, WeekSaid)).week
        if week is None or week.freer is None or week.upgrade_url is None:
            return
        self._desk.announce(self._desk.texts("plan_freer", plan=week.freer, url=week.upgrade_url))

    async def _policy(self) -> HelpSaid:
        """Raises AnswerError, OSError."""
        if self._known is None:
            token = await self._desk.chat.token()
            self._known = await asyncio.to_thread(http.get, self._desk.chat.url, "/v1/help", {}, token, HelpSaid)
        return self._known

    async def _show_lines(self, conversation: ConversationView) -> None:
        """Those of the lock; while there is none, of the conversation's country."""
        desk, lines = self._desk, conversation.composer.help
        if lines is None:
            try:
                known = (await self._policy()).lines
            except (AnswerError, OSError) as fault:
                desk.announce(str(fault))
                return
            desk.announce(desk.texts("lines_open"))
            lines = known.get(conversation.country) or known[GENERAL]
        desk.show(line_rows(desk.texts, lines))

    async def _note(self, conversation: ConversationView, body: str) -> None:
        desk = self._desk
        try:
            answer = await desk.chat.urgent(conversation.id, body)
        except ChatError as fault:
            key = f"no_{fault.code}"
            desk.announce(desk.texts(key) if desk.texts.has(key) else fault.message)
            return
        match answer:
            case Accepted():
                await desk.show_note(Unsent(conversation.id, body), answer)
                desk.announce(desk.texts("urgent_sent"))
            case Refused():
                why = locked(desk.texts, answer.composer, conversation.zone, desk.chat.now())
                desk.announce(desk.texts("not_sent", why=" · ".join(why)))


def line_words(texts: Texts, line: HelpLine) -> str:
    """A number, and whose it is or what for."""
    return f"{line.number} {line.name or texts(f'line_{line.kind}')}"


def line_rows(texts: Texts, lines: Sequence[HelpLine]) -> list[TranscriptLine]:
    """All of them, one under the other."""
    width = max(len(each.number) for each in lines)
    return [[(LINE_STYLE, f"  {each.number:<{width}}"), ("", f"  {', '.join(_about(texts, each))}")] for each in lines]


def _about(texts: Texts, line: HelpLine) -> list[str]:
    """Whose it is, and when it is answered: that danger never waits goes without saying."""
    name = line.name or texts(f"line_{line.kind}")
    return [name] if line.kind == "emergency" and not line.hours else [name, line.hours or texts("line_any_time")]


def first_lines(lines: Sequence[HelpLine]) -> list[HelpLine]:
    """For danger, and for a talk."""
    found = [next((each for each in lines if each.kind == kind), None) for kind in ("emergency", "talk", "doctor")]
    return [each for each in found if each is not None][:2]
