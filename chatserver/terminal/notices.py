"""Notices at the desk: a line for each new one, the list, and which conversations are muted."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from chatserver.client.http import AnswerError, RefusedAnswerError
from chatserver.client.notice_calls import NoticeCalls
from chatserver.notices.notice_view import notice_of
from chatserver.protocol.events import ConversationView
from chatserver.protocol.notices import MAX_NOTICES, NoticeCame, NoticeView
from chatserver.terminal.names import called
from chatserver.terminal.transcript import TranscriptLine, wrapped
from chatserver.terminal.words import DEFAULT_ZONE, date_and_time, time_of_day
from quotas import instant

if TYPE_CHECKING:
    from chatserver.terminal.desk import Desk

COMMANDS = ("/notices", "/mute", "/unmute", "/remind")
HINTS = {"session.candidate": "/no-show", "session.close_reminder": "/finish"}
"""What a mentor types where such a notice is of the conversation that is open."""
NOT_IN_THE_CHAT = (*HINTS, "session.late", "session.mentor_absent", "session.unattended")
"""What they say stands in no entry of a conversation: they are printed in the open one too."""
TOLD_AT_ONCE = ("case.opened", "case.moved", "case.noted")
"""What the change of a case says itself, as an event of its own."""
LISTED = 20
"""Notices that are listed where no number is given."""

Heard = TypeVar("Heard")


class NoticeBoard:
    """One desk's."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk

    # What comes, and what there is

    @property
    def bell(self) -> str:
        """How many are unread, for the state lines; '' for none."""
        unread = self._desk.chat.unread_notices or 0
        return self._desk.texts("bell_1" if unread == 1 else "bell_n", n=unread) if unread else ""

    def came(self, event: NoticeCame) -> None:
        """What a new one says, and of the first of its kind also why one gets it.

        None is printed of a conversation that is muted, or open, where what it tells of is seen. None that is read.
        """
        notice, desk = event.notice, self._desk
        if notice.event in TOLD_AT_ONCE:
            return
        known = self._of(notice)
        is_open = known is not None and known is desk.current
        if notice.read or (known is not None and known.muted) or (is_open and notice.event not in NOT_IN_THE_CHAT):
            return
        said, why = self._words(notice)
        if said:
            at, zone = instant.parse(notice.at), self._zone(notice)
            if is_open and desk.role == "mentor" and notice.event in HINTS:
                said += f" · {HINTS[notice.event]}"
            texts = [*wrapped(said, desk.width - 9), *(wrapped(why, desk.width - 9) if why else [])]
            heads = [f"{time_of_day(at, zone)}  ◦ ", *[" " * 9] * (len(texts) - 1)]
            lines: list[TranscriptLine] = [
                [("class:elsewhere", head + text)] for head, text in zip(heads, texts, strict=True)
            ]
            desk.show_of_day(at, zone, lines)

    async def obey(self, command: str, rest: str) -> None:
        """Do one of COMMANDS. What the server refuses is told. Raises ChatError, ChatClosed."""
        desk = self._desk
        if command == "/notices":
            await self._list(rest)
            return
        conversation = desk.current
        if conversation is None:
            desk.announce(desk.texts("open_one_first", hint=desk.how_to_open))
        elif desk.role not in ("member", "mentor"):
            desk.announce(desk.texts("own_only"))
        else:
            try:
                await self._about(conversation, command)
            except (AnswerError, OSError) as fault:
                desk.announce(str(fault))

    async def _list(self, count: str) -> None:
        """The latest last, as in a chat; what was shown counts as read."""
        desk = self._desk
        number = int(count) if count.isdecimal() else LISTED if not count else 0
        if not 1 <= number <= MAX_NOTICES:
            desk.announce(desk.texts("notices_number"))
            return
        page = await desk.chat.notices(limit=number)
        desk.show([line for notice in reversed(page.notices) for line in self._lines(notice)])
        if not page.notices:
            desk.announce(desk.texts("notices_none"))
        elif page.more and number < MAX_NOTICES:
            desk.announce(desk.texts("notices_older"))
        if unread := [notice.id for notice in page.notices if not notice.read]:
            await desk.chat.read_notices(ids=unread)

    def _lines(self, notice: NoticeView) -> list[TranscriptLine]:
        said, _ = self._words(notice)
        when = date_and_time(self._desk.texts, instant.parse(notice.at), self._zone(notice))
        style = "class:announcement" if notice.read else ""
        first, *rest = wrapped(said or notice.event, self._desk.width - len(when) - 5)
        mark = " " if notice.read else "•"
        return [
            [("class:wait", f" {mark} "), ("class:time", when), (style, f"  {first}")],
            *([(style, " " * (len(when) + 5) + line)] for line in rest),
        ]

    def _words(self, view: NoticeView) -> tuple[str, str]:
        """What it says, and of the first of its kind why one gets it; both '' where this release does not know it."""
        from chatserver.notices.texts import words_of  # with what it stands on, not for a chat without notices

        desk = self._desk
        notice = notice_of(view, desk.user)
        if notice is None:
            return "", ""
        words = words_of(notice, desk.texts.language, self._zone(view), self._other(view))
        return words.line, words.why if notice.data.get("first") else ""

    def _other(self, notice: NoticeView) -> str:
        """The other one of the two, for support the mentor; '' where the conversation is not known here."""
        known = self._of(notice)
        if known is None:
            return ""
        return called(known.member if self._desk.user == known.mentor else known.mentor, known)

    def _zone(self, notice: NoticeView) -> str:
        known = self._of(notice)
        return DEFAULT_ZONE if known is None else known.zone

    def _of(self, notice: NoticeView) -> ConversationView | None:
        return self._desk.chat.conversations.get(notice.conversation or "")

    # What is wanted

    async def _about(self, conversation: ConversationView, command: str) -> None:
        desk, id = self._desk, conversation.id
        if command == "/remind":
            await self._remind(conversation)
            return
        muted = command == "/mute"
        await self._ask(lambda calls: calls.mute(id, muted=muted))
        desk.announce(desk.texts("now_muted" if muted else "now_unmuted", name=desk.directory.label(conversation)))

    async def _remind(self, conversation: ConversationView) -> None:
        desk, id = self._desk, conversation.id
        if desk.role != "member":
            desk.announce(desk.texts("members_only"))
            return
        try:
            answer = await self._ask(lambda calls: calls.ask_opening(id))
        except RefusedAnswerError as refused:
            desk.announce(desk.texts("reminder_open" if refused.refusal.reason == "open" else "reminder_never"))
            return
        if answer.opens_at is None:
            desk.announce(desk.texts("reminder_some_time"))
        else:
            when = date_and_time(desk.texts, instant.parse(answer.opens_at), conversation.zone)
            desk.announce(desk.texts("reminder_set", when=when))

    async def _ask(self, call: Callable[[NoticeCalls], Heard]) -> Heard:
        """Over HTTP, in a thread: the screen goes on meanwhile."""
        chat = self._desk.chat
        return await asyncio.to_thread(call, NoticeCalls(chat.url, await chat.token(), self._desk.user))
