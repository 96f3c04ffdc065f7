"""Searches of those who are connected: each in what they may read, and of one connection one at a time."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from chatserver.messages.search import FoundText, MessageSearch, Scope, Spot, TooManySearchesError
from chatserver.messages.search_query import SearchQuery
from chatserver.protocol.commands import Search
from chatserver.protocol.events import FoundMessage, SearchPage
from chatserver.realtime.command_desk import Asker
from chatserver.realtime.follower import Follower
from chatserver.realtime.room import Room
from chatserver.realtime.substitute import Substitute
from quotas import instant

COME_AGAIN = 1.0
"""Seconds after which whoever found too many searching may ask again."""


class SearchDesk:
    """One process's."""

    def __init__(self, messages: MessageSearch) -> None:
        self._messages = messages
        self._running: dict[str, asyncio.Task[SearchPage]] = {}
        """By connection."""

    async def obey(self, asker: Asker, command: Search) -> None:
        """Answer with a page, or refuse. Raises StoreError, DatabaseError."""
        older = self._running.pop(asker.id, None)
        if older is not None:
            older.cancel()
        if command.conversation is None and asker.reads_along:
            asker.refuse(command, "not_allowed", "support and services search a conversation that they follow")
            return
        await asker.opened(command.conversation)
        followers = asker.followers() if command.conversation is None else [asker.follower(command.conversation)]
        scopes = [_scope(each) for each in followers if each is not None]
        if command.conversation is not None and not scopes:
            asker.refuse(command, "not_found")
            return
        try:
            before = None if command.before is None else _spot_of(command.before)
        except ValueError:
            asker.refuse(command, "invalid_field", "`before` is what an answer to a search gave as `next`")
            return
        await self._answer(asker, command, self._found(asker.user, command, scopes, before))

    async def _answer(self, asker: Asker, command: Search, search: Coroutine[Any, Any, SearchPage]) -> None:
        task = self._running[asker.id] = asyncio.get_running_loop().create_task(search)
        try:
            page = await task
        except TooManySearchesError:
            asker.refuse(command, "rate_limited", retry_after=COME_AGAIN)
        except asyncio.CancelledError:
            if self._running.get(asker.id) is task:
                raise  # the connection has ended
            asker.refuse(command, "superseded")
        else:
            asker.tell(page)
        finally:
            if self._running.get(asker.id) is task:
                del self._running[asker.id]

    async def _found(self, person: str, command: Search, scopes: list[Scope], before: Spot | None) -> SearchPage:
        texts, more = await self._messages.search(person, SearchQuery(command.query), scopes, before, command.limit)
        return SearchPage(
            [
                FoundMessage(
                    each.spot.conversation,
                    each.spot.seq,
                    each.sender,
                    each.role,
                    instant.text(each.spot.at),
                    each.snippet,
                )
                for each in texts
            ],
            _next_of(texts[-1]) if more else None,
            command.ask,
        )


def _scope(follower: Follower[Room]) -> Scope:
    room = follower.room
    if isinstance(follower, Substitute):
        return Scope(room.id, room.last_seq, follower.first_seq, follower.absence.until - 1)
    return Scope(room.id, room.last_seq)


def _next_of(text: FoundText) -> str:
    """The spot as apps give it back, without looking inside."""
    return f"{text.spot.at}.{text.spot.seq}.{text.spot.conversation}"


def _spot_of(before: str) -> Spot:
    """Raises ValueError."""
    at, seq, conversation = before.split(".", 2)
    return Spot(int(at), conversation, int(seq))
