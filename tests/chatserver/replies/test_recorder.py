"""What became of waits is stored once: whoever reads it, however often, and whatever dies meanwhile."""

import asyncio
import random
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.requests import ConversationChange, PersonDetails, Written
from chatserver.notices.notice import Notice
from chatserver.notices.rows import notices
from chatserver.operating.metrics import Metrics
from chatserver.records.database import Database, DatabaseError
from chatserver.records.migrate import migrate
from chatserver.records.tables import REFUSED_MESSAGES
from chatserver.replies.recorder import BATCH, ReplyRecords
from quotas import instant
from quotas.instant import DAY, HOUR, MINUTE
from quotas.ledger import keys
from quotas.ledger.base import StandIn
from quotas.ledger.waits import Waits
from quotas.standing import ConversationSettings
from quotas.store.errors import StoreError
from quotas.store.link import Link
from tests.chatserver.duties import duty_process
from tests.chatserver.heard import noting_on
from tests.chatserver.messages.past import RULEBOOK, PastDesk, oslo
from tests.databases import sqlite_at
from tests.engines import StoreProcess

MONDAY = oslo("2026-01-05T09:00")
FRIDAY = oslo("2026-01-09T18:00")


@pytest.fixture
async def desk(database: Database, valkey_url: str) -> AsyncIterator[PastDesk]:
    """On each kind of database."""
    link = Link(valkey_url)
    await link.open()
    desk = PastDesk(link, database)
    await desk.ledger.load()
    await desk.open("c1")
    yield desk
    link.close()


async def test_an_answer_in_time_is_kept_with_both_lengths(desk: PastDesk) -> None:
    """From Friday evening to Monday morning 15 hours are counted, 63 have passed."""
    await desk.exchange("c1", FRIDAY, FRIDAY + 63 * HOUR)
    await desk.record()
    [wait] = await desk.closed()
    event = wait.pop("event")
    assert isinstance(event, str)
    assert wait == {
        "partition": int(keys.tag("c1")[1:-1]),
        "conversation_id": "c1",
        "member_id": "mia",
        "mentor_id": "tom",
        "plan": "basic",
        "week": RULEBOOK.calendar("Europe/Oslo", "").week_of(FRIDAY),
        "waiting_since": FRIDAY,
        "due_at": FRIDAY + 72 * HOUR,
        "answered_at": FRIDAY + 63 * HOUR,
        "dropped_at": None,
        "waited_ms": 63 * HOUR,
        "counted_ms": 15 * HOUR,
        "in_time": True,
        "answered_by": None,
        "ended_as": None,
    }


async def test_a_substitutes_answer_says_whose_it_is_and_is_no_day_of_the_mentors(desk: PastDesk) -> None:
    """The wait, and its deadline, stay the mentor's."""
    await desk.write("c1", "member", MONDAY)
    await desk.write("c1", "mentor", MONDAY + HOUR, StandIn("ulf", MONDAY, MONDAY + DAY))
    await desk.record()
    [wait] = await desk.closed()
    assert (wait["mentor_id"], wait["answered_by"], wait["in_time"]) == ("tom", "ulf", True)
    assert await desk.days() == set()
    assert await desk.notices() == []
    assert await desk.left() == []


async def test_a_late_answer_is_kept_with_its_miss(desk: PastDesk) -> None:
    """One millisecond past the deadline is late; at the deadline is not."""
    await desk.exchange("c1", MONDAY, MONDAY + 24 * HOUR)
    await desk.exchange("c1", MONDAY + 2 * DAY, MONDAY + 3 * DAY + 1)
    await desk.record()
    assert [wait["in_time"] for wait in sorted(await desk.closed(), key=lambda wait: str(wait["event"]))] == [
        True,
        False,
    ]
    [notice] = await desk.notices()
    assert (notice["kind"], notice["waiting_since"]) == ("missed", MONDAY + 2 * DAY)
    assert notice["at"] == notice["due_at"] == MONDAY + 3 * DAY
    assert (notice["conversation_id"], notice["member_id"], notice["mentor_id"]) == ("c1", "mia", "tom")


async def test_warnings_are_kept_for_whoever_sends_them_on(desk: PastDesk) -> None:
    written = await desk.write("c1", "member", MONDAY)
    due_at = written.usage.due_at
    await desk.waits.note_warning("c1", due_at, 4, due_at - 4 * HOUR)
    await desk.waits.note_miss("c1", due_at, due_at + 1)
    await desk.record()
    assert [(row["kind"], row["at"]) for row in await desk.notices()] == [
        ("warning", due_at - 4 * HOUR),
        ("missed", due_at + 1),
    ]
    assert await desk.closed() == []


@pytest.mark.parametrize("batch", [1, BATCH])
async def test_notices_are_in_the_order_of_their_instants(
    desk: PastDesk, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever partition they are in, and where more has happened than is read at once."""
    monkeypatch.setattr("chatserver.replies.recorder.BATCH", batch)
    later, earlier = sorted(("c1", "c2"), key=keys.partition)
    await desk.open("c2")
    due_at = (await desk.write(earlier, "member", MONDAY)).usage.due_at
    due_later = (await desk.write(later, "member", MONDAY + HOUR)).usage.due_at
    await desk.waits.note_warning(earlier, due_at, 4, due_at - 4 * HOUR)
    await desk.waits.note_miss(earlier, due_at, due_at + 1)
    await desk.waits.note_miss(later, due_later, due_later + 1)
    await desk.record()
    noted = sorted(await desk.notices(), key=lambda row: int(str(row["id"])))
    assert [(row["conversation_id"], row["at"]) for row in noted] == [
        (earlier, due_at - 4 * HOUR),
        (earlier, due_at + 1),
        (later, due_later + 1),
    ]


async def test_the_plan_is_that_of_the_first_unanswered_message(desk: PastDesk) -> None:
    """A plan without a promise keeps plain lengths only."""
    await desk.exchange("c1", MONDAY, MONDAY + HOUR)
    desk.now = MONDAY + 2 * HOUR
    await desk.change("c1", ConversationChange(plan="video"))
    await desk.exchange("c1", MONDAY + 3 * HOUR, MONDAY + 5 * HOUR)
    await desk.record()
    kept = {wait["plan"]: (wait["waited_ms"], wait["counted_ms"], wait["in_time"]) for wait in await desk.closed()}
    assert kept == {"basic": (HOUR, HOUR, True), "video": (2 * HOUR, None, None)}


async def test_an_ended_conversation_drops_its_wait(desk: PastDesk) -> None:
    """Before the deadline it is neither in time nor missed; after it, it is missed."""
    await desk.open("c2", plan="video")
    await desk.write("c1", "member", MONDAY)
    await desk.write("c2", "member", MONDAY)
    for id in ("c1", "c2"):
        await desk.change(id, ConversationChange(status="ended"))
    await desk.record()
    kept = {wait["conversation_id"]: wait for wait in await desk.closed()}
    assert [kept[id]["in_time"] for id in ("c1", "c2")] == [False, None]
    for wait in kept.values():
        assert wait["answered_at"] is None
        assert wait["dropped_at"] == MONDAY + int(str(wait["waited_ms"]))


@pytest.mark.parametrize("kind", ["acknowledged", "withdrawn"])
async def test_a_wait_that_ends_without_an_answer_says_how(desk: PastDesk, kind: str) -> None:
    """Before the deadline it is neither in time nor missed; after it, it is missed."""
    await desk.open("c2")
    for id, at in (("c1", MONDAY + HOUR), ("c2", MONDAY + 25 * HOUR)):
        asked = await desk.write(id, "member", MONDAY)
        due_at = asked.usage.due_at
        words = f"{kind} {id} {MONDAY} {due_at} {at} ulf"
        await desk.link.request("XADD", keys.events(keys.partition(id)), "*", "e", words)
    await desk.record()
    kept = {wait["conversation_id"]: wait for wait in await desk.closed()}
    assert [kept[id]["in_time"] for id in ("c1", "c2")] == [None, False]
    for wait in kept.values():
        assert (wait["answered_at"], wait["ended_as"], wait["answered_by"]) == (None, kind, "ulf")
        assert wait["dropped_at"] == MONDAY + int(str(wait["waited_ms"]))


async def test_the_days_on_which_a_mentor_wrote(desk: PastDesk) -> None:
    """A day counts once, and it is the conversation's local day: 23:30 and 00:30 in Oslo lie on one UTC day."""
    for at in (MONDAY, MONDAY + HOUR, oslo("2026-01-07T23:30"), oslo("2026-01-08T00:30")):
        await desk.write("c1", "mentor", at)
    await desk.record()
    assert await desk.days() == {("c1", "2026-01-05"), ("c1", "2026-01-07"), ("c1", "2026-01-08")}


async def test_storing_again_changes_nothing(desk: PastDesk) -> None:
    """As after a death between the commit and the forgetting: the events are still there, and read again."""
    await desk.exchange("c1", MONDAY, MONDAY + 30 * HOUR)
    forgetful = Forgetful(desk)
    for _ in range(3):
        with pytest.raises(StoreError, match="killed"):
            await forgetful.sweep()
    assert len(await desk.left()) == 3
    await desk.record()
    assert (len(await desk.closed()), len(await desk.notices()), len(await desk.days())) == (1, 1, 1)
    assert await desk.left() == []


class Forgetful(ReplyRecords):
    """A recorder that is killed after each commit."""

    def __init__(self, desk: PastDesk) -> None:
        waits = Dying(desk.link, desk.ledger, 0)
        super().__init__(
            store=desk.link,
            ledger=desk.ledger,
            waits=waits,
            database=desk.database,
            rulebook=RULEBOOK,
            noting=noting_on(desk.database),
            clock=desk.ledger.now,
            name="forgetful",
            metrics=Metrics(),
        )


class Dying(Waits):
    """Waits of a process that dies before it can forget anything."""

    async def forget(self, partition: int, ids: object) -> None:
        raise StoreError("killed")


async def test_two_recorders_at_once_store_everything_once(desk: PastDesk) -> None:
    names = [f"m{number}" for number in range(30)]
    for name in names:
        await desk.open(name)
    for name in names:
        for turn in range(4):
            await desk.exchange(name, MONDAY + turn * HOUR, MONDAY + turn * HOUR + MINUTE)
    other = desk.recorder("second")
    await asyncio.gather(desk.records.sweep(), other.sweep(), desk.records.sweep())
    assert len(await desk.closed()) == 4 * len(names)
    assert await desk.left() == []


async def test_a_long_queue_is_stored_batch_by_batch(desk: PastDesk) -> None:
    many = BATCH + 20
    for turn in range(many):
        await desk.exchange("c1", MONDAY + turn * MINUTE, MONDAY + turn * MINUTE + 1)
    assert await desk.records.sweep()
    assert await desk.left()
    await desk.record()
    assert len(await desk.closed()) == many


async def test_a_conversation_that_the_records_lack(desk: PastDesk) -> None:
    """The records were restored from before it was made: it is kept as the ledger knows it."""
    await desk.ledger.configure("lost", ConversationSettings("ola", "ann", "light", "Europe/Oslo", ""))
    await desk.exchange("lost", MONDAY, MONDAY + HOUR)
    await desk.record()
    [wait] = await desk.closed()
    assert (wait["member_id"], wait["mentor_id"], wait["plan"]) == ("ola", "ann", "light")


async def test_a_conversation_that_nobody_knows_any_more(desk: PastDesk) -> None:
    """Nothing is kept of it, and it holds nothing up."""
    await desk.ledger.configure("erased", ConversationSettings("ola", "ann", "light", "Europe/Oslo", ""))
    await desk.exchange("erased", MONDAY, MONDAY + HOUR)
    await desk.link.request("DEL", keys.conversation("erased"))
    await desk.record()
    assert await desk.closed() == []
    assert await desk.left() == []


# Dying and coming back


async def until(reached: object, seconds: float = 20) -> None:
    """Wait until the coroutine function says yes."""
    assert callable(reached)
    async with asyncio.timeout(seconds):
        while not await reached():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.01)


async def test_recorders_that_are_killed_store_everything_once(database: Database, valkey_url: str) -> None:
    """Eight times, at moments that chance picks, each time taken over by another process; and the mentor hears once."""
    link = Link(valkey_url)
    await link.open()
    desk = PastDesk(link, database)
    await desk.ledger.load()
    names = [f"m{number}" for number in range(20)]
    for name in names:
        await desk.open(name)
    turns = random.Random(7)
    written = 0
    for round in range(8):
        with duty_process("recorder", valkey_url, database, f"r{round}") as process:
            before = len(await desk.closed())
            for name in names:
                at = MONDAY + round * HOUR
                due_at = (await desk.write(name, "member", at)).usage.due_at
                await desk.waits.note_warning(name, due_at, 4, at + 1)
                await desk.write(name, "mentor", at + MINUTE)
                written += 1

            async def some(known: int = before) -> bool:
                return len(await desk.closed()) > known + turns.randrange(12)

            await until(some)
            process.send_signal(signal.SIGKILL)
            process.wait()
    with duty_process("recorder", valkey_url, database, "last"):

        async def done() -> bool:
            return not await desk.left()

        await until(done)
    waits = [(wait["conversation_id"], wait["waiting_since"]) for wait in await desk.closed()]
    assert len(waits) == len(set(waits)) == written
    async with database.read() as connection:
        warned = [each.mark for each in await notices.page(connection, "tom", None, 1_000)]
    assert len(warned) == len(set(warned)) == written
    link.close()


async def test_a_database_that_comes_later_gets_everything(valkey_url: str, tmp_path: Path) -> None:
    """While it is gone, events stay in the store; `run` goes on by itself."""
    late = Database(sqlite_at(tmp_path / "later"))
    link = Link(valkey_url)
    await link.open()
    desk = PastDesk(link, late)
    await desk.ledger.load()
    await desk.ledger.configure("c1", ConversationSettings("mia", "tom", "basic", "Europe/Oslo", ""))
    await desk.exchange("c1", MONDAY, MONDAY + HOUR)
    with pytest.raises(DatabaseError):
        await desk.records.sweep()
    running = asyncio.create_task(desk.records.run())
    await asyncio.sleep(0.2)
    assert len(await desk.left()) == 2
    await migrate(late)

    async def done() -> bool:
        return len(await desk.closed()) == 1 and not await desk.left()

    await until(done)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await link.request("EXISTS", keys.RECORDER) == 0
    await late.close()
    link.close()


async def test_a_store_that_is_killed_comes_back_with_what_was_not_stored(tmp_path: Path) -> None:
    """`run` outlives it and takes up where it was."""
    store = StoreProcess(durable=True).start()
    database = Database(sqlite_at(tmp_path))
    await migrate(database)
    link = Link(store.url)
    try:
        await link.open()
        desk = PastDesk(link, database)
        await desk.ledger.load()
        await desk.open("c1")
        await desk.exchange("c1", MONDAY, MONDAY + HOUR)
        store.kill()
        running = asyncio.create_task(desk.records.run())
        await asyncio.sleep(0.2)
        assert not running.done()
        store.restart()

        async def done() -> bool:
            return len(await desk.closed()) == 1

        await until(done)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    finally:
        link.close()
        await database.close()
        store.stop()


async def test_one_recorder_works_while_it_renews_its_lease(valkey_url: str, tmp_path: Path) -> None:
    """A second one waits; the lease of one that has stopped is given back."""
    link = Link(valkey_url)
    await link.open()
    database = Database(sqlite_at(tmp_path))
    await migrate(database)
    desk = PastDesk(link, database)
    await desk.ledger.load()
    first = asyncio.create_task(desk.records.run())

    async def begun() -> bool:
        return bool(await link.request("GET", keys.RECORDER) == b"first")

    await until(begun)
    second = desk.recorder("second")
    other = asyncio.create_task(second.run())
    await asyncio.sleep(0.1)
    assert await link.request("GET", keys.RECORDER) == b"first"
    assert 0 < await link.request("PTTL", keys.RECORDER) <= 5_000
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert await link.request("EXISTS", keys.RECORDER) == 0

    async def taken() -> bool:
        return bool(await link.request("GET", keys.RECORDER) == b"second")

    await until(taken)
    other.cancel()
    await asyncio.gather(other, return_exceptions=True)
    await database.close()
    link.close()


def test_the_database_itself_refuses_a_second_row(tmp_path: Path) -> None:
    """The keys are there, whatever the code does."""

    async def made() -> None:
        database = Database(sqlite_at(tmp_path))
        await migrate(database)
        await database.close()

    asyncio.run(made())
    row = "INSERT INTO reply_notices (partition, event, kind, conversation_id, member_id, mentor_id, plan, week, "
    row += "waiting_since, due_at, at) VALUES (1, '1-0', 'missed', 'c', 'm', 't', 'light', 1, 1, 1, 1)"
    with closing(sqlite3.connect(tmp_path / "records.db")) as connection:
        connection.execute(row)
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(row)


async def heard(desk: PastDesk) -> list[tuple[str, str]]:
    """Who hears of what."""
    async with desk.database.read() as connection:
        return [
            (each.person, each.event) for name in ("mia", "tom", "sara") for each in await of_person(connection, name)
        ]


async def of_person(connection: AsyncConnection, person: str) -> list[Notice]:
    return sorted(await notices.page(connection, person, None, 100), key=lambda notice: notice.id)


async def test_a_members_refusals_are_on_record_once(desk: PastDesk) -> None:
    """One a minute for each reason, also where the event comes again; a mentor's refusal is none."""
    stream = keys.events(keys.partition("c1"))
    for at, more in ((MONDAY, "closed member 0"), (MONDAY, "closed member 0"), (MONDAY, "ended mentor 0")):
        await desk.link.request("XADD", stream, "*", "e", f"refused c1 0 0 {at} {more}")
    await desk.record()
    assert await desk.left() == []
    assert await desk.rows(REFUSED_MESSAGES) == [{"conversation_id": "c1", "at": MONDAY, "reason": "closed"}]


async def test_mentor_and_support_hear_of_what_became_of_waits(desk: PastDesk) -> None:
    """Once, also where a ledger that was restored tells of it again, and a refusal tells nobody."""
    assert isinstance(await desk.provisioning.put_person("sara", PersonDetails("support", "Sara")), Written)
    due_at = (await desk.write("c1", "member", MONDAY)).usage.due_at
    await desk.waits.note_warning("c1", due_at, 4, due_at - 4 * HOUR)
    await desk.waits.note_miss("c1", due_at, due_at + 1)
    await desk.record()
    await desk.write("c1", "mentor", due_at + HOUR)
    await desk.record()
    expected = [("tom", "reply.warning"), ("tom", "reply.missed"), ("sara", "reply.missed")]
    assert await heard(desk) == expected
    assert [(person, event) for person, event, _ in desk.heard.published] == [
        ("tom", "reply.warning"),
        ("sara", "reply.missed"),
        ("tom", "reply.missed"),
    ]
    words = f"missed c1 {MONDAY} {due_at} {due_at + 1}"
    await desk.link.request("XADD", keys.events(keys.partition("c1")), "*", "e", words)
    await desk.record()
    assert await heard(desk) == expected
    async with desk.database.read() as connection:
        [missed] = await of_person(connection, "sara")
    assert missed.data == {
        "waiting_since": instant.text(MONDAY),
        "due_at": instant.text(due_at),
        "role": "support",
        "first": True,
    }
