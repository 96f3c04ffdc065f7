"""`signal`: what one of the two people of a video call says to the other; passed on, and kept nowhere."""

import asyncio
from weakref import WeakValueDictionary

from chatserver.protocol.codec import encode_json
from chatserver.protocol.codes import MEANING, Code
from chatserver.protocol.commands import MAX_SIGNAL_BYTES, Signal
from chatserver.protocol.events import Role
from chatserver.protocol.session_events import Signalled
from chatserver.realtime.command_desk import Asker
from chatserver.sessions.calls import CallOpen, Calls
from chatserver.sessions.outcomes import BookingRefused
from quotas.instant import MINUTE, text
from quotas.ledger import feed, keys
from quotas.plans import SessionPolicy
from quotas.store.port import Store


class SignalDesk:
    """A `CommandDesk`. The signals of a connection are passed on one after the other, in their order."""

    def __init__(self, calls: Calls, store: Store, policy: SessionPolicy) -> None:
        self._calls = calls
        self._store = store
        self._policy = policy
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """By the connection's id."""

    async def obey(self, asker: Asker, command: Signal) -> None:
        """What was passed on has no answer."""
        if asker.reads_along:
            asker.refuse(command, "read_only", "only the member and the mentor are in their calls")
            return
        # asyncio.Lock is fair: turns come in the order of the commands.
        turn = self._turns.setdefault(asker.id, asyncio.Lock())
        async with turn:
            problem = await self._pass_on(asker.user, asker.role, command)
        if problem is not None:
            asker.refuse(command, *problem)

    async def _pass_on(self, person: str, role: Role, command: Signal) -> tuple[Code, str] | None:
        """Say it to all that the other person is connected with, on whichever server; else a code, and a sentence.

        Who is not connected misses it.
        """
        if len(command.data.encode()) > MAX_SIGNAL_BYTES:
            return "text_too_long", f"`data` may have {MAX_SIGNAL_BYTES} bytes of UTF-8 at most"
        match await self._calls.open_to(command.booking, person, role):
            case None:
                return "not_found", f"there is no video call {command.booking!r} for this person"
            case BookingRefused(booking=booking):
                return "not_open", f"{MEANING['not_open']}{self._when(booking.starts_at) if booking else ''}"
            case CallOpen() as call:
                if command.to != call.other:
                    return "invalid_field", f"`to` must be the other person of the booking, {call.other!r}"
                event = encode_json(Signalled(command.booking, person, command.data))
                channel = keys.person_feed(call.other)
                await self._store.request("SPUBLISH", channel, feed.signalled(call.other_side, event))
        return None

    def _when(self, starts_at: int) -> str:
        return f"; it can be joined from {text(starts_at - self._policy.join_minutes * MINUTE)} on"
