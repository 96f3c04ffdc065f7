"""What a person at the terminal has before them: the open conversation, and what waits in the others."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol, assert_never

from msgspec.structs import replace

from chatserver.client import ChatClient, ChatClosed, ChatError
from chatserver.client.place import Position
from chatserver.client.standing import StandingMessages
from chatserver.protocol.board import BoardShown
from chatserver.protocol.cases import CaseChanged
from chatserver.protocol.commands import Watch
from chatserver.protocol.events import (
    Accepted,
    ComposerChanged,
    ConversationChanged,
    ConversationView,
    Deadline,
    Error,
    Gap,
    Message,
    ReadMark,
    Refused,
    Role,
    TypingNow,
    Welcome,
)
from chatserver.protocol.notices import NoticeCame
from chatserver.protocol.session_events import SessionChanged
from chatserver.terminal.cases import CaseDesk
from chatserver.terminal.changes import is_change
from chatserver.terminal.directory import Directory
from chatserver.terminal.happenings import LiveNews
from chatserver.terminal.helping import LockHelp
from chatserver.terminal.notices import NoticeBoard
from chatserver.terminal.outgoing import Outgoing, SendOutcome, Unsent
from chatserver.terminal.session_commands import SessionCommands
from chatserver.terminal.status import Mood, locked, may_write
from chatserver.terminal.texts import Texts
from chatserver.terminal.transcript import Transcript, TranscriptLine, alarm, announcement, short, wrapped
from chatserver.terminal.words import date_and_time, duration
from quotas import instant

HISTORY_AT_START = 20
TYPING_SECONDS = 6.0
"""How long "is typing" stands without being said again (protocol)."""
LONGEST_NAME = 18
LOOKING_BACK_SECONDS = 2.0
"""How long the first list of conversations waits to know what is new in them."""


class Paper(Protocol):
    """Where lines are printed, and the input line that a text is put back into."""

    @property
    def width(self) -> int: ...

    def print(self, lines: list[TranscriptLine]) -> None: ...

    def put_back(self, text: str) -> None: ...

    def refresh(self) -> None:
        """The state lines may have changed."""


class Desk:
    """One person's chat as they see it. `wanted` is the conversation to open first."""

    def __init__(self, chat: ChatClient, texts: Texts, wanted: str | None) -> None:
        self.chat = chat
        self.texts = texts
        self.directory = Directory(chat, texts)
        self.outgoing = Outgoing(chat, self._answered)
        self.sessions = SessionCommands(self)
        self.notices = NoticeBoard(self)
        self.cases = CaseDesk(self)
        self.messages = StandingMessages()
        """Of the open conversation."""
        self.helping = LockHelp(self)
        self._wanted = wanted
        self._current: str | None = None
        self._shown = Position(0)
        self._own_last = 0
        self._typing_until = 0.0
        self._was_open: dict[str, bool] = {}
        self._known_misses: set[tuple[str, str | None]] = set()
        self._looking_back: asyncio.Task[None] | None = None
        self._transcript = Transcript(texts, "")
        self._live = LiveNews(texts)
        self._last_announcement = ""
        self._board: asyncio.Future[BoardShown] | None = None
        self._one_at_a_time = asyncio.Lock()

    def put_on(self, paper: Paper) -> None:
        self._paper = paper

    # What is before the person

    @property
    def current(self) -> ConversationView | None:
        return self.chat.conversations.get(self._current or "")

    @property
    def user(self) -> str:
        """Whose desk it is; nothing before the first welcome."""
        return self.directory.user

    @property
    def role(self) -> Role:
        return self.directory.role

    @property
    def _reads_along(self) -> bool:
        return self.role in ("support", "service")

    @property
    def how_to_open(self) -> str:
        """The commands that lead into a conversation: those who read along have none of their own to list."""
        return self.texts("choose_along" if self._reads_along and not self.chat.conversations else "choose")

    @property
    def width(self) -> int:
        """Columns of what is printed on."""
        return self._paper.width

    @property
    def peer_is_typing(self) -> bool:
        return asyncio.get_running_loop().time() < self._typing_until

    @property
    def receipt(self) -> str:
        """How far the last own message has come: "sent", "seen", or nothing where there is none."""
        if self.current is None or not self._own_last:
            return ""
        return "seen" if self.current.peer_read_seq >= self._own_last else "sent"

    @property
    def can_write(self) -> bool:
        return self.current is not None and may_write(self.role, self.current)

    def can_join(self, conversation: ConversationView) -> bool:
        """Whether its next session is theirs to join, and they have not, as far as is known here."""
        session = conversation.next_session
        return session is not None and not self._reads_along and not self._live.has_joined(session.booking, self.user)

    # What is printed

    def announce(self, text: str) -> None:
        """Print a line of the chat's own. The same twice in a row is printed once."""
        if text != self._last_announcement:
            self._print(announcement(text, self._paper.width))
            self._last_announcement = text

    def show_of_day(self, at: int, zone: str, lines: list[TranscriptLine]) -> None:
        """Print lines that bear a time of day (ms): under its day, where that is later than the last one shown."""
        self._print([*self._transcript.later_day(at, zone, self._paper.width), *lines])

    def _print(self, lines: list[TranscriptLine]) -> None:
        self._last_announcement = ""
        self._paper.print(lines)

    def _show(self, conversation: ConversationView, message: Message) -> None:
        if message.kind == "event" or is_change(message):
            pass  # Nobody has written: who types goes on typing.
        elif message.sender == self.user:
            self._own_last = max(self._own_last, message.seq)
        else:
            self._typing_until = 0.0
        self._print(self._transcript.message(conversation, message, self._paper.width))
        self.messages.note(message)

    async def _show_new(self, message: Message) -> None:
        """Show a message of the open conversation in full, one of another in a line."""
        conversation = self.chat.conversations.get(message.conversation)
        if conversation is None:
            return
        if message.conversation != self._current:
            self.directory.news.came(message, self.user)
            label = self.directory.label(conversation)
            self._print(self._transcript.elsewhere(conversation, label, message, self._paper.width))
        elif self._shown.take(message.seq):
            self._show(conversation, message)
            await self._mark_read(message.seq)

    async def _mark_read(self, seq: int) -> None:
        if self._current is not None and self.role in ("member", "mentor"):
            self.directory.news.read(self._current, seq)
            with suppress(ChatError):
                await self.chat.read(self._current, seq)

    # What comes in

    async def follow(self) -> None:
        """Show events as they come. Raises ChatClosed when the server ends the chat."""
        try:
            await self._follow()
        finally:
            if self._looking_back is not None:
                self._looking_back.cancel()

    async def _follow(self) -> None:
        async for event in self.chat.events():
            async with self._one_at_a_time:
                match event:
                    case Welcome():
                        await self._welcome(event)
                    case Message() | Gap():
                        await self._take(event)
                    case ReadMark() if event.sender == self.user:
                        self.directory.news.read(event.conversation, event.seq)
                    case ComposerChanged(conversation=id) | ConversationChanged(conversation=ConversationView(id=id)):
                        self._stand_in(id)
                        self._composer(id)
                    case Deadline() | SessionChanged() | NoticeCame() | CaseChanged():
                        self._remind(event)
                    case TypingNow() if event.conversation == self._current and event.sender != self.user:
                        self._typing_until = asyncio.get_running_loop().time() + TYPING_SECONDS
                    case BoardShown(more=False) if self._board is not None and not self._board.done():
                        self._board.set_result(event)
                    case Error():
                        self.announce(event.message)
            self._paper.refresh()

    async def _take(self, event: Message | Gap) -> None:
        if isinstance(event, Message):
            await self._show_new(event)
        elif event.conversation == self._current:
            await self._catch_up(event.conversation)

    async def _welcome(self, welcome: Welcome) -> None:
        again = bool(self.user)
        self.directory.belongs_to(welcome)
        if again:
            for each in welcome.conversations:
                self._composer(each.id)
                self.directory.news.read(each.id, each.read_seq)
                if self._is_new_miss(each):
                    self._alarm(each, " · ".join(self.directory.standing(each)), "bad")
            return
        self._transcript = Transcript(self.texts, welcome.user, self.messages)
        for each in welcome.conversations:
            self._was_open[each.id] = each.composer.open
            self._is_new_miss(each)
        if self.role in ("member", "mentor"):
            self._looking_back = asyncio.create_task(self._look_back(welcome.conversations))
        if self._wanted is not None:
            await self._open(self._wanted)
        elif len(welcome.conversations) == 1:
            await self._open(welcome.conversations[0].id)
        else:
            if self._looking_back is not None:
                await asyncio.wait({self._looking_back}, timeout=LOOKING_BACK_SECONDS)
            self.list_conversations()

    async def _look_back(self, conversations: list[ConversationView]) -> None:
        """One after the other: a person of many conversations is not to be slowed down by it."""
        with suppress(ChatClosed):
            for each in conversations:
                await self.directory.news.look_back(self.chat, each, self.user)
                self._paper.refresh()

    def _is_new_miss(self, conversation: ConversationView) -> bool:
        miss = conversation.id, conversation.reply.due_at
        if not self.directory.is_overdue(conversation) or miss in self._known_misses:
            return False
        self._known_misses.add(miss)
        return True

    def _remind(self, event: Deadline | SessionChanged | NoticeCame | CaseChanged) -> None:
        if isinstance(event, Deadline):
            self._deadline(event)
        elif isinstance(event, NoticeCame):
            self.notices.came(event)
        elif isinstance(event, CaseChanged):
            self.cases.came(event)
        else:
            self._session(event)

    def _deadline(self, event: Deadline) -> None:
        """A reply deadline is near, or was missed, in whatever conversation."""
        conversation = self.chat.conversations.get(event.conversation)
        if conversation is None:
            return
        due_at = instant.parse(event.due_at)
        when = date_and_time(self.texts, due_at, conversation.zone)
        if event.kind == "missed":
            self._known_misses.add((event.conversation, event.due_at))
            self._alarm(conversation, self.texts("missed", when=when), "bad")
        else:
            left = duration(self.texts, due_at - self.chat.now())
            self._alarm(conversation, self.texts("answer_by", when=when, left=left), "wait")

    def _session(self, event: SessionChanged) -> None:
        """What is said of a session while it lasts; elsewhere only that one is about to start."""
        conversation = self.chat.conversations.get(event.conversation)
        if conversation is None or (event.conversation != self._current and event.kind != "starting"):
            return
        for line in self._live.of(event, self.user, conversation, self.chat.now()):
            match event.kind:
                case "joined":
                    self.announce(line)
                case "starting" if event.conversation == self._current and not self._reads_along:
                    self._alarm(conversation, f"{line} · /join", "wait")
                case _:
                    self._alarm(conversation, line, "wait")

    def _alarm(self, conversation: ConversationView, what: str, mood: Mood) -> None:
        text = f"{self.directory.label(conversation)}: {what}"
        if conversation.id != self._current:
            text += f" · {self.texts('opens_it', id=conversation.id)}"
        self._print(alarm(text, mood, self._paper.width))

    def _stand_in(self, id: str) -> None:
        """Say that a conversation has come, in which this mentor stands in for another."""
        conversation = self.chat.conversations.get(id)
        if conversation is not None and id not in self._was_open and conversation.away is not None:
            self._alarm(conversation, " · ".join(self.directory.standing(conversation)), "wait")

    def _composer(self, id: str) -> None:
        """Say when writing opens or closes by itself."""
        conversation = self.chat.conversations.get(id)
        if conversation is None:
            return
        was_open, self._was_open[id] = self._was_open.get(id), conversation.composer.open
        if self.role == "member" and id == self._current and was_open not in (None, conversation.composer.open):
            now_open = [self.texts("now_open")]
            self.announce(_sentence(now_open if conversation.composer.open else self.directory.standing(conversation)))

    # What goes out

    def send(self, body: str, attachments: Sequence[str] = (), *, reply_to: int | None = None) -> None:
        """Send in the background; a text that is not taken comes back to the input line."""
        if self._current is not None:
            self.outgoing.send(self._current, body, attachments, reply_to=reply_to)

    def typing(self) -> None:
        if self._current is not None and self.can_write:
            self.outgoing.typing(self._current)

    async def _answered(self, unsent: Unsent, outcome: SendOutcome) -> None:
        async with self._one_at_a_time:
            match outcome:
                case Accepted():
                    self._was_open[unsent.conversation] = outcome.composer.open
                    await self._show_new(self._own(unsent, outcome))
                case Refused():
                    self._was_open[unsent.conversation] = outcome.composer.open
                    conversation = self.chat.conversations[unsent.conversation]
                    lock = locked(self.texts, outcome.composer, conversation.zone, self.chat.now())
                    self._return(unsent, " · ".join(lock))
                    self.helping.refused(conversation, outcome.composer, unsent.body)
                case ChatError():
                    self._return(unsent, outcome.message)
                case _:
                    assert_never(outcome)
        self._paper.refresh()

    async def show_note(self, unsent: Unsent, accepted: Accepted) -> None:
        """The person's own urgent note is stored."""
        async with self._one_at_a_time:
            await self._show_new(replace(self._own(unsent, accepted), urgent=True))

    def _own(self, unsent: Unsent, accepted: Accepted) -> Message:
        return Message(
            conversation=unsent.conversation,
            seq=accepted.seq,
            sender=self.user,
            role=self.role,
            at=accepted.at,
            id=accepted.id,
            body=unsent.body,
            reply_to=unsent.reply_to,
            attachments=list(unsent.attachments),
        )

    def _return(self, unsent: Unsent, why: str) -> None:
        self.announce(self.texts("not_sent", why=why))
        self.put_back(unsent.body if unsent.reply_to is None else f"/reply #{unsent.reply_to} {unsent.body}")

    def put_back(self, text: str) -> None:
        """Put a text into the line, before what was typed."""
        self._paper.put_back(text)

    async def recheck(self, text: str) -> bool:
        """Ask the server whether writing is open after all for that text; say why where it is not, and whom to call."""
        if self.current is None:
            return False
        if self.role == "member":
            await self.chat.check(self.current.id)
        if not self.can_write:
            reads_only = self.role not in ("member", "mentor")
            why = self.texts("cannot_write") if reads_only else _sentence(self.directory.standing(self.current))
            self.announce(f"{why} {self.texts('kept')}")
            self.helping.refused(self.current, self.current.composer, text)
        return self.can_write

    # Commands

    async def open(self, id: str) -> None:
        async with self._one_at_a_time:
            await self._open(id)

    async def read_along(self, id: str) -> None:
        """Follow a conversation of others and open it."""
        await self.chat.follow(id)
        await self.open(id)

    async def read_along_no_longer(self, id: str) -> None:
        await self.chat.unfollow(id)
        if self._current == id:
            self._current = None
        self._paper.refresh()

    async def ask_board(self, watch: Watch) -> BoardShown:
        """The first rows of the board, once."""
        self._board = asyncio.get_running_loop().create_future()
        await self.chat.watch(watch)
        try:
            return await self._board
        finally:
            await self.chat.watch(Watch(replies=False))

    def show(self, lines: list[TranscriptLine]) -> None:
        self._print(lines)

    async def _open(self, id: str) -> None:
        self._current, self._own_last, self._typing_until = id, 0, 0.0
        self.messages.clear()
        page = await self.chat.history(id, limit=HISTORY_AT_START)
        last = page.messages[-1].seq if page.messages else 0
        self._shown = Position(last)
        conversation = self.chat.conversations[id]
        self._show_page(conversation, page.messages)
        if conversation.banner is not None:
            known = self.texts.has(conversation.banner)
            self.announce(self.texts(conversation.banner) if known else conversation.banner)
        if last:
            await self._mark_read(last)

    def _show_page(self, conversation: ConversationView, messages: list[Message]) -> None:
        self._transcript.new_page()
        if not messages:
            self.announce(f"{self.directory.label(conversation)}: {self.texts('no_messages')}")
        for message in messages:
            self._show(conversation, message)

    async def show_history(self, count: int) -> None:
        async with self._one_at_a_time:
            if self.current is not None:
                page = await self.chat.history(self.current.id, limit=count)
                self._show_page(self.current, page.messages)

    async def show_numbers(self, count: int) -> None:
        """The last messages of the open conversation, a line each."""
        async with self._one_at_a_time:
            if self.current is not None:
                page = await self.chat.history(self.current.id, limit=count)
                texts = [each for each in page.messages if each.kind == "text"]
                self._print([self._transcript.numbered(self.current, each, self._paper.width) for each in texts])
                for each in texts:
                    self.messages.note(each)

    async def message(self, seq: int) -> Message | None:
        """That of the open conversation, also where it is not shown; None where there is none. Raises ChatError."""
        known = self.messages.find(seq)
        if known is None and self.current is not None and 0 < seq <= self.current.last_seq:
            page = await self.chat.history(self.current.id, seq + 1, 1)
            known = next((each for each in page.messages if each.seq == seq), None)
        return known

    async def show_own(self, message: Message) -> None:
        """What was just accepted here: the server tells it to one's other devices alone."""
        async with self._one_at_a_time:
            await self._show_new(message)
        self._paper.refresh()

    async def _catch_up(self, conversation: str) -> None:
        """Show again what was changed meanwhile, of the messages that are shown."""
        page = await self.chat.history(conversation, limit=HISTORY_AT_START)
        for message in page.messages:
            known = self.messages.find(message.seq)
            if known is not None and (known.as_of or 0) < (message.as_of or 0):
                self._show(self.chat.conversations[conversation], message)

    def list_conversations(self) -> None:
        lines = [line for each in self.directory for line in self._entry(each)]
        self._print(lines)
        self.announce(self.how_to_open if lines or self._reads_along else self.texts("no_conversations"))

    def _entry(self, conversation: ConversationView) -> list[TranscriptLine]:
        """Name, plan and news in one line; what is owed or open beside it, or below on a narrow terminal."""
        unread = self.directory.news.of(conversation.id)
        mark = "›" if conversation.id == self._current else " "
        name = short(self.directory.other(conversation), LONGEST_NAME)
        news = self.texts("news", n=unread) if unread else ""
        head: TranscriptLine = [
            ("class:member" if unread else "", f" {mark} {name:<{LONGEST_NAME}}"),
            ("class:announcement", f" {conversation.plan:<8} {news:<7}"),
        ]
        state, width = " · ".join([conversation.id, *self.directory.standing(conversation)]), self._paper.width
        used = sum(len(text) for _, text in head)
        if used + len(state) + 1 <= width:
            return [[*head, ("class:hint", f" {state}")]]
        return [head, *([("class:hint", f"   {line}")] for line in wrapped(state, width - 3))]


def _sentence(parts: list[str]) -> str:
    text = " · ".join(parts)
    return text[:1].upper() + text[1:].removesuffix(".") + "."
