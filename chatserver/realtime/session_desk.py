"""What the socket asks of sessions: credits and next session for the views, `join`, and who comes to a session."""

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from typing import assert_never

from chatserver.conversations.requests import Missing
from chatserver.operating.store_clock import StoreClock
from chatserver.protocol.commands import JoinSession
from chatserver.protocol.session_events import SessionChanged
from chatserver.protocol.sessions import booking_view
from chatserver.realtime.command_desk import Asker
from chatserver.records.database import DatabaseError
from chatserver.records.dialects import IDS_AT_ONCE
from chatserver.sessions.bookings import Bookings
from chatserver.sessions.credit_book import CreditBook, Outlook
from chatserver.sessions.outcomes import BookingDone, BookingRefused
from chatserver.sessions.presence import SessionPresence
from chatserver.sessions.together import Together
from quotas.bookings import LONGEST, Booking, Side
from quotas.instant import MINUTE, text
from quotas.plans import SessionPolicy

OUTLOOK_WITHIN = 5.0
"""Seconds after which a welcome goes out without credits and next session: chats go on without the records."""

logger = logging.getLogger(__name__)


class SessionDesk:
    """One process's. Those who ask for outlooks at the same time are one question to the database."""

    def __init__(
        self,
        bookings: Bookings,
        credits: CreditBook,
        presence: SessionPresence,
        clock: StoreClock,
        policy: SessionPolicy,
    ) -> None:
        self._bookings = bookings
        self._credits = credits
        self._presence = presence
        self._clock = clock
        self._policy = policy
        self._together: Together[str, Outlook | None] = Together(self._found, IDS_AT_ONCE)

    async def outlooks(self, conversations: Collection[str]) -> dict[str, Outlook]:
        """Of those that exist, by id; none of them while the records do not answer."""
        try:
            async with asyncio.timeout(OUTLOOK_WITHIN):
                found = await asyncio.gather(*(self._together.ask(each) for each in conversations))
        except (DatabaseError, TimeoutError) as error:
            logger.warning("credits and next sessions are not told: %s", error or "the database is slow")
            return {}
        return {name: outlook for name, outlook in zip(conversations, found, strict=True) if outlook is not None}

    async def _found(self, conversations: Sequence[str]) -> list[Outlook | None]:
        outlooks = await self._credits.outlooks(sorted(set(conversations)), self._clock.now())
        return [outlooks.get(each) for each in conversations]

    async def obey(self, asker: Asker, command: JoinSession) -> None:
        """A `CommandDesk`."""
        follower = asker.follower(command.conversation)
        if follower is None:
            asker.refuse(command, "not_found")
            return
        writes_as = asker.writes_as(follower)
        if writes_as is None or writes_as.stand_in is not None:
            asker.refuse(command, "read_only", "sessions are joined by the member and the mentor alone")
            return
        match await self._join(command.conversation, command.booking, writes_as.side):
            case SessionChanged() as event:
                asker.tell(event)
            case str() as why:
                asker.refuse(command, "not_open", why)
            case None:
                pass  # The feed brings the answer, to both sides.

    async def _join(self, conversation: str, id: str, side: Side) -> SessionChanged | str | None:
        """What to answer, or a sentence why it cannot be; None where both sides hear of it by the feed."""
        before = await self._bookings.find(id)
        if before is None or before.conversation != conversation:
            return f"the conversation has no booking {id!r}"
        match await self._bookings.join(id, side):
            case BookingDone(booking):
                if not before.joined_at(side):
                    return None
                now = self._clock.now()
                left = await self._credits.left_for(booking, now)
                return SessionChanged(conversation, "joined", booking_view(booking, self._policy, now), left)
            case BookingRefused(reason="suspended"):
                return "the conversation is suspended: nobody joins its sessions until that is lifted"
            case BookingRefused() | Missing():
                return self._closed_because(before)
            case never:
                assert_never(never)

    def _closed_because(self, booking: Booking) -> str:
        opens_at = booking.starts_at - self._policy.join_minutes * MINUTE
        if booking.cancelled is not None:
            return f"the session {booking.id!r} was cancelled"
        if self._clock.now() < opens_at:
            return f"the session {booking.id!r} can be joined from {text(opens_at)} on"
        return f"the session {booking.id!r} is over"

    async def wrote(self, conversation: str, side: Side, at: int) -> None:
        """That side wrote at `at`: it has joined the booked live chats that were running.

        Raises StoreError, DatabaseError.
        """
        found = await self._bookings.of_conversation(conversation, at - LONGEST, at + 1)
        for booking in found:
            if booking.service == "live_chat" and booking.cancelled is None and at < booking.ended_at:
                await self._bookings.join(booking.id, side, at)

    def may_be_on(self, outlook: Outlook | None) -> bool:
        """Whether people may be at a session now. Where that is not known, they may."""
        return outlook is None or self._presence.may_be_on(outlook.next_session, self._clock.now())

    async def attended(self, conversation: str, persons: Collection[str], at: int, lapsed: Mapping[str, int]) -> None:
        """As `SessionPresence.note`; while the records do not answer it is left out. Raises StoreError."""
        try:
            await self._presence.note(conversation, persons, at, lapsed)
        except DatabaseError as error:
            logger.warning("who left or came back is not noted: %s", error, extra={"conversation": conversation})
