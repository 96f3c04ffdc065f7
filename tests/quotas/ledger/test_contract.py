"""What every ledger does, told once and run on each: the reference and the one in each store."""

import asyncio

import pytest
from msgspec.structs import replace

from quotas.admission import Answered, Usage
from quotas.instant import DAY, HOUR, MINUTE
from quotas.ledger.base import (
    IDEMPOTENCY_PERIOD,
    Again,
    Entry,
    Ledger,
    Posted,
    PostRefused,
    Reused,
    Stale,
    Uncounted,
    Unknown,
)
from quotas.standing import TextCounts
from quotas.terms import Rulebook
from tests.quotas.ledger.desk import LANE, Desk
from tests.quotas.moments import oslo

MONDAY, TUESDAY = oslo("2026-01-05T08:00:00"), oslo("2026-01-06T08:00:00")
SATURDAY, NEXT_MONDAY = oslo("2026-01-10T12:00:00"), oslo("2026-01-12T00:00:00")


@pytest.fixture
async def desk(ledger: Ledger, rulebook: Rulebook) -> Desk:
    """A Light conversation in Oslo, opened on a Monday morning."""
    return await Desk(ledger, rulebook).opened(MONDAY, "light")


async def test_a_new_conversation_stands_at_the_beginning(desk: Desk) -> None:
    standing = await desk.standing(MONDAY)
    assert standing.settings == desk.settings
    assert (standing.now, standing.last_seq, standing.member_read, standing.mentor_read) == (MONDAY, 0, 0, 0)
    assert standing.usage.week == standing.usage.due_at == 0


async def test_messages_are_numbered_without_holes_and_refusals_take_no_number(desk: Desk) -> None:
    results = [
        await desk.member(MONDAY, "a"),
        await desk.mentor(MONDAY, "b"),
        await desk.member(MONDAY + 2 * DAY, "c"),
        await desk.member(MONDAY + 3 * DAY, "refused"),
        await desk.mentor(MONDAY + 3 * DAY, "d"),
    ]
    assert [result.seq for result in results if isinstance(result, Posted)] == [1, 2, 3, 4]
    assert isinstance(results[3], PostRefused)
    assert [entry.entry for entry in await desk.ledger.messages("c", 0, 99, 99)] == [b"a", b"b", b"c", b"d"]
    assert (await desk.standing(MONDAY)).last_seq == 4


async def test_a_message_is_admitted_or_refused_by_the_rules(desk: Desk) -> None:
    first = await desk.member(MONDAY, "1")
    assert isinstance(first, Posted)
    assert (first.usage.windows_used, first.usage.window_ends_at) == (1, MONDAY + DAY)
    assert (first.usage.waiting_since, first.usage.due_at) == (MONDAY, MONDAY + DAY)
    await desk.member(MONDAY + DAY, "2")
    refused = await desk.member(MONDAY + 2 * DAY, "3")
    assert isinstance(refused, PostRefused)
    assert (refused.reason, refused.opens_at, refused.at) == ("quota_used", NEXT_MONDAY, MONDAY + 2 * DAY)
    assert refused.usage.windows_used == 2
    assert isinstance(await desk.member(NEXT_MONDAY, "4"), Posted)


async def test_a_wait_is_ended_by_the_mentor_in_time_or_late(desk: Desk) -> None:
    await desk.member(MONDAY, "question")
    in_time = await desk.mentor(MONDAY + DAY, "answer")
    assert isinstance(in_time, Posted)
    assert in_time.answered == Answered(DAY, late=False)
    assert (in_time.usage.waiting_since, in_time.usage.due_at) == (0, 0)
    await desk.member(MONDAY + DAY, "question")
    late = await desk.mentor(MONDAY + 2 * DAY + 1, "answer")
    assert isinstance(late, Posted)
    assert late.answered == Answered(DAY + 1, late=True)
    more = await desk.mentor(MONDAY + 2 * DAY + 2, "more")
    assert isinstance(more, Posted)
    assert more.answered is None


async def test_the_same_id_gets_the_first_answer_and_is_written_once(desk: Desk) -> None:
    first = await desk.member(MONDAY, "hello", id="x")
    again = await desk.member(MONDAY + HOUR, "hello", id="x")
    assert isinstance(first, Posted)
    assert isinstance(again, Posted)
    assert (first.first, again.first) == (True, False)
    assert (again.seq, again.at) == (1, MONDAY)
    assert again.usage == first.usage
    assert (await desk.standing(MONDAY)).last_seq == 1


async def test_the_first_answer_comes_with_the_usage_of_now_and_ends_no_wait_again(desk: Desk) -> None:
    await desk.member(MONDAY, "question")
    first = await desk.mentor(MONDAY + HOUR, "answer", id="x")
    assert isinstance(first, Posted)
    assert first.answered == Answered(HOUR, late=False)
    await desk.member(MONDAY + 2 * HOUR, "another")
    again = await desk.mentor(MONDAY + 3 * HOUR, "answer", id="x")
    assert isinstance(again, Posted)
    assert (again.answered, again.usage.waiting_since) == (None, MONDAY + 2 * HOUR)


async def test_a_refusal_is_the_first_answer_too(desk: Desk) -> None:
    refused = await desk.member(SATURDAY, "hello", id="x")
    assert isinstance(refused, PostRefused)
    assert refused.first
    again = await desk.member(NEXT_MONDAY, "hello", id="x")
    assert isinstance(again, PostRefused)
    assert (again.first, again.reason, again.opens_at, again.at) == (False, "closed", NEXT_MONDAY, NEXT_MONDAY)


async def test_another_key_leaves_ids_and_answers_and_forgets_the_texts(desk: Desk) -> None:
    """In both generations: what makes digests has changed, so a second try gets the first answer, whatever its text."""
    first = await desk.member(MONDAY, "hello", id="x")
    late = MONDAY + IDEMPOTENCY_PERIOD
    await desk.mentor(late, "answer", id="y")
    await desk.configure(late + 1, key=2)
    assert (await desk.standing(late + 1)).settings.key == 2
    again = await desk.member(late + 2, "digest of another key", id="x")
    assert isinstance(first, Posted)
    assert isinstance(again, Posted)
    assert (again.first, again.seq, again.at) == (False, first.seq, first.at)
    other_side = await desk.mentor(late + 2, "digest of another key", id="y")
    assert isinstance(other_side, Posted)
    assert (other_side.first, other_side.seq) == (False, 2)
    new = await desk.mentor(late + 3, "new", id="n")
    assert isinstance(new, Posted)
    assert await desk.mentor(late + 4, "other", id="n") == Reused()
    await desk.configure(late + 5, plan="basic")
    assert await desk.mentor(late + 6, "other", id="n") == Reused()


async def test_a_post_sealed_with_an_old_key_is_stale(desk: Desk) -> None:
    """The change of key is a change of settings: nothing more is checked on the way of a message."""
    standing = await desk.standing(MONDAY)
    await desk.configure(MONDAY, key=2)
    answer = await desk.post("member", "sealed", standing.settings, desk.terms(standing), MONDAY)
    assert isinstance(answer, Stale)
    assert answer.standing.settings.key == 2


async def test_an_id_with_another_text_is_refused(desk: Desk) -> None:
    await desk.member(MONDAY, "hello", id="x")
    assert await desk.member(MONDAY, "goodbye", id="x") == Reused()
    await desk.member(SATURDAY, "refused", id="y")
    assert await desk.member(SATURDAY, "other", id="y") == Reused()
    assert (await desk.standing(MONDAY)).last_seq == 1


async def test_each_writer_has_ids_of_their_own_and_without_id_nothing_is_remembered(desk: Desk) -> None:
    results = [
        await desk.member(MONDAY, "hello", id="x"),
        await desk.mentor(MONDAY, "hi", id="x"),
        await desk.member(MONDAY, "hello"),
        await desk.member(MONDAY, "hello"),
    ]
    assert [result.seq for result in results if isinstance(result, Posted)] == [1, 2, 3, 4]


@pytest.mark.parametrize("begun", [0, 1, IDEMPOTENCY_PERIOD - 1])
async def test_an_id_is_remembered_for_48_hours_wherever_its_generation_began(
    ledger: Ledger, rulebook: Rulebook, begun: int
) -> None:
    """`begun`: how far the generation has run when the id is first used."""
    at = (MONDAY // IDEMPOTENCY_PERIOD) * IDEMPOTENCY_PERIOD + begun
    desk = await Desk(ledger, rulebook).opened(at, "light")
    await desk.mentor(at, "hello", id="x")
    await desk.mentor(at + DAY, "between", id="y")
    again = await desk.mentor(at + IDEMPOTENCY_PERIOD, "hello", id="x")
    assert isinstance(again, Posted)
    assert (again.first, again.seq) == (False, 1)
    much_later = await desk.mentor(at + 2 * IDEMPOTENCY_PERIOD, "other", id="x")
    assert isinstance(much_later, Posted)
    assert (much_later.first, much_later.seq) == (True, 3)


async def test_ids_are_forgotten_after_a_long_silence_and_remembered_again(desk: Desk) -> None:
    """Generations two and more ago are dropped, whichever of the two places theirs was."""
    for number, at in enumerate((MONDAY, MONDAY + 4 * DAY, MONDAY + 10 * DAY, MONDAY + 14 * DAY), start=1):
        fresh = await desk.mentor(at, f"text {number}", id="x")
        assert isinstance(fresh, Posted)
        assert fresh.first
        again = await desk.mentor(at + 2 * DAY - 1, f"text {number}", id="x")
        assert isinstance(again, Posted)
        assert (again.first, again.seq) == (False, number)


async def test_a_clock_set_back_forgets_no_id(desk: Desk) -> None:
    border = (MONDAY // IDEMPOTENCY_PERIOD + 1) * IDEMPOTENCY_PERIOD
    await desk.mentor(border - 2, "before", id="x")
    await desk.mentor(border, "after", id="y")
    for text, id_ in (("before", "x"), ("after", "y")):
        again = await desk.mentor(border - 1, text, id=id_)
        assert isinstance(again, Posted)
        assert not again.first


async def test_terms_of_another_time_or_revision_or_live_chat_are_stale(desk: Desk) -> None:
    settings, terms = desk.settings, desk.terms(await desk.standing(MONDAY))
    assert isinstance(await desk.post("member", "1", settings, terms, terms.valid_from), Posted)
    assert isinstance(await desk.post("member", "2", settings, terms, terms.valid_until - 1), Posted)
    for at in (terms.valid_from - 1, terms.valid_until):
        assert await desk.post("member", "3", settings, terms, at) == Stale(await desk.standing(at))

    await desk.ledger.start_live("c", HOUR, at=MONDAY)
    assert await desk.post("mentor", "4", settings, terms, MONDAY) == Stale(await desk.standing(MONDAY))
    with_live = desk.terms(await desk.standing(MONDAY))
    assert isinstance(await desk.post("mentor", "4", settings, with_live, MONDAY), Posted)

    await desk.configure(MONDAY, plan="basic")
    stale = await desk.post("mentor", "5", settings, with_live, MONDAY)
    assert isinstance(stale, Stale)
    assert stale.standing.settings == desk.settings
    assert isinstance(await desk.mentor(MONDAY, "5"), Posted)


async def test_a_stale_post_writes_nothing_and_remembers_nothing(desk: Desk) -> None:
    terms = desk.terms(await desk.standing(MONDAY))
    await desk.post("member", "hello", desk.settings, terms, SATURDAY, id="x")
    assert (await desk.standing(MONDAY)).last_seq == 0
    first = await desk.member(MONDAY, "another text", id="x")
    assert isinstance(first, Posted)
    assert first.first


async def test_a_post_is_carried_out_after_the_one_it_follows_or_not_at_all(desk: Desk) -> None:
    """What comes back changes nothing and is not remembered; sent again in their order, all find their place."""
    settings, terms = desk.settings, desk.terms(await desk.standing(MONDAY))
    stale = await desk.post("mentor", "a", settings, terms, SATURDAY, id="a", turn=(LANE, 1, 0))
    assert isinstance(stale, Stale)
    for number, text in ((2, "b"), (3, "c")):
        turn = LANE, number, number - 1
        assert await desk.post("mentor", text, settings, terms, MONDAY, id=text, turn=turn) == Again()
    assert (await desk.standing(MONDAY)).last_seq == 0
    for number, text, after in ((4, "a", 0), (5, "b", 4), (6, "c", 5)):
        posted = await desk.post("mentor", text, settings, terms, MONDAY, id=text, turn=(LANE, number, after))
        assert isinstance(posted, Posted)
        assert (posted.seq, posted.first) == (number - 3, True)
    # It is the last one that counts, and only the lane's own.
    assert await desk.post("mentor", "d", settings, terms, MONDAY, turn=(LANE, 7, 5)) == Again()
    assert await desk.post("mentor", "d", settings, terms, MONDAY, turn=(LANE + 1, 7, 6)) == Again()
    assert isinstance(await desk.post("mentor", "e", settings, terms, MONDAY, turn=(LANE + 1, 7, 0)), Posted)
    assert isinstance(await desk.post("mentor", "d", settings, terms, MONDAY, turn=(LANE, 7, 6)), Posted)


async def test_a_post_may_follow_one_that_was_answered_in_any_way(desk: Desk) -> None:
    saturday = desk.terms(await desk.standing(SATURDAY))
    answers = [
        await desk.post("mentor", "a", desk.settings, saturday, SATURDAY, id="x", turn=(LANE, 1, 0)),
        await desk.post("mentor", "a", desk.settings, saturday, SATURDAY, id="x", turn=(LANE, 2, 1)),
        await desk.post("mentor", "b", desk.settings, saturday, SATURDAY, id="x", turn=(LANE, 3, 2)),
        await desk.post("member", "c", desk.settings, saturday, SATURDAY, id="y", turn=(LANE, 4, 3)),
        await desk.post("member", "c", desk.settings, saturday, SATURDAY, id="y", turn=(LANE, 5, 4)),
        await desk.post("mentor", "d", desk.settings, saturday, SATURDAY, turn=(LANE, 6, 5)),
    ]
    assert [type(answer) for answer in answers] == [Posted, Posted, Reused, PostRefused, PostRefused, Posted]
    unknown = Desk(desk.ledger, desk.rulebook, "unknown")
    assert await unknown.post("mentor", "e", desk.settings, saturday, SATURDAY, turn=(LANE, 7, 6)) == Unknown()


async def test_a_pause_refuses_the_member_only_and_an_end_refuses_both(desk: Desk) -> None:
    await desk.member(MONDAY, "question")
    await desk.configure(MONDAY, status="paused")
    refused = await desk.member(MONDAY, "hello")
    assert isinstance(refused, PostRefused)
    assert (refused.reason, refused.opens_at) == ("paused", 0)
    assert isinstance(await desk.mentor(MONDAY, "hello"), Posted)
    await desk.configure(MONDAY, status="open")
    await desk.member(MONDAY, "question")

    standing = await desk.configure(MONDAY, status="ended")
    assert (standing.usage.waiting_since, standing.usage.due_at) == (0, 0)
    for result in (await desk.member(MONDAY, "hello"), await desk.mentor(MONDAY, "hello")):
        assert isinstance(result, PostRefused)
        assert (result.reason, result.opens_at) == ("ended", 0)


async def test_a_suspension_refuses_both_and_drops_the_wait_until_it_is_lifted(desk: Desk) -> None:
    """The window goes on elapsing, a live chat opens nothing, and no wait comes back."""
    await desk.member(MONDAY, "question")
    standing = await desk.configure(MONDAY + HOUR, status="suspended")
    usage = standing.usage
    assert (usage.waiting_since, usage.due_at, usage.window_ends_at) == (0, 0, MONDAY + DAY)
    await desk.ledger.start_live("c", HOUR, at=MONDAY + HOUR)
    for result in (await desk.member(MONDAY + HOUR, "hello"), await desk.mentor(MONDAY + HOUR, "hello")):
        assert isinstance(result, PostRefused)
        assert (result.reason, result.opens_at, result.usage.waiting_since) == ("suspended", 0, 0)

    lifted = await desk.configure(MONDAY + 3 * HOUR, status="open")
    assert (lifted.usage.waiting_since, lifted.usage.due_at, lifted.usage.windows_used) == (0, 0, 1)
    admitted = await desk.member(MONDAY + 3 * HOUR, "hello")
    assert isinstance(admitted, Posted)
    assert (admitted.usage.windows_used, admitted.usage.waiting_since) == (1, MONDAY + 3 * HOUR)
    answer = await desk.mentor(MONDAY + 4 * HOUR, "hello")
    assert isinstance(answer, Posted)
    assert answer.answered is not None
    assert (answer.answered.waited, answer.answered.late) == (HOUR, False)


async def test_a_suspension_takes_the_place_of_a_pause_and_not_of_the_end(desk: Desk) -> None:
    for status in ("paused", "suspended", "paused", "suspended", "open", "suspended", "ended"):
        assert (await desk.configure(MONDAY, status=status)).settings.status == status
    assert (await desk.configure(MONDAY, status="suspended")).settings.status == "ended"


async def test_ended_is_final(desk: Desk) -> None:
    await desk.configure(MONDAY, status="ended")
    standing = await desk.configure(MONDAY, status="open", plan="basic")
    assert (standing.settings.status, standing.settings.plan) == ("ended", "basic")


async def test_settings_of_an_older_or_the_same_revision_change_nothing(desk: Desk) -> None:
    current = desk.settings
    for revision in (0, 1):
        standing = await desk.configure(MONDAY, revision=revision, plan="basic", status="ended")
        assert standing.settings == current
    assert (await desk.configure(MONDAY, revision=7, plan="basic")).settings.plan == "basic"


async def test_a_new_plan_keeps_what_was_spent_and_the_window_that_runs(desk: Desk) -> None:
    await desk.member(MONDAY, "1")
    standing = await desk.configure(MONDAY + HOUR, plan="basic")
    assert (standing.usage.windows_used, standing.usage.window_ends_at) == (1, MONDAY + DAY)


async def test_a_live_chat_opens_a_closed_day_and_a_second_one_gets_the_new_end(desk: Desk) -> None:
    assert isinstance(await desk.member(SATURDAY, "1"), PostRefused)
    live = await desk.ledger.start_live("c", 30 * MINUTE, at=SATURDAY)
    assert live == await desk.standing(SATURDAY)
    assert live.usage.live_until == SATURDAY + 30 * MINUTE
    admitted = await desk.member(SATURDAY + 1, "2")
    assert isinstance(admitted, Posted)
    assert (admitted.usage.windows_used, admitted.usage.due_at) == (0, NEXT_MONDAY + DAY)
    shorter = await desk.ledger.start_live("c", MINUTE, at=SATURDAY + MINUTE)
    assert shorter is not None
    assert shorter.usage.live_until == SATURDAY + 2 * MINUTE
    assert isinstance(await desk.member(SATURDAY + 2 * MINUTE, "3"), PostRefused)


async def test_what_does_not_exist_is_not_there(ledger: Ledger, rulebook: Rulebook) -> None:
    desk = Desk(ledger, rulebook)
    terms = rulebook.terms("light", "Europe/Oslo", "", 0, MONDAY)
    assert await ledger.standing("c", at=MONDAY) is None
    assert await ledger.start_live("c", HOUR, at=MONDAY) is None
    assert await desk.post("member", "hello", desk.settings, terms, MONDAY) == Unknown()
    assert await ledger.mark_read("c", "member", 0, "o") is None
    assert await ledger.messages("c", 0, 9, 9) == []
    assert await ledger.write_event("c", 1, b"booked", at=MONDAY) is None
    assert await ledger.standing("c", at=MONDAY) is None
    assert await ledger.conversations_of("nobody") == []
    assert await ledger.carry("c", Usage(1, 1), "old") is None
    assert await ledger.count_together("c", 1, 1) is None


async def test_what_was_used_elsewhere_counts_here_once(desk: Desk) -> None:
    """With what was used here in that week, and the window that is open there goes on here; the wait stays there."""
    await desk.member(MONDAY, "1")
    elsewhere = Usage(await week_of(desk), 1, 0, MONDAY + 3 * DAY, 0, MONDAY, MONDAY + DAY)
    assert await desk.ledger.carry("c", elsewhere, "old", at=MONDAY + 2 * DAY) is True
    assert await desk.ledger.carry("c", elsewhere, "old", at=MONDAY + 2 * DAY) is False
    usage = (await desk.standing(MONDAY + 2 * DAY)).usage
    assert (usage.windows_used, usage.window_ends_at, usage.waiting_since) == (2, MONDAY + 3 * DAY, MONDAY)
    assert isinstance(await desk.member(MONDAY + 3 * DAY - 1, "2"), Posted)
    refused = await desk.member(MONDAY + 3 * DAY, "3")
    assert isinstance(refused, PostRefused)
    assert refused.reason == "quota_used"
    assert isinstance(await desk.member(NEXT_MONDAY, "4"), Posted)


@pytest.mark.parametrize(("weeks", "windows_used"), [(-1, 1), (1, 2)])
async def test_of_two_weeks_the_later_one_counts(desk: Desk, weeks: int, windows_used: int) -> None:
    await desk.member(MONDAY, "1")
    week = await week_of(desk)
    assert await desk.ledger.carry("c", Usage(week + weeks, 2), "old", at=MONDAY + HOUR) is True
    usage = (await desk.standing(MONDAY + HOUR)).usage
    assert (usage.week, usage.windows_used) == (week + max(weeks, 0), windows_used)


async def test_windows_that_count_together_are_as_many_as_the_most_that_is_known(desk: Desk) -> None:
    """Whoever says it, however often and in whichever order: the window that is open here stays."""
    await desk.member(MONDAY, "1")
    week = await week_of(desk)
    for asked, windows, changed in ((week, 1, False), (week, 2, True), (week, 2, False), (week - 1, 9, False)):
        assert await desk.ledger.count_together("c", asked, windows, at=MONDAY + HOUR) is changed
    usage = (await desk.standing(MONDAY + HOUR)).usage
    assert (usage.week, usage.windows_used, usage.window_ends_at) == (week, 2, MONDAY + DAY)
    assert isinstance(await desk.member(MONDAY + 2 * HOUR, "2"), Posted)
    refused = await desk.member(MONDAY + DAY, "3")
    assert isinstance(refused, PostRefused)
    assert refused.reason == "quota_used"
    assert await desk.ledger.count_together("c", week + 1, 1, at=MONDAY + 2 * DAY) is True
    assert (await desk.standing(MONDAY + 2 * DAY)).usage.windows_used == 1


async def week_of(desk: Desk) -> int:
    return desk.terms(await desk.standing(MONDAY)).week


async def test_a_read_mark_moves_forward_only_and_not_beyond_the_last_message(desk: Desk) -> None:
    for number in range(3):
        await desk.mentor(MONDAY, str(number))
    marks = [await desk.ledger.mark_read("c", "member", seq, "o", seen=seq) for seq in (2, 1, 2, 4, 3)]
    assert marks == [True, False, False, None, True]
    assert await desk.ledger.mark_read("c", "mentor", 1, "o", seen=0) is True
    standing = await desk.standing(MONDAY)
    assert (standing.member_read, standing.mentor_read) == (3, 1)


async def test_an_event_takes_the_next_place_among_the_messages(desk: Desk) -> None:
    await desk.mentor(MONDAY, "a")
    assert await desk.ledger.write_event("c", 5, b"booked", at=MONDAY + 1) is True
    after = await desk.mentor(MONDAY + 2, "b")
    assert isinstance(after, Posted)
    assert after.seq == 3
    assert await desk.ledger.messages("c", 0, 9, 9) == [
        Entry(1, MONDAY, b"a"),
        Entry(2, MONDAY + 1, b"booked"),
        Entry(3, MONDAY + 2, b"b"),
    ]
    assert (await desk.standing(MONDAY)).last_seq == 3
    assert await desk.ledger.mark_read("c", "member", 2, "o", seen=1) is True


async def test_texts_are_counted_and_what_of_them_was_seen(desk: Desk) -> None:
    """Events count for both, one's own texts are never unread, and a mark that is not at the end is counted first."""
    await desk.member(MONDAY, "a")
    await desk.mentor(MONDAY, "b")
    await desk.ledger.write_event("c", 1, b"booked", at=MONDAY + 1)
    await desk.mentor(MONDAY + 2, "c")
    standing = await desk.standing(MONDAY)
    assert (standing.texts, standing.last_at) == (TextCounts(2, 3), MONDAY + 2)
    assert standing.unread("member") == 3
    assert standing.unread("mentor") == 2
    assert await desk.ledger.mark_read("c", "member", 3, "o") == Uncounted(4, 3, 0, 0)
    assert (await desk.standing(MONDAY)).member_read == 0
    late = await desk.ledger.mark_read("c", "member", 3, "o", seen=2, counted_at=3)
    assert late == Uncounted(4, 3, 0, 0)  # what was written since may be a deletion: it is counted anew
    assert await desk.ledger.mark_read("c", "member", 3, "o", seen=2, counted_at=4) is True
    assert (await desk.standing(MONDAY)).unread("member") == 1
    assert await desk.ledger.mark_read("c", "member", 4, "o") is True
    assert await desk.ledger.mark_read("c", "mentor", 4, "o") is True
    await desk.member(MONDAY + 3, "d")
    standing = await desk.standing(MONDAY)
    assert (standing.unread("member"), standing.unread("mentor")) == (0, 1)


async def test_an_event_is_written_once_and_none_after_a_later_one(desk: Desk) -> None:
    """Whatever is written between, and however high the numbers are: each conversation counts for itself."""
    high = 2**53 - 2
    await Desk(desk.ledger, desk.rulebook, "other").opened(MONDAY, "light")
    written = []
    for number in (3, 3, 2, 7, 3, 7, high, high - 1, high, high + 1):
        written.append(await desk.ledger.write_event("c", number, b"%d" % number, at=MONDAY))
        await desk.mentor(MONDAY, "between")
    assert written == [True, False, False, True, False, False, True, False, False, True]
    assert await desk.ledger.write_event("other", 1, b"booked", at=MONDAY) is True
    texts = [entry.entry for entry in await desk.ledger.messages("c", 0, 99, 99)]
    assert [text for text in texts if text != b"between"] == [b"3", b"7", b"%d" % high, b"%d" % (high + 1)]


async def test_an_event_spends_nothing_and_moves_no_wait_window_or_deadline(desk: Desk) -> None:
    """Nor what is remembered: the same id gets the first answer, a lane goes on, and terms hold."""
    await desk.member(MONDAY, "question", id="x")
    before = await desk.standing(MONDAY + HOUR)
    terms = desk.terms(before)
    assert await desk.ledger.write_event("c", 1, b"booked", at=MONDAY + HOUR) is True
    assert await desk.standing(MONDAY + HOUR) == replace(
        before, last_seq=2, last_at=MONDAY + HOUR, texts=TextCounts(2, 1)
    )
    again = await desk.member(MONDAY + HOUR, "question", id="x")
    assert isinstance(again, Posted)
    assert (again.first, again.seq) == (False, 1)
    for number, turn in ((2, (LANE, 1, 0)), (3, (LANE, 2, 1))):
        posted = await desk.post("mentor", "answer", before.settings, terms, MONDAY + HOUR, turn=turn)
        assert isinstance(posted, Posted)
        assert await desk.ledger.write_event("c", number, b"moved", at=MONDAY + HOUR) is True


@pytest.mark.parametrize("status", ["paused", "ended"])
async def test_events_are_written_where_nobody_may_write(desk: Desk, status: str) -> None:
    await desk.member(MONDAY, "question")
    before = await desk.configure(MONDAY, status=status)
    assert await desk.ledger.write_event("c", 1, b"cancelled", at=MONDAY) is True
    assert await desk.standing(MONDAY) == replace(before, last_seq=2, last_at=MONDAY, texts=TextCounts(2, 1))
    assert isinstance(await desk.member(MONDAY, "hello"), PostRefused)


async def test_messages_come_in_ranges(desk: Desk) -> None:
    for number in range(1, 13):
        await desk.mentor(MONDAY + number, str(number))
    ledger = desk.ledger

    async def seqs(after: int, before: int, limit: int) -> list[int]:
        return [entry.seq for entry in await ledger.messages("c", after, before, limit)]

    assert await seqs(0, 99, 99) == list(range(1, 13))
    assert await seqs(3, 7, 99) == [4, 5, 6]
    assert await seqs(3, 7, 2) == [4, 5]
    assert await seqs(8, 12, 99) == [9, 10, 11]
    assert await seqs(0, 1, 99) == await seqs(5, 6, 9) == await seqs(5, 2, 9) == await seqs(12, 99, 9) == []
    assert await ledger.messages("c", 9, 11, 9) == [Entry(10, MONDAY + 10, b"10")]


async def test_any_bytes_are_kept(desk: Desk) -> None:
    texts = ["æøå 🙂\n\r\0 'x'", "", "x" * 20_000]
    for text in texts:
        await desk.mentor(MONDAY, text, id=f"æ :{{}}*\n {len(text)}")
    assert [entry.entry.decode() for entry in await desk.ledger.messages("c", 0, 99, 99)] == texts


async def test_people_find_their_conversations(ledger: Ledger, rulebook: Rulebook) -> None:
    for name in ("c2", "c1", "æ"):
        await Desk(ledger, rulebook, name).opened(MONDAY, "light")
    assert await ledger.conversations_of("mentor") == ["c1", "c2", "æ"]
    assert await ledger.conversations_of("member") == ["c1", "c2", "æ"]


async def test_without_an_instant_the_ledgers_own_clock_decides(desk: Desk) -> None:
    """It stands in every call: the same for a standing, settings and a live chat, as far as a clock goes on."""
    standing = await desk.standing(0)
    configured = await desk.configure(0, plan="video")
    live = await desk.ledger.start_live("c", HOUR)
    assert live is not None
    assert 0 < standing.now <= configured.now <= live.now < standing.now + MINUTE
    assert live.usage.live_until == live.now + HOUR
    result = await desk.member(0, "hello")
    assert isinstance(result, Posted)
    assert await desk.ledger.write_event("c", 1, b"booked") is True
    [event] = await desk.ledger.messages("c", 1, 3, 1)
    assert live.now <= result.at <= event.at < standing.now + MINUTE


async def test_posts_sent_together_are_stored_in_order(desk: Desk) -> None:
    terms = desk.terms(await desk.standing(MONDAY))
    texts = [str(number) for number in range(200)]
    results = await asyncio.gather(*(desk.post("mentor", text, desk.settings, terms, MONDAY) for text in texts))
    assert [result.seq for result in results if isinstance(result, Posted)] == list(range(1, 201))
    assert [entry.entry.decode() for entry in await desk.ledger.messages("c", 0, 999, 999)] == texts
