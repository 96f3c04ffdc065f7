"""Conversations that wait for an answer, made in bulk: in the records, and in the ledger at instants of our choice."""

import asyncio
from collections.abc import Callable, Iterator

from benchmarks.contenders import BenchmarkError
from chatserver.keys.sealing import SECRET_BYTES, Key
from chatserver.messages.lane import sealed_post
from chatserver.records.database import Database
from chatserver.records.tables import CONVERSATIONS, PEOPLE, SUBSCRIPTIONS
from quotas.ledger.base import Posted, Stale, posted
from quotas.ledger.redis import RedisLedger
from quotas.standing import ConversationSettings
from quotas.terms import Rulebook, Terms

MEMBERS_EACH = 100
"""Conversations of one mentor."""
TOGETHER = 500
"""Requests on their way to the store at once."""
ROWS = 2_000
"""Rows of one statement."""
PLAN = "bench"
ZONE = "Europe/Oslo"

Progress = Callable[[int], None]
"""Called with how many more are done."""


def name(number: int) -> str:
    """The conversation's id."""
    return f"c{number}"


def mentor(number: int) -> str:
    """Whose conversation it is."""
    return f"t{number // MEMBERS_EACH}"


async def record(database: Database, count: int, now: int, progress: Progress) -> None:
    """Rows for `count` conversations, with their people and plans. Raises DatabaseError."""
    mentors = [mentor(number) for number in range(0, count, MEMBERS_EACH)]
    async with database.begin() as connection:
        await connection.execute(PEOPLE.insert(), [_person(id, "mentor", now) for id in mentors])
        for start in range(0, count, ROWS):
            numbers = range(start, min(count, start + ROWS))
            await connection.execute(PEOPLE.insert(), [_person(f"m{number}", "member", now) for number in numbers])
            await connection.execute(CONVERSATIONS.insert(), [_conversation(number, now) for number in numbers])
            plans = [{"conversation_id": name(number), "plan": PLAN, "started_at": 0} for number in numbers]
            await connection.execute(SUBSCRIPTIONS.insert(), plans)
            progress(len(numbers))


def _person(id: str, role: str, now: int) -> dict[str, object]:
    stamps = {"created_at": now, "updated_at": now}
    return {"id": id, "role": role, "name": id, "zone": ZONE, "locale": "nb", **stamps}


def _conversation(number: int, now: int) -> dict[str, object]:
    people = {"member_id": f"m{number}", "mentor_id": mentor(number)}
    stamps = {"created_at": now, "updated_at": now}
    return {"id": name(number), **people, "zone": ZONE, "holidays": "", "status": "open", "revision": 1, **stamps}


async def configure(ledger: RedisLedger, count: int, progress: Progress) -> None:
    """The same conversations in the ledger. Raises StoreError."""

    async def one(number: int) -> None:
        await ledger.configure(name(number), _settings(number))

    for batch in _batches(count):
        await asyncio.gather(*(one(number) for number in batch))
        progress(len(batch))


async def ask(
    ledger: RedisLedger, rulebook: Rulebook, count: int, at: Callable[[int], int], progress: Progress
) -> None:
    """A member's message in each of them, at the instant that `at` gives for its number. Raises StoreError."""
    desk = _Desk(ledger, rulebook)
    for batch in _batches(count):
        await asyncio.gather(*(desk.post(number, at(number)) for number in batch))
        progress(len(batch))


class _Desk:
    """Posts with the terms of the last answer, as a lane does; all conversations are on one plan and calendar."""

    def __init__(self, ledger: RedisLedger, rulebook: Rulebook) -> None:
        self._ledger = ledger
        self._rulebook = rulebook
        self._terms: Terms | None = None

    async def post(self, number: int, at: int) -> None:
        settings = _settings(number)
        key = Key(name(number), 1, bytes(SECRET_BYTES))
        post = sealed_post(key, "member", settings.member, "", "When can we talk?", "benchmark")
        terms = self._terms or self._at(at)
        result = await posted(self._ledger, post, settings, terms, at=at)
        if isinstance(result, Stale):
            result = await posted(self._ledger, post, settings, self._at(at), at=at)
        if not isinstance(result, Posted):
            raise BenchmarkError(f"{post.conversation}: the message was not accepted: {result}")

    def _at(self, at: int) -> Terms:
        self._terms = self._rulebook.terms(PLAN, ZONE, "", 0, at)
        return self._terms


def _settings(number: int) -> ConversationSettings:
    return ConversationSettings(f"m{number}", mentor(number), PLAN, ZONE, "")


def _batches(count: int) -> Iterator[range]:
    for start in range(0, count, TOGETHER):
        yield range(start, min(count, start + TOGETHER))
