"""Devices that people let us reach by push: kept sealed, forgotten when they expire or their push service says so."""

import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from hashlib import sha256
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.exc import IntegrityError

from chatserver.conversations.requests import Invalid, Missing
from chatserver.keys.sealing import SealError
from chatserver.keys.server_seal import ServerSeal
from chatserver.notices.guarded_http import GuardedHttp
from chatserver.notices.push_message import PushTarget
from chatserver.notices.push_requests import PushDetails, target_in
from chatserver.notices.rows import push_subscriptions as rows
from chatserver.notices.rows.push_subscriptions import PushDevice
from chatserver.records.database import Database

MOST_DEVICES = 20
"""Of one person: with one more, the one that subscribed first is forgotten."""
_TRIES = 5
"""At writing an endpoint that somebody else is subscribing with at the same moment."""

logger = logging.getLogger(__name__)


class PushPlace(Struct, frozen=True):
    """A device without what only we and its push service may know. Instants in ms."""

    device: str
    host: str | None
    """Of the push service; None where it cannot be read any more."""
    subscribed_at: int
    expires_at: int | None


class Subscribed(Struct, frozen=True):
    """It is kept."""

    place: PushPlace
    created: bool


class PushSubscriptions:
    """`seal` is that of kind "push", `clock` gives the store's instant, `real_clock` the real one (ms).

    Methods raise DatabaseError and StoreError.
    """

    def __init__(
        self,
        database: Database,
        seal: ServerSeal,
        http: GuardedHttp,
        clock: Callable[[], Awaitable[int]],
        real_clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._database = database
        self._seal = seal
        self._http = http
        self._clock = clock
        self._real_clock = real_clock

    async def put(self, person: str, device: str, details: PushDetails) -> Subscribed | Invalid | Missing:
        """Reach the person there from now on. The same again changes nothing; missing where nobody is recorded so."""
        target = target_in(details, self._http.url_problem, self._real_clock())
        if isinstance(target, Invalid):
            return target
        row = PushDevice(
            person_id=person,
            device=device,
            sealed=await self._seal.seal(msgspec.json.encode(target)),
            digest=sha256(target.endpoint.encode()).digest(),
            subscribed_at=await self._clock(),
            expires_at=details.expiration_time,
        )
        for _ in range(_TRIES - 1):
            with suppress(IntegrityError):
                return await self._put(row, target)
        return await self._put(row, target)

    async def of_person(self, person: str) -> list[PushPlace]:
        """All that the person has, the latest first."""
        async with self._database.read() as connection:
            found = await rows.of_person(connection, person)
        return [_place(row, await self.opened(row)) for row in found]

    async def forget(self, person: str, device: str) -> None:
        """Reach them there no longer."""
        async with self._database.begin() as connection:
            await rows.forget(connection, person, device)

    async def forget_as_it_was(self, row: PushDevice) -> None:
        """The same, unless the device has subscribed anew since."""
        async with self._database.begin() as connection:
            await rows.forget(connection, row.person_id, row.device, row.digest)

    async def opened(self, row: PushDevice) -> PushTarget | None:
        """Where it is reached; None where that cannot be read any more."""
        try:
            return msgspec.json.decode(await self._seal.open(row.sealed), type=PushTarget)
        except SealError as error:
            logger.error("a push subscription cannot be read: %s", error, extra={"person": row.person_id})
            return None

    def is_over(self, row: PushDevice) -> bool:
        """Whether its push service has said that it would have forgotten it by now."""
        return row.expires_at is not None and row.expires_at <= self._real_clock()

    async def _put(self, row: PushDevice, target: PushTarget) -> Subscribed | Missing:
        """Raises IntegrityError where somebody else subscribes with that endpoint at the same moment."""
        async with self._database.begin() as connection:
            if not await rows.person_to_rely_on(connection, row.person_id):
                return Missing()
            known = await rows.of_person(connection, row.person_id)
            before = next((each for each in known if each.device == row.device), None)
            # The key is at hand: it has just sealed.
            if before is not None and await self.opened(before) == target:
                row = replace(before, expires_at=row.expires_at)
            if row == before:
                return Subscribed(_place(row, target), created=False)
            others = [each for each in known if each.device != row.device and each.digest != row.digest]
            for each in [one for one in others if self.is_over(one)] or others[MOST_DEVICES - 1 :]:
                await rows.forget(connection, each.person_id, each.device)
            await rows.put(connection, row)
        return Subscribed(_place(row, target), created=before is None)


def _place(row: PushDevice, target: PushTarget | None) -> PushPlace:
    host = urlsplit(target.endpoint).hostname if target is not None else None
    return PushPlace(row.device, host, row.subscribed_at, row.expires_at)
