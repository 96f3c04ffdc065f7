"""The report says what the waits say: counted another way, on each kind of database."""

import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta
from math import ceil

import pytest

from chatserver.conversations.requests import ConversationChange, Invalid
from chatserver.protocol.reports import By, ReplyGroup, ReplyReport
from chatserver.records.database import Database
from chatserver.replies.mentor_weeks import monday_of
from chatserver.replies.report import MOST_DAYS
from chatserver.replies.rows import waits as reply_waits
from chatserver.replies.rows.waits import ClosedWait, ReplyNotice
from chatserver.sessions.rows import bookings
from chatserver.sessions.rows.bookings import BookingRow
from quotas.bookings import Booking, Cancellation
from quotas.instant import DAY, HOUR, MINUTE
from quotas.store.link import Link
from tests.chatserver.messages.past import RULEBOOK, PastDesk, oslo

OSLO = RULEBOOK.calendar("Europe/Oslo", "")
FIRST, LAST = date(2026, 1, 5), date(2026, 2, 1)
START = OSLO.start_of(FIRST)
BYS: tuple[By, ...] = ("mentor", "plan", "week")


@pytest.fixture
async def desk(database: Database, valkey_url: str) -> AsyncIterator[PastDesk]:
    """On each kind of database; the clock stands behind the range."""
    link = Link(valkey_url)
    await link.open()
    desk = PastDesk(link, database)
    await desk.ledger.load()
    yield desk
    link.close()


async def reported(
    desk: PastDesk,
    first: date | None = FIRST,
    last: date | None = LAST,
    by: By = "mentor",
    mentor: str | None = None,
) -> ReplyReport:
    report = await desk.reports.report(first, last, by, mentor)
    assert isinstance(report, ReplyReport)
    return report


def made_chat(number: int, chance: random.Random) -> Booking:
    """A session of half an hour in one of the conversations: of either service, over early or cancelled."""
    start = START + chance.randrange(28 * 48) * 30 * MINUTE
    return Booking(
        id=f"b{number}",
        conversation=f"c{number % 7}",
        member="mia",
        mentor="tom",
        service=chance.choice(("live_chat", "live_chat", "video_call")),
        kind="plan",
        starts_at=start,
        minutes=30,
        period=0,
        booked_at=START,
        set_by="mentor",
        set_at=START,
        cancelled=Cancellation(START, "mentor", False, True) if chance.random() < 0.2 else None,
        finished_at=chance.choice((0, 0, start + 20 * MINUTE)),
    )


def made_wait(number: int, chance: random.Random, chats: Sequence[Booking] = ()) -> ClosedWait:
    """Any wait that began within a day of the range or in it, or about a chat."""
    since, conversation = START + chance.randrange(-DAY, 29 * DAY), f"c{number % 7}"
    if chats and chance.random() < 0.5:
        near = chance.choice(chats)
        since, conversation = near.starts_at + chance.choice((-1, 0, 15, 20, 29, 30)) * MINUTE, near.conversation
    # Few lengths, so that many are equal.
    waited = chance.choice((0, 1, HOUR, chance.randrange(4 * DAY)))
    answered, promised = chance.random() < 0.8, chance.random() < 0.9
    late = promised and waited > 2 * DAY
    mentor = chance.choice(("tom", "ann", "zoe"))
    others = sorted({"tom", "ann", "zoe", "kim"} - {mentor})
    return ClosedWait(
        partition=number % 256,
        event=f"{number}-0",
        conversation_id=conversation,
        member_id="mia",
        mentor_id=mentor,
        plan=chance.choice(("light", "basic", "video")),
        week=OSLO.week_of(since),
        waiting_since=since,
        due_at=since + 2 * DAY if promised else None,
        answered_at=since + waited if answered else None,
        dropped_at=None if answered else since + waited,
        waited_ms=waited,
        counted_ms=waited // 2 if promised else None,
        in_time=(not late) if promised and (answered or late) else None,
        answered_by=chance.choice(others) if chance.random() < 0.2 else None,
        ended_as=None if answered else chance.choice((None, "acknowledged", "withdrawn")),
    )


def key_of(wait: ClosedWait, by: By | None) -> str:
    match by:
        case "mentor":
            return wait.mentor_id
        case "plan":
            return wait.plan
        case "week":
            return monday_of(wait.week).isoformat()
        case None:
            return ""


def rank(lengths: list[int], percent: int) -> int | None:
    """The nearest rank, the plain way."""
    return sorted(lengths)[ceil(len(lengths) * percent / 100) - 1] if lengths else None


def began_in_a_chat(wait: ClosedWait, chats: Sequence[Booking]) -> bool:
    return any(
        chat.conversation == wait.conversation_id
        and chat.service == "live_chat"
        and chat.cancelled is None
        and chat.starts_at <= wait.waiting_since < (chat.finished_at or chat.ends_at)
        for chat in chats
    )


def expected(name: str, waits: list[ClosedWait], stood_in: int, chats: Sequence[Booking]) -> ReplyGroup:
    answered = [wait for wait in waits if wait.answered_at is not None]
    acknowledged, withdrawn = (
        [wait for wait in waits if wait.ended_as == ended_as] for ended_as in ("acknowledged", "withdrawn")
    )
    waited = [wait.waited_ms for wait in answered]
    counted = [wait.counted_ms for wait in answered if wait.counted_ms is not None]
    in_chats = [wait.waited_ms for wait in answered if began_in_a_chat(wait, chats)]
    return ReplyGroup(
        name=name,
        answered=len(answered),
        in_time=sum(wait.in_time is True for wait in waits),
        missed=sum(wait.in_time is False for wait in waits),
        dropped=len(waits) - len(answered) - len(acknowledged) - len(withdrawn),
        acknowledged=len(acknowledged),
        withdrawn=len(withdrawn),
        counted_median_ms=rank(counted, 50),
        counted_p95_ms=rank(counted, 95),
        waited_median_ms=rank(waited, 50),
        waited_p95_ms=rank(waited, 95),
        longest_ms=max(waited, default=None),
        chat_answered=len(in_chats),
        chat_median_ms=rank(in_chats, 50),
        chat_p95_ms=rank(in_chats, 95),
        mentor_weeks=0,
        mentor_days=0,
        weeks_behind=0,
        by_substitutes=sum(wait.answered_by is not None for wait in answered),
        stood_in=stood_in,
        late=sum(wait.in_time is False for wait in answered),
    )


@pytest.mark.parametrize("many", [0, 1, 2, 19, 20, 21, 400])
async def test_the_figures_are_those_of_the_waits(desk: PastDesk, many: int) -> None:
    """Grouped each way, of all mentors and of one; waits that began outside the range are left out."""
    chance = random.Random(many)
    chats = [made_chat(number, chance) for number in range(many // 10)]
    waits = [made_wait(number, chance, chats) for number in range(many)]
    async with desk.database.begin() as connection:
        await reply_waits.store(connection, waits)
        if chats:
            await bookings.create(connection, [BookingRow(chat, chat.starts_at) for chat in chats])
    within = [wait for wait in waits if START <= wait.waiting_since < START + 28 * DAY]
    for by in BYS:
        for mentor in (None, "ann"):
            seen = [wait for wait in within if mentor in (None, wait.mentor_id)]
            report = await reported(desk, by=by, mentor=mentor)
            theirs = [wait for wait in within if wait.answered_at is not None and wait.answered_by]
            answered = [wait for wait in theirs if mentor in (None, wait.answered_by)]
            stood_in = Counter(f"{wait.answered_by}" if by == "mentor" else key_of(wait, by) for wait in answered)
            grouped: dict[str, list[ClosedWait]] = {name: [] for name in stood_in}
            for wait in seen:
                grouped.setdefault(key_of(wait, by), []).append(wait)
            groups = [expected(name, some, stood_in[name], chats) for name, some in sorted(grouped.items())]
            assert report.groups == groups
            assert report.total == expected("", seen, len(answered), chats)


async def test_an_open_wait_counts_once_it_is_missed(desk: PastDesk) -> None:
    """Until it is answered; then it counts as answered late, and once."""
    await desk.open("c1")
    written = await desk.write("c1", "member", START + 9 * HOUR)
    await desk.record()
    assert (await reported(desk)).groups == []
    due_at = written.usage.due_at
    await desk.waits.note_miss("c1", due_at, due_at + 1)
    await desk.record()
    [group] = (await reported(desk)).groups
    assert (group.name, group.answered, group.missed, group.longest_ms) == ("tom", 0, 1, None)
    await desk.write("c1", "mentor", due_at + HOUR)
    await desk.record()
    [group] = (await reported(desk)).groups
    assert (group.answered, group.in_time, group.missed, group.longest_ms) == (1, 0, 1, 25 * HOUR)


async def test_the_day_so_far_counts_what_was_missed_and_what_was_answered(desk: PastDesk) -> None:
    """Whenever the waits began; of the mentor who asks, their own."""
    await desk.open("c1")
    due_at = (await desk.write("c1", "member", START + 9 * HOUR)).usage.due_at
    await desk.waits.note_miss("c1", due_at, due_at + 1)
    await desk.record()
    desk.now = due_at + HOUR
    today = await desk.reports.today(None)
    assert (today.day, today.missed, today.missed_answered, today.answered) == (date(2026, 1, 6), 1, 0, 0)
    assert today.counted_median_ms is None
    await desk.write("c1", "mentor", due_at + HOUR)
    await desk.record()
    desk.now = due_at + 2 * HOUR
    today = await desk.reports.today("tom")
    assert (today.missed, today.missed_answered, today.answered, today.counted_median_ms) == (1, 1, 1, 25 * HOUR)
    assert (await desk.reports.today("ann")).missed == 0
    desk.now = due_at + DAY
    today = await desk.reports.today(None)
    assert (today.missed, today.answered) == (0, 0)


async def test_a_wait_dropped_late_counts_once(desk: PastDesk) -> None:
    notice = ReplyNotice(1, "1-0", "missed", "c1", "mia", "tom", "basic", OSLO.week_of(START), START, START + DAY, 1)
    wait = made_wait(0, random.Random(1))
    dropped = {"answered_at": None, "dropped_at": START + 3 * DAY, "in_time": False, "waiting_since": START}
    named = {"conversation_id": "c1", "mentor_id": "tom", "due_at": START + DAY, "waited_ms": 3 * DAY}
    fields = {name: getattr(wait, name) for name in ClosedWait.__struct_fields__}
    async with desk.database.begin() as connection:
        await reply_waits.store(connection, [notice, ClosedWait(**(fields | dropped | named))])
    [group] = (await reported(desk)).groups
    assert (group.answered, group.missed, group.dropped) == (0, 1, 1)


# The mentor's days


async def light(desk: PastDesk, *written: str) -> None:
    """A conversation on Light since before the range, in which the mentor wrote at these times."""
    desk.now = START - DAY
    await desk.open("c1", plan="light")
    for at in written:
        await desk.write("c1", "mentor", oslo(at))
    await desk.record()


async def test_weeks_behind_are_counted_and_named(desk: PastDesk) -> None:
    """Two days a week are asked for; two messages on one day are one day. The present week is named, not counted."""
    await light(
        desk, "2026-01-05T09:00", "2026-01-11T23:30", "2026-01-14T09:00", "2026-01-14T21:00", "2026-01-19T09:00"
    )
    desk.now = oslo("2026-01-21T12:00")
    report = await reported(desk)
    [group] = report.groups
    assert (group.name, group.mentor_weeks, group.mentor_days, group.weeks_behind) == ("tom", 2, 3, 1)
    assert [(each.week, each.days, each.over) for each in report.behind] == [
        (date(2026, 1, 19), 1, False),
        (date(2026, 1, 12), 1, True),
    ]
    assert {(each.mentor, each.conversation, each.plan, each.days_asked) for each in report.behind} == {
        ("tom", "c1", "light", 2)
    }
    assert [(each.name, each.weeks_behind) for each in (await reported(desk, by="week")).groups] == [
        ("2026-01-05", 0),
        ("2026-01-12", 1),
    ]
    assert [each.name for each in (await reported(desk, by="plan")).groups] == ["light"]


async def test_a_week_that_began_in_the_range_goes_on_after_it(desk: PastDesk) -> None:
    await light(desk, "2026-01-05T09:00", "2026-01-10T09:00")
    desk.now = oslo("2026-01-20T12:00")
    [group] = (await reported(desk, last=date(2026, 1, 7))).groups
    assert (group.mentor_weeks, group.mentor_days, group.weeks_behind) == (1, 2, 0)
    assert (await reported(desk, first=date(2026, 1, 6), last=date(2026, 1, 11))).groups == []


@pytest.mark.parametrize(
    ("change", "weeks"),
    [
        (ConversationChange(plan="basic"), 1),
        (ConversationChange(status="paused"), 1),
        (ConversationChange(status="suspended"), 1),
        (ConversationChange(status="ended"), 1),
        (ConversationChange(), 3),
    ],
)
async def test_only_whole_weeks_on_the_plan_count(desk: PastDesk, change: ConversationChange, weeks: int) -> None:
    """From Thursday of the second week on, the plan is another one, or nobody needs to write."""
    await light(desk)
    desk.now = oslo("2026-01-15T12:00")
    await desk.change("c1", change)
    desk.now = oslo("2026-01-26T12:00")
    report = await reported(desk, last=date(2026, 1, 25))
    assert report.total.mentor_weeks == report.total.weeks_behind == weeks


async def test_a_week_in_which_the_plan_began_does_not_count(desk: PastDesk) -> None:
    desk.now = START + HOUR
    await desk.open("c1", plan="light")
    desk.now = START + 15 * DAY
    assert (await reported(desk)).total.mentor_weeks == 1


async def test_a_mentor_sees_their_own_weeks(desk: PastDesk) -> None:
    await light(desk)
    await desk.open("c2", plan="light", mentor="ann")
    desk.now = START + 8 * DAY
    assert [each.name for each in (await reported(desk)).groups] == ["ann", "tom"]
    mine = await reported(desk, mentor="ann")
    assert [each.name for each in mine.groups] == ["ann"]
    assert {each.mentor for each in mine.behind} == {"ann"}


# The range


async def test_days_are_those_of_the_policys_zone(desk: PastDesk) -> None:
    """The first instant of the first day and the last one of the last day belong to it."""
    desk.now = START - DAY
    await desk.open("c1")
    first, last = date(2026, 1, 6), date(2026, 1, 8)
    starts_at, ends_at = OSLO.start_of(first), OSLO.start_of(date(2026, 1, 9))
    for at in (starts_at - 1, starts_at, ends_at - 1, ends_at):
        await desk.exchange("c1", at, at)
    await desk.record()
    assert (await reported(desk, first, last)).total.answered == 2


async def test_without_days_it_is_four_weeks_until_today(desk: PastDesk) -> None:
    desk.now = oslo("2026-01-29T12:00")
    report = await reported(desk, None, None)
    assert (report.first, report.last) == (date(2026, 1, 5), date(2026, 1, 29))
    assert (report.zone, report.groups, report.behind) == ("Europe/Oslo", [], [])


@pytest.mark.parametrize(
    ("first", "last", "field", "said"),
    [
        (date(2026, 1, 6), date(2026, 1, 5), "to", "is before"),
        (date(1, 1, 1), None, "from", "out of range; allowed: 1971-01-01"),
        (None, date(9999, 12, 31), "to", "out of range"),
        (None, date(1, 1, 1), "to", "out of range"),
        (FIRST, FIRST + timedelta(days=MOST_DAYS), "from", f"more than {MOST_DAYS} days"),
    ],
)
async def test_a_range_that_cannot_be(
    desk: PastDesk, first: date | None, last: date | None, field: str, said: str
) -> None:
    report = await desk.reports.report(first, last, "mentor", None)
    assert isinstance(report, Invalid)
    assert report.errors[0].field == field
    assert said in report.errors[0].message


async def test_the_longest_range(desk: PastDesk) -> None:
    assert (await reported(desk, FIRST, FIRST + timedelta(days=MOST_DAYS - 1))).groups == []
