"""Messages that go out later: kept, listed, changed and taken back by who wrote them."""

from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.attachments import claims
from chatserver.conversations.records import record
from chatserver.protocol.codec import check_text, encode_json
from chatserver.protocol.entry import More, head_with_more, more_of
from chatserver.records.database import Database
from chatserver.unsent.later import LATER, IdTaken, LaterMessage, NotLater, Scheduling, TooMany, Underway, substitute_of
from chatserver.unsent.rows import later_messages as rows
from chatserver.unsent.rows.later_messages import NewContent
from chatserver.unsent.unsent_news import UnsentChanged, UnsentNews
from chatserver.unsent.unsent_texts import UnsentText, UnsentTexts
from quotas.attachments import AttachmentPolicy
from quotas.ledger.base import Ledger, PostRefused, Reused, Unknown
from quotas.ledger.timers import Timers
from quotas.sending_later import MOST_WAITING, send_at_problem
from quotas.standing import Writer

MOST_LISTED = 100
"""Most that one list names, of all conversations of a person."""


class WantedLater(Struct, frozen=True):
    """What somebody wants to be sent later. `more` is what it has beside its text; `origin` their connection."""

    conversation: str
    side: Writer
    person: str
    id: str
    body: str
    at: int
    more: More | None = None
    origin: str = ""
    stands_in: bool = False
    """Whether they stand in for the mentor: then their ids are their own."""

    @property
    def substitute(self) -> str:
        """Whose the id is, where it is not the side's."""
        return self.person if self.stands_in else ""

    @property
    def files(self) -> list[str]:
        """The ids of those that go with it."""
        return self.more.attachments if self.more is not None else []


class LaterText(Struct, frozen=True):
    """One that is kept, with its text."""

    message: LaterMessage
    body: str


class LaterBook:
    """Methods raise StoreError, DatabaseError."""

    def __init__(
        self,
        *,
        database: Database,
        ledger: Ledger,
        timers: Timers,
        texts: UnsentTexts,
        news: UnsentNews,
        policy: AttachmentPolicy,
        clock: Callable[[], Awaitable[int]],
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._timers = timers
        self._texts = texts
        self._news = news
        self._most_files = policy.per_message
        self._clock = clock

    async def schedule(self, wanted: WantedLater) -> Scheduling | str | None:
        """Keep it, once for its id; a sentence where `at` or a file will not do.

        None where there is no conversation.
        """
        name = wanted.conversation
        standing = await self._ledger.standing(name)
        if standing is None:
            return None
        digest = await self._texts.digest(name, standing.settings.key, wanted.body, wanted.more)
        if (kept := await self.find(name, wanted.person, wanted.id)) is not None:
            return kept if (kept.send_at, kept.digest) == (wanted.at, digest) else IdTaken()
        if standing.settings.status == "ended":
            return PostRefused("ended", 0, standing.now, standing.usage, first=True)
        of = name, wanted.side, wanted.id
        held = await self._ledger.hold(*of, digest, substitute=wanted.substitute)
        if held is not None:
            return IdTaken() if isinstance(held, Reused) else None if isinstance(held, Unknown) else held
        if problem := send_at_problem(wanted.at, standing.now):
            await self._let_go(wanted)
            return problem
        # The timer first: where a process dies in between, it rings for nothing, and no message waits without one.
        await self._timers.set_earlier(name, LATER, name, wanted.at)
        added = await self._added(wanted, standing.now)
        if isinstance(added, LaterMessage):
            # Once more: whoever said the same at the same moment, for a time that cannot be, may have let go of it.
            await self._ledger.hold(*of, added.digest, substitute=wanted.substitute)
            await self._tell(added, wanted.origin)
        else:
            await self._let_go(wanted)
        return added

    async def _let_go(self, wanted: WantedLater) -> None:
        """The id is free, unless it was kept on another connection at the same moment."""
        of = wanted.conversation, wanted.side, wanted.id
        await self._ledger.release(*of, substitute=wanted.substitute)
        kept = await self.find(wanted.conversation, wanted.person, wanted.id)
        if kept is not None and kept.state == "waiting":
            await self._ledger.hold(*of, kept.digest, substitute=wanted.substitute)

    async def _added(self, wanted: WantedLater, now: int) -> LaterMessage | TooMany | IdTaken | str | None:
        async def keep(connection: AsyncConnection, text: UnsentText) -> LaterMessage | TooMany | IdTaken | str:
            before = await rows.find(connection, wanted.conversation, wanted.person, wanted.id)
            if before is not None:  # Another connection was quicker.
                return before if (before.send_at, before.digest) == (wanted.at, text.digest) else IdTaken()
            if await rows.count(connection, wanted.conversation, wanted.person) >= MOST_WAITING:
                return TooMany()
            if problem := await self._claimed(connection, wanted, wanted.files, now):
                return problem
            message = _new(wanted, now, text)
            await rows.add(connection, message)
            return message

        return await self._texts.keeping(wanted.conversation, wanted.body, keep, wanted.more)

    async def _claimed(
        self, connection: AsyncConnection, message: WantedLater | LaterMessage, files: Sequence[str], now: int
    ) -> str | None:
        """Let it have these files; a sentence where one of them cannot go with it."""
        if not files:
            return None
        of = message.conversation, message.person, message.id
        problem = await claims.claim(connection, *of, files, self._most_files, now)
        return problem and f"`attachments`: {problem}"

    async def find(self, conversation: str, person: str, id: str) -> LaterMessage | None:
        """None where nothing of that id is kept."""
        async with self._database.read() as connection:
            return await rows.find(connection, conversation, person, id)

    async def text_of(self, conversation: str, person: str, id: str) -> LaterText | None:
        """As `find`, with its text."""
        found = await self.find(conversation, person, id)
        return (await self._with_texts([found]))[0] if found is not None else None

    async def of_person(self, person: str, conversation: str | None) -> list[LaterText]:
        """A person's, of one conversation or of all, the next one first: MOST_LISTED at most."""
        async with self._database.read() as connection:
            found = await rows.of_person(connection, person, conversation, MOST_LISTED)
        return await self._with_texts(found)

    async def _with_texts(self, found: list[LaterMessage]) -> list[LaterText]:
        bodies = await self._texts.opened([(each.conversation, each.sealed) for each in found])
        return [LaterText(message, body) for message, body in zip(found, bodies, strict=True)]

    async def change(
        self,
        before: LaterMessage,
        *,
        at: int | None = None,
        body: str | None = None,
        files: list[str] | None = None,
        origin: str = "",
    ) -> LaterMessage | Underway | str | None:
        """Give one that waits another time, text or files, and have it back; a sentence where that will not do.

        None where there is no conversation any more.
        """
        name = before.conversation
        standing = await self._ledger.standing(name)
        if standing is None:
            return None
        if at is not None and (problem := send_at_problem(at, standing.now)):
            return problem
        await self._timers.set_earlier(name, LATER, name, before.send_at if at is None else at)
        if body is None and files is None:
            async with self._database.begin() as connection:
                kept = await rows.change(connection, before, send_at=at)
            done: LaterMessage | str | None = await self.find(name, before.person, before.id) if kept else None
        else:
            done = await self._say_anew(before, _Anew(standing.now, at, body, files))
        if isinstance(done, str):
            return done
        if done is None:
            return Underway()
        if done.digest != before.digest:  # It is held for what it says now.
            substitute = await self._substitute(done)
            await self._ledger.release(name, done.side, done.id, substitute=substitute)
            await self._ledger.hold(name, done.side, done.id, done.digest, substitute=substitute)
        await self._tell(done, origin)
        return done

    async def _waiting(self, message: LaterMessage) -> LaterMessage | None:
        """As it is now, with what other devices have changed; None where it is being sent, or was."""
        kept = await self.find(message.conversation, message.person, message.id)
        return kept if kept is not None and kept.state == "waiting" and kept.tried_at is None else None

    async def _say_anew(self, before: LaterMessage, anew: "_Anew") -> LaterMessage | str | None:
        """As `_waiting`, with another content; a sentence where that cannot be sent."""
        found: LaterMessage | None = before
        while found is not None:  # Again where another device has given it another content meanwhile.
            body = anew.body if anew.body is not None else (await self._with_texts([found]))[0].body
            head = found.opened_head
            files = head.attachments if anew.files is None else anew.files
            if not files and (problem := check_text(body)):
                return problem[1]
            if not isinstance(done := await self._replaced(found, anew.at, body, files, anew.now), Underway):
                return done
            found = await self._waiting(found)
        return None

    async def _replaced(
        self, before: LaterMessage, at: int | None, body: str, files: list[str], now: int
    ) -> LaterMessage | Underway | str | None:
        """Underway where it has another content than `before` by now, or is being sent."""
        head = replace(before.opened_head, attachments=files)
        of = before.conversation, before.person, before.id
        # What it answers is what was known when these words were chosen. Of two contents the second is always later.
        written_at = max(now, before.written_at + 1)

        async def keep(connection: AsyncConnection, text: UnsentText) -> LaterMessage | Underway | str:
            there = await rows.find(connection, *of)
            if there is None or there.written_at != before.written_at:
                return Underway()
            if problem := await self._claimed(connection, before, files, now):
                return problem
            content = NewContent(written_at, encode_json(head).decode(), text.digest, text.sealed)
            done = await rows.change(connection, before, send_at=at, content=content)
            had, has = before.opened_head.attachments, files
            dropped, kept_from = (had, has) if done else (has, had)
            gone = [each for each in dropped if each not in kept_from]
            await claims.release(connection, *of, gone, now)
            return (await rows.find(connection, *of) if done else None) or Underway()

        return await self._texts.keeping(before.conversation, body, keep, more_of(head))

    async def take_back(
        self, conversation: str, person: str, id: str, origin: str = ""
    ) -> LaterText | NotLater | Underway:
        """It is not sent, or not kept any more; its text is given back, and its files may go with another message."""
        found = await self.text_of(conversation, person, id)
        if found is None:
            return NotLater()
        now = await self._clock()
        files = found.message.opened_head.attachments
        async with self._database.begin() as connection:
            if not await rows.take_back(connection, found.message):
                return Underway()
            await claims.release(connection, conversation, person, id, files, now)
        if found.message.state == "waiting":
            substitute = await self._substitute(found.message)
            await self._ledger.release(conversation, found.message.side, id, substitute=substitute)
        await self._tell(found.message, origin)
        return found

    async def _substitute(self, message: LaterMessage) -> str:
        """Whose its id is, where that is not the side's."""
        async with self._database.read() as connection:
            conversation = await record(connection, message.conversation)
        return substitute_of(message, conversation)

    async def _tell(self, message: LaterMessage, origin: str) -> None:
        changed = UnsentChanged("later", message.conversation, message.side, message.id, origin)
        await self._news.tell(message.person, changed)


class _Anew(Struct, frozen=True):
    """What is to be another one: `at`, the text, the files; None: as it is."""

    now: int
    at: int | None
    body: str | None
    files: list[str] | None


def _new(wanted: WantedLater, now: int, text: UnsentText) -> LaterMessage:
    more = wanted.more or More()
    return LaterMessage(
        conversation=wanted.conversation,
        person=wanted.person,
        id=wanted.id,
        side=wanted.side,
        send_at=wanted.at,
        written_at=now,
        state="waiting",
        tried_at=None,
        reason=None,
        opens_at=None,
        head=head_with_more(wanted.person, wanted.side, wanted.id, more).decode(),
        digest=text.digest,
        sealed=text.sealed,
    )
