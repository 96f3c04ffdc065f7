"""Drafts: what somebody is writing, one in each of their conversations, on all of their devices.

Each is known by when it was written. Whoever writes another one says which they have seen: of two the later stands, and
the one that they had not seen is given back to them.
"""

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.records.database import Database
from chatserver.unsent.rows import drafts as rows
from chatserver.unsent.rows.drafts import KeptDraft
from chatserver.unsent.unsent_news import UnsentChanged, UnsentNews
from chatserver.unsent.unsent_texts import UnsentText, UnsentTexts
from quotas.ledger.base import Ledger
from quotas.standing import Writer

MOST_LISTED = 100
"""Most that one list names, of all conversations of a person."""


class OwnDraft(Struct, frozen=True):
    """`written_at` in ms; 0, and no text, where there is none."""

    conversation: str
    body: str
    written_at: int


class Drafted(Struct, frozen=True):
    """What stands now, and the text that it took the place of, where its writer had not seen that: '' for none."""

    draft: OwnDraft
    returned: str = ""


class _Put(Struct, frozen=True):
    written_at: int
    before: KeptDraft | None
    """What stood there."""


class DraftBook:
    """Methods raise StoreError, DatabaseError."""

    def __init__(self, *, database: Database, ledger: Ledger, texts: UnsentTexts, news: UnsentNews) -> None:
        self._database = database
        self._ledger = ledger
        self._texts = texts
        self._news = news

    async def put(
        self, conversation: str, side: Writer, person: str, body: str, seen: int, origin: str = ""
    ) -> Drafted | None:
        """It is their draft now; None where there is no conversation. `seen`: the one that they have seen, 0 for none.

        An empty one clears what they have seen, and nothing else: there is no text in it that could be the later one.
        """
        if not body:
            return await self._clear(conversation, side, person, seen, origin)
        standing = await self._ledger.standing(conversation)
        if standing is None:
            return None

        async def keep(connection: AsyncConnection, text: UnsentText) -> _Put:
            before = await rows.find(connection, conversation, person)
            at = max(standing.now, before.written_at + 1 if before else 0)
            await rows.put(connection, KeptDraft(conversation, person, at, text.sealed))
            return _Put(at, before)

        put = await self._texts.keeping(conversation, body, keep)
        if put is None:
            return None
        await self._tell(conversation, side, person, origin)
        unseen = put.before if put.before is not None and put.before.written_at != seen else None
        returned = (await self._texts.opened([(conversation, unseen.sealed)]))[0] if unseen is not None else ""
        return Drafted(OwnDraft(conversation, body, put.written_at), "" if returned == body else returned)

    async def _clear(self, conversation: str, side: Writer, person: str, seen: int, origin: str) -> Drafted:
        async with self._database.begin() as connection:
            before = await rows.find(connection, conversation, person)
            if before is not None and before.written_at <= seen:
                await rows.remove(connection, conversation, person, seen)
        if before is None:
            return Drafted(OwnDraft(conversation, "", 0))
        if before.written_at > seen:
            return Drafted(await self._opened(before))
        await self._tell(conversation, side, person, origin)
        return Drafted(OwnDraft(conversation, "", 0))

    async def find(self, conversation: str, person: str) -> OwnDraft:
        """As it stands."""
        async with self._database.read() as connection:
            found = await rows.find(connection, conversation, person)
        return await self._opened(found) if found is not None else OwnDraft(conversation, "", 0)

    async def of_person(self, person: str) -> list[OwnDraft]:
        """A person's, the newest first: MOST_LISTED at most."""
        async with self._database.read() as connection:
            found = await rows.of_person(connection, person, MOST_LISTED)
        bodies = await self._texts.opened([(each.conversation, each.sealed) for each in found])
        return [OwnDraft(kept.conversation, body, kept.written_at) for kept, body in zip(found, bodies, strict=True)]

    async def _opened(self, kept: KeptDraft) -> OwnDraft:
        [body] = await self._texts.opened([(kept.conversation, kept.sealed)])
        return OwnDraft(kept.conversation, body, kept.written_at)

    async def _tell(self, conversation: str, side: Writer, person: str, origin: str) -> None:
        await self._news.tell(person, UnsentChanged("draft", conversation, side, origin=origin))
