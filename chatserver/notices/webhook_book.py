"""The endpoints: made, changed, their secrets changed, tried out, told of events once more."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import uuid4

from msgspec import Struct
from msgspec.structs import replace

from chatserver.conversations.requests import Conflict, FieldProblem, Invalid, Missing
from chatserver.keys.server_seal import ServerSeal
from chatserver.notices.guarded_http import GuardedHttp
from chatserver.notices.noting import Ringing
from chatserver.notices.rows import webhook_attempts, webhook_deliveries, webhooks
from chatserver.notices.rows.webhook_attempts import WebhookAttempt
from chatserver.notices.rows.webhook_deliveries import WebhookDelivery
from chatserver.notices.rows.webhook_events import WebhookEvent
from chatserver.notices.rows.webhooks import WebhookRecord
from chatserver.notices.webhook_kinds import WEBHOOK_KINDS, is_known, wants
from chatserver.notices.webhook_request import WebhookOutcome, WebhookSender, body_of
from chatserver.notices.webhook_requests import ReplayWish, WebhookDetails
from chatserver.notices.webhook_signing import new_secret, secret_text
from chatserver.records.database import Database
from quotas import instant
from quotas.instant import DAY
from quotas.store.errors import StoreError

MOST_WEBHOOKS = 50
"""Each event asks all of them."""
BOTH_SIGN_FOR = DAY
"""After a rotation; in ms."""
REPLAYED_AT_ONCE = 1000
PING = "ping"
"""The type of a request that tries an endpoint out."""


class WebhookWritten(Struct, frozen=True):
    """What there is now. `secret` is there where it is new, this once."""

    record: WebhookRecord
    secret: str | None


class PingData(Struct, frozen=True):
    """Nothing has happened: somebody tries the endpoint out."""

    webhook: str


class Replayed(Struct, frozen=True):
    """How many events are told of once more. `rest_from` (ms) is where the rest begins, that was too much at once."""

    count: int
    rest_from: int | None


class Logged(Struct, frozen=True):
    """An event that the endpoint was told of, with each try."""

    delivery: WebhookDelivery
    attempts: list[WebhookAttempt]


class WebhookBook:
    """Methods raise DatabaseError, where nothing was written, and StoreError.

    `on_change` is called when others may have to look at once at what is wanted now.
    """

    def __init__(
        self,
        *,
        database: Database,
        http: GuardedHttp,
        seal: ServerSeal,
        ringing: Ringing,
        clock: Callable[[], Awaitable[int]],
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._http = http
        self._seal = seal
        self._sender = WebhookSender(http, seal)
        self._ringing = ringing
        self._clock = clock
        self._on_change = on_change

    async def put(self, id: str, details: WebhookDetails) -> WebhookWritten | Invalid | Conflict:
        """Make it, or change where it is and what it is told of. Its secret stays, and so does what disabled it."""
        if problems := self._problems(details):
            return Invalid(problems)
        now = await self._clock()
        secret = new_secret()
        record = WebhookRecord(
            id=id,
            url=details.url,
            events=tuple(sorted(set(details.events))),
            with_text=details.with_text,
            secret=await self._seal.seal(secret),
            created_at=now,
            updated_at=now,
        )
        outcome = await self._written(record, secret, now)
        self._on_change()
        return outcome

    async def _written(self, record: WebhookRecord, secret: bytes, now: int) -> WebhookWritten | Conflict:
        id = record.id
        async with self._database.begin() as connection:
            found = await webhooks.find_to_change(connection, id)
            if found is None:
                if await webhooks.count(connection) >= MOST_WEBHOOKS:
                    return Conflict(f"there are {MOST_WEBHOOKS} webhooks, as many as there can be; delete one first")
                if await webhooks.insert(connection, record):
                    return WebhookWritten(record, secret_text(secret))
                return Conflict(
                    f"the webhook {id!r} has just been made by somebody else; the same request again is safe"
                )
            changed = replace(found, url=record.url, events=record.events, with_text=record.with_text)
            if changed.url != found.url and found.disabled_at is None:
                changed = replace(changed, failing_since=None)  # another place, of which nothing is known
            if changed != found:
                changed = replace(changed, updated_at=now)
                await webhooks.change(connection, changed)
        return WebhookWritten(changed, None)

    async def all_of_them(self) -> list[WebhookRecord]:
        """In the order of their ids."""
        async with self._database.read() as connection:
            return await webhooks.all_of_them(connection)

    async def find(self, id: str) -> WebhookRecord | None:
        """None where there is none."""
        async with self._database.read() as connection:
            return await webhooks.find(connection, id)

    async def remove(self, id: str) -> bool:
        """With all that is to be sent to it; whether it was there."""
        async with self._database.begin() as connection:
            return await webhooks.remove(connection, id)

    async def rotate(self, id: str) -> WebhookWritten | Missing:
        """Give it another secret. The one that it had signs as well for a day; one before that no more."""
        now = await self._clock()
        secret = new_secret()
        sealed = await self._seal.seal(secret)
        async with self._database.begin() as connection:
            found = await webhooks.find_to_change(connection, id)
            if found is None:
                return Missing()
            rotated = replace(
                found, secret=sealed, earlier_secret=found.secret, earlier_until=now + BOTH_SIGN_FOR, updated_at=now
            )
            await webhooks.change(connection, rotated)
        return WebhookWritten(rotated, secret_text(secret))

    async def enable(self, id: str) -> WebhookWritten | Missing:
        """Tell it of events again, from now on; what it missed can be replayed."""
        now = await self._clock()
        async with self._database.begin() as connection:
            found = await webhooks.find_to_change(connection, id)
            if found is None:
                return Missing()
            enabled = found
            if found.disabled_at is not None:
                enabled = replace(found, failing_since=None, disabled_at=None, disabled_for=None, updated_at=now)
                await webhooks.change(connection, enabled)
        self._on_change()
        return WebhookWritten(enabled, None)

    async def ping(self, id: str) -> WebhookOutcome | Missing:
        """Try it out at once, also where it is disabled; this is neither tried again nor kept."""
        record = await self.find(id)
        if record is None:
            return Missing()
        now = await self._clock()
        return await self._sender.send(record, f"ping_{uuid4().hex}", body_of(PING, now, PingData(id)), now)

    async def replay(self, id: str, wish: ReplayWish) -> Replayed | Invalid | Missing | Conflict:
        """Send events that it wants once more, with the ids that they had; those that are on their way stay so."""
        now = await self._clock()
        span = _span(wish, now)
        if isinstance(span, Invalid):
            return span
        async with self._database.begin() as connection:
            record = await webhooks.find(connection, id)
            if record is None:
                return Missing()
            if record.disabled_at is not None:
                return Conflict(f"the webhook {id!r} is disabled; POST /v1/webhooks/{id}/enable first")
            events: list[WebhookEvent] = []
            if span is None:
                one = await webhook_deliveries.event_by_id(connection, wish.event or "")
                if one is None:
                    return Invalid([FieldProblem("event", "there is no such event, or no longer")])
                events = [one]
            else:
                kinds = [kind for kind in WEBHOOK_KINDS if wants(record.events, kind)]
                events = await webhook_deliveries.events_in(connection, *span, kinds, REPLAYED_AT_ONCE + 1)
            chosen = events[:REPLAYED_AT_ONCE]
            await webhook_deliveries.queue_again(connection, id, chosen, now)
        if chosen:
            with suppress(StoreError):  # the outbox finds it by itself
                await self._ringing.ring(now)
        return Replayed(len(chosen), events[REPLAYED_AT_ONCE].at if len(events) > REPLAYED_AT_ONCE else None)

    async def deliveries(self, id: str, before: int | None, limit: int) -> list[Logged] | Missing:
        """The newest `limit` events that it was told of before the row `before`, the newest first."""
        async with self._database.read() as connection:
            if await webhooks.find(connection, id) is None:
                return Missing()
            page = await webhook_deliveries.page(connection, id, before, limit)
            attempts = await webhook_attempts.of_rows(connection, [each.id for each in page])
        return [Logged(each, attempts.get(each.id, [])) for each in page]

    def _problems(self, details: WebhookDetails) -> list[FieldProblem]:
        found = []
        if (problem := self._http.url_problem(details.url)) is not None:
            found.append(FieldProblem("url", f"must be {problem}"))
        allowed = f"{', '.join(WEBHOOK_KINDS)}, `*`, or all of a kind such as `booking.*`"
        found += [
            FieldProblem(f"events[{place}]", f"there is no such event; allowed: {allowed}")
            for place, pattern in enumerate(details.events)
            if not is_known(pattern)
        ]
        return found


def _span(wish: ReplayWish, now: int) -> tuple[int, int] | None | Invalid:
    """[since, until) in ms; None where one event is named."""
    if (wish.event is None) == (wish.since is None):
        return Invalid([FieldProblem("event", "name either an `event`, or a time by `from` and `until`")])
    if wish.since is None:
        return None
    ends: list[int] = []
    problems = []
    for name, said in (("from", wish.since), ("until", wish.until or instant.text(now))):
        try:
            ends.append(instant.parse(said))
        except ValueError as error:
            problems.append(FieldProblem(name, str(error)))
    if problems:
        return Invalid(problems)
    return ends[0], ends[1]
