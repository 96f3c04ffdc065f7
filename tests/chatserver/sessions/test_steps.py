"""What happens at sessions by itself: noted once, whatever dies between, and told in its order."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from chatserver.messages.lane import sealed_post
from chatserver.messages.log import KeptMessages
from chatserver.protocol.entry import More, head_of, head_with_more, joined, parted
from chatserver.records.database import Database
from chatserver.sessions.outcomes import BookingDone, BookingRefused
from chatserver.sessions.rows import session_events
from chatserver.sessions.session_event import SessionEvent
from chatserver.sessions.session_timers import SESSION, SessionTimers
from chatserver.sessions.steps import SessionSteps
from chatserver.sessions.telling import SessionTelling
from quotas import instant
from quotas.bookings import Booking, counts
from quotas.instant import DAY, HOUR, MINUTE, SECOND
from quotas.ledger import keys
from quotas.ledger.base import Posted, posted
from quotas.ledger.timers import Rung
from quotas.plans import Service
from quotas.standing import Writer
from tests.chatserver.keys.making import conversation_keys
from tests.chatserver.sessions.desk import RULEBOOK, TUESDAY, Desk, opened, wanted

START = TUESDAY + 72 * HOUR
END = START + 30 * MINUTE
POLICY = RULEBOOK.policy.sessions


class StepsDesk(Desk):
    """A desk with a process that notes what happens by itself."""

    def steps_told_by(self, telling: SessionTelling) -> SessionSteps:
        """The part as a process has it."""
        return SessionSteps(
            database=self.database,
            policy=POLICY,
            bookings=self.bookings_told_by(telling),
            telling=telling,
            timers=SessionTimers(self.timers, POLICY),
            messages=KeptMessages(self.database, self.ledger),
            connected=self.who,
            log=self.log,
        )

    async def ring(self, at: int, by: SessionTelling | None = None) -> None:
        """The booking's timer rings at that instant."""
        self.now = max(self.now, at)
        rung = Rung(keys.partition("c1"), SESSION, "b1", at)
        await self.steps_told_by(by or self.telling).ring(rung)

    async def book(self, service: Service = "live_chat") -> Booking:
        done = await self.bookings.book(wanted(service=service), "mentor")
        assert isinstance(done, BookingDone)
        return done.booking

    async def events(self) -> list[SessionEvent]:
        """What is kept of the booking, but that it was booked."""
        async with self.database.read() as connection:
            return (await session_events.of_booking(connection, "b1"))[1:]

    async def noted(self) -> list[tuple[str, float]]:
        """The same by name and minutes after the start."""
        return [(event.name, (event.at - START) / MINUTE) for event in await self.events()]

    async def entries(self) -> list[str]:
        """The events in the conversation's log."""
        heads = [head_of(entry.entry) for entry in await self.ledger.messages("c1", 0, 100, 100)]
        return [head.event.name for head in heads if head.event is not None]

    async def next_ring(self) -> float | None:
        """Minutes after the start at which the booking's timer rings."""
        at = await self.store.request("ZSCORE", keys.timers(keys.partition("c1")), keys.timer(SESSION, "b1"))
        return None if at is None else (float(at) - START) / MINUTE

    async def write(self, writer: Writer, at: int, *, sender: str = "", written_at: int = 0) -> None:
        """A message is accepted at that instant, and the process dies before it does anything else."""
        standing = await self.ledger.standing("c1", at=at)
        assert standing is not None
        key = await conversation_keys(self.database).current("c1", standing.settings.key)
        sender = sender or ("mia" if writer == "member" else "tom")
        post = sealed_post(key, writer, sender, f"{writer}{at}", "text", "test")
        if written_at:
            head = head_with_more(sender, writer, post.id, More(written_at=instant.text(written_at)))
            post = replace(post, entry=joined(head, parted(post.entry)[1]), written_at=written_at)
        assert isinstance(await posted(self.ledger, post, standing.settings, standing.terms(RULEBOOK), at=at), Posted)


class DiedError(Exception):
    """The process is gone."""


class TellerThatDies(SessionTelling):
    """Of a process that is killed after its commit."""

    async def tell(self, conversation: str) -> None:
        raise DiedError


@pytest.fixture
async def desk(database: Database, valkey_url: str) -> AsyncIterator[StepsDesk]:
    async with opened(StepsDesk, database, valkey_url) as desk:
        yield desk


def dying(desk: StepsDesk) -> SessionTelling:
    return desk.telling_named("dying", TellerThatDies)


async def test_each_step_is_noted_once_however_often_it_rings(desk: StepsDesk) -> None:
    await desk.book()
    assert await desk.next_ring() == -24 * 60
    instants = [START - DAY, START - 12 * MINUTE, START - 10 * MINUTE, START, START + 5 * MINUTE, END]
    for at in instants:
        await desk.ring(at)
        await desk.ring(at)
    assert await desk.noted() == [
        ("reminder", -1440),
        ("reminder", -12),
        ("starting", -10),
        ("started", 0),
        ("ending", 25),
        ("ending", 29),
        ("ended", 30),
        ("unattended", 30),
    ]
    assert await desk.entries() == ["booked", "started", "ended"]
    assert await desk.next_ring() is None
    assert [event.data.get("hours") for event in (await desk.events())[:2]] == [24.0, 0.2]
    assert [event.data["state"] for event in await desk.events() if event.name == "ended"] == ["unattended"]


async def test_two_processes_that_ring_at_once_note_once(desk: StepsDesk) -> None:
    await desk.book()
    desk.now = END
    tellers = [desk.telling_named(f"process {number}") for number in range(4)]
    await asyncio.gather(*(desk.ring(END, teller) for teller in tellers))
    names = [name for name, _ in await desk.noted()]
    assert names.count("started") == names.count("ended") == names.count("unattended") == 1
    assert await desk.entries() == ["booked", "started", "ended"]


async def test_what_was_noted_by_a_process_that_died_is_told_by_the_next_one(desk: StepsDesk) -> None:
    """Its timer rings again, as it was not set anew."""
    await desk.book()
    await desk.ring(START - HOUR)
    with pytest.raises(DiedError):
        await desk.ring(START, dying(desk))
    assert ("started", 0) in await desk.noted()
    assert await desk.entries() == ["booked"]
    await desk.ring(START + 3 * SECOND)
    assert await desk.entries() == ["booked", "started"]
    assert await desk.next_ring() == 5


async def test_a_booking_that_nobody_told_of_has_all_its_steps_in_the_end(desk: StepsDesk) -> None:
    """Killed between the commit and the telling, and started again after the start."""
    with pytest.raises(DiedError):
        await desk.bookings_told_by(dying(desk)).book(wanted(), "mentor")
    assert await desk.next_ring() is None
    desk.now = START + MINUTE
    await desk.telling.tell("c1")
    assert await desk.next_ring() == -24 * 60
    await desk.ring(START + MINUTE)
    assert [name for name, _ in await desk.noted()] == ["reminder", "reminder", "starting", "started"]
    assert await desk.next_ring() == 5


async def test_whoever_wrote_in_a_live_chat_has_joined_it_also_where_nobody_noted_that(desk: StepsDesk) -> None:
    """The process died between the answer and the join: the log says when they came, and nobody is late."""
    await desk.book()
    await desk.ring(START)
    await desk.write("mentor", START - MINUTE)  # Before it began: that is no joining.
    await desk.write("member", START + 2 * MINUTE)
    await desk.write("mentor", START + 3 * MINUTE)
    await desk.write("mentor", START + 4 * MINUTE)
    await desk.ring(START + 5 * MINUTE)
    found = await desk.bookings.find("b1")
    assert found is not None
    assert (found.member_joined_at, found.mentor_joined_at) == (START + 2 * MINUTE, START + 3 * MINUTE)
    assert [name for name, _ in await desk.noted()][-2:] == ["joined", "joined"]
    assert await desk.next_ring() == 10
    await desk.ring(END)
    assert [event.data["state"] for event in await desk.events() if event.name == "ended"] == ["held"]


async def test_what_went_out_later_or_was_written_by_a_substitute_is_no_joining(desk: StepsDesk) -> None:
    """Neither says that the mentor is there."""
    await desk.book()
    await desk.ring(START)
    await desk.write("mentor", START + MINUTE, written_at=START - MINUTE)
    await desk.write("mentor", START + 2 * MINUTE, sender="ann")
    await desk.ring(START + 5 * MINUTE)
    found = await desk.bookings.find("b1")
    assert found is not None
    assert found.mentor_joined_at == 0
    await desk.write("mentor", START + 6 * MINUTE)
    await desk.ring(START + 10 * MINUTE)
    found = await desk.bookings.find("b1")
    assert found is not None
    assert found.mentor_joined_at == START + 6 * MINUTE


async def test_who_is_late_and_whether_they_were_connected(desk: StepsDesk) -> None:
    """The mentor waits; the member is connected and does not join."""
    await desk.book("video_call")
    desk.now = START
    assert isinstance(await desk.bookings.join("b1", "mentor"), BookingDone)
    desk.connected = frozenset({"mia"})
    await desk.ring(START + 5 * MINUTE)
    desk.connected = frozenset({"tom"})
    await desk.ring(START + 10 * MINUTE + SECOND)
    [late, candidate] = (await desk.events())[-2:]
    assert (late.name, late.data["absent"], late.data["connected"]) == ("late", "member", True)
    assert (candidate.name, candidate.data["absent"], candidate.data["connected"]) == ("candidate", "member", False)
    assert (candidate.at, candidate.noted_at) == (START + 10 * MINUTE, START + 10 * MINUTE + SECOND)
    assert await desk.entries() == ["booked", "started", "late"]


async def test_nobody_knows_afterwards_who_was_connected(desk: StepsDesk) -> None:
    await desk.book("video_call")
    desk.now = START
    await desk.bookings.join("b1", "member")
    desk.connected = frozenset({"tom"})
    await desk.ring(END + DAY)
    [late] = [event for event in await desk.events() if event.name == "late"]
    assert (late.data["absent"], late.data["connected"]) == ("mentor", None)
    assert [name for name, _ in await desk.noted()][-2:] == ["ended", "mentor_absent"]


async def test_a_candidate_that_comes_late_is_noted_at_once(desk: StepsDesk) -> None:
    """A mentor who finds an empty room after ten minutes waits for nobody; a week later it lapses."""
    await desk.book("video_call")
    await desk.ring(START + 10 * MINUTE)
    desk.now = START + 12 * MINUTE
    await desk.bookings.join("b1", "mentor")
    assert await desk.next_ring() == 12
    await desk.ring(START + 12 * MINUTE)
    assert ("candidate", 12) in await desk.noted()
    await desk.ring(END)
    assert await desk.next_ring() == 30 + 7 * 24 * 60
    await desk.ring(END + 7 * DAY)
    assert (await desk.noted())[-1] == ("lapsed", 30 + 7 * 24 * 60)
    assert await desk.next_ring() is None


async def test_a_call_that_nobody_finishes_ends_in_the_books(desk: StepsDesk) -> None:
    await desk.book("video_call")
    desk.now = START
    await desk.bookings.join("b1", "member")
    await desk.bookings.join("b1", "mentor")
    await desk.ring(END + 15 * MINUTE)
    assert (await desk.noted())[-2:] == [("close_reminder", 30), ("close_reminder", 45)]
    await desk.ring(END + 2 * HOUR)
    assert (await desk.noted())[-2:] == [("closed", 150), ("ended", 150)]


async def test_nothing_more_happens_at_one_that_was_moved_or_cancelled(desk: StepsDesk) -> None:
    """What was due at the old start is not; the new start has steps of its own."""
    await desk.book()
    await desk.ring(START - DAY)
    desk.now = START - DAY + HOUR
    assert isinstance(await desk.bookings.move("b1", START + DAY, "mentor"), BookingDone)
    assert await desk.next_ring() == 0
    await desk.ring(START)
    assert [name for name, _ in await desk.noted()] == ["reminder", "moved", "reminder"]
    await desk.bookings.cancel("b1", "mentor")
    assert await desk.next_ring() is None
    await desk.ring(START + 3 * DAY)
    assert [name for name, _ in await desk.noted()] == ["reminder", "moved", "reminder", "cancelled"]


async def test_two_late_cancellations_in_a_row_are_noted_for_support(desk: StepsDesk) -> None:
    for number in range(2):
        starts_at = START + number * DAY
        assert isinstance(await desk.bookings.book(wanted(f"b{number + 1}", starts_at), "mentor"), BookingDone)
    desk.now = START - HOUR
    assert isinstance(await desk.bookings.cancel("b2", "member"), BookingDone)
    assert isinstance(await desk.bookings.cancel("b1", "member"), BookingDone)
    assert [name for name, _ in await desk.noted()] == ["cancelled", "late_cancellation"]
    async with desk.database.read() as connection:
        assert [event.name for event in await session_events.of_booking(connection, "b2")] == ["booked", "cancelled"]


async def test_nobody_is_late_or_absent_in_a_suspension(desk: StepsDesk) -> None:
    """The mentor came before it began. Nobody hears of the session meanwhile; it ends, and costs nothing."""
    await desk.book("video_call")
    desk.now = START - MINUTE
    assert isinstance(await desk.bookings.join("b1", "mentor"), BookingDone)
    await desk.ring(START - MINUTE)
    heard = len(desk.heard.published)
    await desk.change("c1", status="suspended")
    desk.now = START
    assert await desk.bookings.join("b1", "member") == BookingRefused("suspended", await desk.bookings.find("b1"))
    for minute in (0, 5, 10, 30):
        await desk.ring(START + minute * MINUTE)
    assert await desk.bookings.no_show("b1", "mentor") == BookingRefused("not_open", await desk.bookings.find("b1"))
    await desk.ring(END + 8 * DAY)
    names = [name for name, at in await desk.noted() if at >= 0]
    assert names == ["started", "ending", "ending", "ended"]
    assert [event.data["state"] for event in await desk.events() if event.name == "ended"] == ["unattended"]
    assert len(desk.heard.published) == heard
    found = await desk.bookings.find("b1")
    assert found is not None
    assert (found.suspended_at, counts(found, POLICY, END)) == (START - MINUTE, False)


async def test_a_suspension_that_was_lifted_before_the_session_excuses_nobody(desk: StepsDesk) -> None:
    await desk.book()
    await desk.change("c1", status="suspended")
    desk.now += HOUR
    await desk.change("c1", status="open")
    await desk.ring(END)
    assert (await desk.noted())[-1] == ("unattended", 30)
    found = await desk.bookings.find("b1")
    assert found is not None
    assert found.suspended_at == 0


async def test_who_wrote_before_a_suspension_has_joined(desk: StepsDesk) -> None:
    """Noticed only after it began: the message was let in."""
    await desk.book()
    await desk.ring(START)
    await desk.write("member", START + MINUTE)
    desk.now = START + 2 * MINUTE
    await desk.change("c1", status="suspended")
    await desk.ring(START + 5 * MINUTE)
    found = await desk.bookings.find("b1")
    assert found is not None
    assert (found.member_joined_at, found.suspended_at) == (START + MINUTE, START + 2 * MINUTE)
    assert ("late", 5) not in await desk.noted()
