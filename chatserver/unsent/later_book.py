"""Messages that go out later: kept, listed, changed and taken back by who wrote them."""

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.database import Database
from chatserver.unsent.later import LATER, IdTaken, LaterMessage, NotLater, Scheduling, TooMany, Underway
from chatserver.unsent.rows import later_messages as rows
from chatserver.unsent.unsent_news import UnsentChanged, UnsentNews
from chatserver.unsent.unsent_texts import UnsentText, UnsentTexts
from quotas.ledger.base import Ledger, PostRefused, Reused, Unknown
from quotas.ledger.timers import Timers
from quotas.sending_later import MOST_WAITING, send_at_problem
from quotas.standing import Writer

MOST_LISTED = 100
"""Most that one list names, of all conversations of a person."""


class WantedLater(Struct, frozen=True):
    """What somebody wants to be sent later. `head` is that of the entry, as JSON; `origin` their connection."""

    conversation: str
    side: Writer
    person: str
    id: str
    body: str
    at: int
    head: str
    origin: str = ""


class LaterText(Struct, frozen=True):
    """One that is kept, with its text."""

    message: LaterMessage
    body: str


class LaterBook:
    """Methods raise StoreError, DatabaseError."""

    def __init__(
        self, *, database: Database, ledger: Ledger, timers: Timers, texts: UnsentTexts, news: UnsentNews
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._timers = timers
        self._texts = texts
        self._news = news

    async def schedule(self, wanted: WantedLater) -> Scheduling | str | None:
        """Keep it, once for its id; a sentence where `at` is no time to send; None where there is no conversation."""
        name = wanted.conversation
        standing = await self._ledger.standing(name)
        if standing is None:
            return None
        digest = await self._texts.digest(name, standing.settings.key, wanted.body)
        if (kept := await self.find(name, wanted.person, wanted.id)) is not None:
            return kept if (kept.send_at, kept.digest) == (wanted.at, digest) else IdTaken()
        if standing.settings.status == "ended":
            return PostRefused("ended", 0, standing.now, standing.usage, first=True)
        held = await self._ledger.hold(name, wanted.side, wanted.id, digest)
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
            await self._ledger.hold(name, wanted.side, wanted.id, added.digest)
            await self._tell(added, wanted.origin)
        else:
            await self._let_go(wanted)
        return added

    async def _let_go(self, wanted: WantedLater) -> None:
        """The id is free, unless it was kept on another connection at the same moment."""
        name = wanted.conversation
        await self._ledger.release(name, wanted.side, wanted.id)
        kept = await self.find(name, wanted.person, wanted.id)
        if kept is not None and kept.state == "waiting":
            await self._ledger.hold(name, wanted.side, wanted.id, kept.digest)

    async def _added(self, wanted: WantedLater, now: int) -> LaterMessage | TooMany | IdTaken | None:
        async def keep(connection: AsyncConnection, text: UnsentText) -> LaterMessage | TooMany | IdTaken:
            before = await rows.find(connection, wanted.conversation, wanted.person, wanted.id)
            if before is not None:  # Another connection was quicker.
                return before if (before.send_at, before.digest) == (wanted.at, text.digest) else IdTaken()
            if await rows.count(connection, wanted.conversation, wanted.person) >= MOST_WAITING:
                return TooMany()
            message = _waiting(wanted, now, text)
            await rows.add(connection, message)
            return message

        return await self._texts.keeping(wanted.conversation, wanted.body, keep)

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
        self, before: LaterMessage, *, at: int | None = None, body: str | None = None, origin: str = ""
    ) -> LaterMessage | Underway | str | None:
        """Give one that waits another time or text, and have it back; a sentence where `at` is no time to send.

        None where there is no conversation any more.
        """
        name = before.conversation
        standing = await self._ledger.standing(name)
        if standing is None:
            return None
        if at is not None and (problem := send_at_problem(at, standing.now)):
            return problem
        await self._timers.set_earlier(name, LATER, name, before.send_at if at is None else at)
        if body is None:
            async with self._database.begin() as connection:
                kept = await _changed(connection, before, at)
        else:

            async def keep(connection: AsyncConnection, text: UnsentText) -> LaterMessage | None:
                # What it answers is what was known when these words were chosen.
                return await _changed(connection, before, at, standing.now, text)

            kept = await self._texts.keeping(name, body, keep)
        if kept is None:
            return Underway()
        if kept.digest != before.digest:  # It is held for the new text now.
            await self._ledger.release(name, kept.side, kept.id)
            await self._ledger.hold(name, kept.side, kept.id, kept.digest)
        await self._tell(kept, origin)
        return kept

    async def take_back(
        self, conversation: str, person: str, id: str, origin: str = ""
    ) -> LaterText | NotLater | Underway:
        """It is not sent, or not kept any more; its text is given back."""
        found = await self.text_of(conversation, person, id)
        if found is None:
            return NotLater()
        async with self._database.begin() as connection:
            if not await rows.take_back(connection, found.message):
                return Underway()
        if found.message.state == "waiting":
            await self._ledger.release(conversation, found.message.side, id)
        await self._tell(found.message, origin)
        return found

    async def _tell(self, message: LaterMessage, origin: str) -> None:
        changed = UnsentChanged("later", message.conversation, message.side, message.id, origin)
        await self._news.tell(message.person, changed)


def _waiting(wanted: WantedLater, now: int, text: UnsentText) -> LaterMessage:
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
        head=wanted.head,
        digest=text.digest,
        sealed=text.sealed,
    )


async def _changed(
    connection: AsyncConnection,
    before: LaterMessage,
    at: int | None,
    written_at: int | None = None,
    text: UnsentText | None = None,
) -> LaterMessage | None:
    """As it is then, with what another device has changed meanwhile; None where it is being sent, or was."""
    digest, sealed = (text.digest, text.sealed) if text is not None else (None, None)
    done = await rows.change(connection, before, send_at=at, written_at=written_at, digest=digest, sealed=sealed)
    return await rows.find(connection, before.conversation, before.person, before.id) if done else None
