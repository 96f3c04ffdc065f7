"""What-if reads the records: the archive, refusals, plans, chats and ends, as they were; on each kind of database."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import insert, update

from chatserver.conversations.requests import ConversationChange, ConversationDetails, PersonDetails, Written
from chatserver.protocol.entry import More
from chatserver.records.database import Database
from chatserver.records.tables import BOOKINGS, LEDGER_SNAPSHOTS, MESSAGES
from chatserver.replies.rows import waits
from chatserver.replies.rows.waits import ClosedWait, EndedAs, RefusedMessage
from chatserver.what_if import MEMBERS, NothingRecordedError, RangeError, what_if
from quotas import instant
from quotas.admission import Reason
from quotas.instant import DAY, HOUR, MINUTE
from quotas.plans import Messages, Plan, ReplyPromise, Windows
from quotas.policy_file import builtin_policy
from quotas.terms import Rulebook
from quotas.what_if import PolicyFigures, WhatIfReport
from tests.chatserver.messages.past import oslo
from tests.chatserver.messages.shelf import RULEBOOK, TUESDAY, Shelf, shelf_at

MONDAY = oslo("2026-01-05T09:00")
THREE = Plan(Windows(per_week=3), ReplyPromise(target_hours=48))


def with_plans(**plans: Plan) -> Rulebook:
    """The built-in policy with other plans."""
    policy = builtin_policy()
    return Rulebook(replace(policy, plans=policy.plans | plans))


@pytest.fixture
async def shelf(valkey_url: str, database: Database) -> AsyncIterator[Shelf]:
    """With the conversation c1 of Mia and Tom."""
    async with shelf_at(valkey_url, database) as shelf:
        await shelf.open(plan="light")
        yield shelf


async def record(shelf: Shelf, *rows: tuple[int, str], id: str = "c1", upto: int = MONDAY + 20 * DAY) -> None:
    """Rows of the archive: `member`, `mentor` or an event of the `system`; the archive looked last at `upto`."""
    messages: list[dict[str, Any]] = [
        {"conversation_id": id, "seq": seq, "at": at, "sender": role, "role": role, "message_id": b"%d" % seq}
        | {"kind": "event" if role == "system" else "text", "event": "{}" if role == "system" else None}
        for seq, (at, role) in enumerate(rows, start=1)
    ]
    async with shelf.database.begin() as connection:
        await connection.execute(insert(MESSAGES), messages)
        snapshot = {"conversation_id": id, "seq": len(rows), "taken_at": upto, "state": "{}"}
        await connection.execute(insert(LEDGER_SNAPSHOTS), snapshot)


async def refuse(shelf: Shelf, at: int, reason: Reason, id: str = "c1") -> None:
    """A refusal on record."""
    async with shelf.database.begin() as connection:
        await waits.store(connection, [RefusedMessage(id, at, reason)])


async def asked(shelf: Shelf, new: Rulebook, first: date | None = None, last: date | None = None) -> WhatIfReport:
    """Beside the built-in policy."""
    progress: list[tuple[int, int]] = []
    report = await what_if(shelf.database, RULEBOOK, new, first, last, lambda *now: progress.append(now))
    assert progress[0][0] == 0
    assert progress[-1][0] == progress[-1][1]
    return report


async def test_a_past_by_two_policies(shelf: Shelf) -> None:
    """Light's third window of a week, refused then, is opened by a plan with three, and owed an answer."""
    wrote = [(MONDAY, "member"), (MONDAY, "system"), (MONDAY + HOUR, "mentor"), (MONDAY + 2 * DAY, "member")]
    await record(shelf, *wrote)
    await refuse(shelf, MONDAY + 3 * DAY + HOUR, "quota_used")
    await refuse(shelf, MONDAY + 4 * DAY, "paused")
    report = await asked(shelf, with_plans(light=THREE))
    [line] = report.lines
    assert (line.plan, line.week, line.tried) == ("light", date(2026, 1, 5), 4)
    assert line.today == PolicyFigures(refused=2, windows=2, met=1, missed=1, open=0)
    assert line.new == PolicyFigures(refused=1, windows=3, met=1, missed=1, open=0)
    assert (line.newly_admitted, line.newly_refused, report.unlike_record) == (1, 0, 0)
    assert (report.first, report.last, report.zone) == (date(2025, 11, 3), date(2026, 1, 25), "Europe/Oslo")
    assert (report.recorded_until, report.refusals_since) == ("2026-01-25T08:00:00.000Z", "2026-01-08T09:00:00.000Z")


async def test_changes_and_urgent_notes_are_no_messages_and_a_deleted_one_was_written(shelf: Shelf) -> None:
    """Of a message, its edit, its deletion, a reaction and a note, one was tried."""
    await record(shelf, *((MONDAY + minute * MINUTE, "member") for minute in range(5)))
    changes: dict[int, dict[str, Any]] = {1: {"deleted": True}, 5: {"more": '{"attachments":["a"],"urgent":true}'}}
    for seq, kind in ((2, "edit"), (3, "deletion"), (4, "reaction")):
        changes[seq] = {"kind": kind, "about": 1}
    async with shelf.database.begin() as connection:
        for seq, change in changes.items():
            await connection.execute(update(MESSAGES).where(MESSAGES.c.seq == seq).values(change))
    assert (await asked(shelf, RULEBOOK)).total.tried == 1


async def test_what_went_out_later_answers_only_older_waits(shelf: Shelf) -> None:
    """The mentor wrote it before the member asked: it met nothing. A later one of before another wait did."""
    early, late = MONDAY - HOUR, MONDAY + 2 * DAY
    wrote = [(MONDAY, "member"), (MONDAY + HOUR, "mentor"), (late, "member"), (late + HOUR, "mentor")]
    await record(shelf, *wrote)
    for seq, written_at in ((2, early), (4, late + MINUTE)):
        more = msgspec.json.encode(More(attachments=["a"], written_at=instant.text(written_at))).decode()
        async with shelf.database.begin() as connection:
            await connection.execute(update(MESSAGES).where(MESSAGES.c.seq == seq).values(more=more))
    total = (await asked(shelf, RULEBOOK)).total
    assert (total.tried, total.today.met, total.today.missed) == (2, 0, 1)


async def test_a_refusal_comes_after_what_was_written_in_the_same_millisecond(shelf: Shelf) -> None:
    """It was refused for that."""
    await shelf.open("c2", "video")
    await record(shelf, *[(MONDAY, "member")] * 10, id="c2")
    await refuse(shelf, MONDAY, "messages_used", "c2")
    report = await asked(shelf, RULEBOOK)
    assert (report.total.tried, report.total.new.refused, report.unlike_record) == (11, 1, 0)


async def test_days_of_the_range(shelf: Shelf) -> None:
    """Both included, in the zone of today's policy."""
    await record(shelf, (MONDAY, "member"), (MONDAY + 15 * HOUR - 1, "member"), (MONDAY + 15 * HOUR, "member"))
    for first, last, tried in ((5, 5, 2), (6, 6, 1), (5, 6, 3), (7, 9, 0)):
        report = await asked(shelf, RULEBOOK, date(2026, 1, first), date(2026, 1, last))
        assert report.total.tried == tried
    with pytest.raises(RangeError, match="2026-01-05, is before the first, 2026-01-06"):
        await asked(shelf, RULEBOOK, date(2026, 1, 6), date(2026, 1, 5))


async def test_plans_chats_and_ends_are_as_they_were(shelf: Shelf, valkey_url: str) -> None:
    """A live chat lets in what no window would; a plan holds from its day on; an end drops the wait that is open."""
    saturday, wednesday = TUESDAY - 3 * DAY, TUESDAY + DAY
    chatted = [(saturday, "member"), (saturday + MINUTE, "member"), (saturday + HOUR, "mentor")]
    await record(shelf, *chatted, (wednesday, "member"))
    await refuse(shelf, saturday + 40 * MINUTE, "closed")
    booking: dict[str, Any] = {
        "id": "b1",
        "conversation_id": "c1",
        "member_id": "mia",
        "mentor_id": "tom",
        "service": "live_chat",
    }
    booking |= {"kind": "plan", "first_starts_at": saturday, "starts_at": saturday, "minutes": 30, "period": 1}
    booking |= {"booked_at": saturday, "set_by": "mentor", "set_at": saturday, "sequence": 1}
    async with shelf.database.begin() as connection:
        await connection.execute(insert(BOOKINGS), booking)
    assert isinstance(await shelf.provisioning.change_conversation("c1", ConversationChange(plan="live")), Written)
    async with shelf_at(valkey_url, shelf.database, later=2 * DAY - HOUR) as thursday:
        await thursday.provisioning.change_conversation("c1", ConversationChange(status="ended"))
    light, live = (await asked(shelf, with_plans(light=Plan(Messages(per_week=1), ReplyPromise()), live=THREE))).lines
    assert (light.plan, light.tried) == ("light", 3)
    assert light.today == light.new == PolicyFigures(refused=1, windows=0, met=1, missed=0, open=0)
    assert (live.plan, live.tried) == ("live", 1)
    assert live.today == PolicyFigures(refused=0, windows=0, met=0, missed=0, open=0)
    assert live.new == PolicyFigures(refused=0, windows=1, met=0, missed=0, open=0)


@pytest.mark.parametrize("ended_as", ["acknowledged", "withdrawn", None])
async def test_a_wait_that_ended_otherwise_ends_so_by_both_policies(shelf: Shelf, ended_as: EndedAs | None) -> None:
    """No answer came, and none is missed."""
    await record(shelf, (MONDAY, "member"))
    place = (1, "1-0", "c1", "mia", "tom", "light", 1, MONDAY)
    wait = ClosedWait(*place, MONDAY + DAY, None, MONDAY + 2 * HOUR, 2 * HOUR, 2 * HOUR, None, ended_as=ended_as)
    async with shelf.database.begin() as connection:
        await waits.store(connection, [wait])
    total = (await asked(shelf, with_plans(light=THREE))).total
    assert total.today == total.new == PolicyFigures(refused=0, windows=1, met=0, missed=0, open=0)


async def test_members_come_by_pages_each_with_all_their_conversations(shelf: Shelf) -> None:
    """Two trials of one member have one number of windows, whatever else is on the page."""
    for number in range(MEMBERS + 1):
        member = f"m{number:03}"
        assert isinstance(await shelf.provisioning.put_person(member, PersonDetails("member", "M")), Written)
        details = ConversationDetails(member, "tom", "light")
        assert isinstance(await shelf.provisioning.put_conversation(f"of-{member}", details), Written)
        await record(shelf, (MONDAY, "member"), id=f"of-{member}")
    assert isinstance(await shelf.provisioning.put_person("ann", PersonDetails("mentor", "Ann")), Written)
    for mentor, at in (("tom", MONDAY), ("ann", MONDAY + 2 * DAY)):
        trial = ConversationDetails("mia", mentor, "trial", trial=True)
        assert isinstance(await shelf.provisioning.put_conversation(f"trial-{mentor}", trial), Written)
        await record(shelf, (at, "member"), id=f"trial-{mentor}")
    await refuse(shelf, MONDAY + 4 * DAY, "quota_used", "trial-tom")
    light, trials = (await asked(shelf, with_plans(trial=Plan(Windows(per_week=2))))).lines
    assert (light.tried, light.new.windows) == (MEMBERS + 1, MEMBERS + 1)
    assert (trials.tried, trials.new.windows, trials.new.refused) == (3, 2, 1)


async def test_nothing_on_record(shelf: Shelf) -> None:
    """Nobody has written."""
    with pytest.raises(NothingRecordedError):
        await asked(shelf, RULEBOOK)
