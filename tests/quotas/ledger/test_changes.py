"""Edits, deletions and reactions on each ledger: what is left of a message, what is counted, what is owed."""

import pytest

from quotas.instant import DAY, HOUR, MINUTE
from quotas.ledger import keys
from quotas.ledger.answers import POSTED
from quotas.ledger.archive import Keep, LedgerArchive
from quotas.ledger.base import (
    DIGEST_BYTES,
    Change,
    Changed,
    ChangeRefused,
    Deleted,
    Entry,
    Ledger,
    OtherKey,
    Post,
    Posted,
    Recount,
    Reused,
    StandIn,
    TooLate,
    Uncounted,
    Unknown,
    posted,
)
from quotas.ledger.feed import ChangeSaid, read_change
from quotas.ledger.redis import RedisLedger
from quotas.ledger.state import State
from quotas.ledger.waits import Waits
from quotas.standing import ChangeKind, TextCounts, Writer
from quotas.terms import Rulebook
from tests.quotas.ledger.desk import Desk
from tests.quotas.ledgers import link_to
from tests.quotas.moments import oslo

MONDAY = oslo("2026-01-05T08:00:00")


class Changes(Desk):
    """A desk whose entries have a head, as deletions need it."""

    async def write(self, writer: Writer, at: int, text: str) -> int:
        standing = await self.standing(at)
        entry = b'{"kind":"text"}\n%b' % text.encode()
        post = Post("c", writer, "", text.encode().ljust(DIGEST_BYTES)[:DIGEST_BYTES], entry, "origin")
        answer = await posted(self.ledger, post, standing.settings, self.terms(standing), at=at)
        assert isinstance(answer, Posted)
        return answer.seq

    async def change(self, kind: ChangeKind, about: int, at: int, **fields: object) -> object:
        id = str(fields.pop("id", f"{kind} {about} {at}"))
        entry = b'{"kind":"%b","about":%d}\n%b' % (kind.encode(), about, b"secret")
        made = Change("c", "member", id, id.encode().ljust(8)[:8], entry, "origin", kind, about, "member", 1)
        for name, value in fields.items():
            made = _with(made, name, value)
        return await self.ledger.change(made, MINUTE, at=at)

    async def entries(self) -> list[Entry]:
        return await self.ledger.messages("c", 0, 2**53, 100)


def _with(change: Change, name: str, value: object) -> Change:
    fields = {each: getattr(change, each) for each in Change.__struct_fields__}
    return Change(**{**fields, name: value})


@pytest.fixture
async def desk(ledger: Ledger, rulebook: Rulebook) -> Changes:
    """A Basic conversation in Oslo with a question, and an answer, from a Monday morning on."""
    desk = await Changes(ledger, rulebook).opened(MONDAY, "basic")
    assert [await desk.write("member", MONDAY, "question"), await desk.write("mentor", MONDAY, "answer")] == [1, 2]
    return desk


async def test_a_change_is_an_entry_that_counts_for_nothing(desk: Changes) -> None:
    before = await desk.standing(MONDAY)
    assert isinstance(edit := await desk.change("edit", 1, MONDAY + 1), Changed)
    assert isinstance(await desk.change("reaction", 2, MONDAY + 2, writer="mentor", of="mentor"), Changed)
    assert (edit.seq, edit.at, edit.first) == (3, MONDAY + 1, True)
    after = await desk.standing(MONDAY)
    assert (after.usage, after.texts, after.last_seq) == (before.usage, before.texts, 4)
    assert [each.seq for each in await desk.ledger.changes_about("c", 1, 1)] == [3]
    assert [each.seq for each in await desk.ledger.changes_about("c", 1, 9)] == [3, 4]
    assert await desk.ledger.changes_about("c", 3, 9) == []
    assert await desk.ledger.changes_about("elsewhere", 1, 9) == []


async def test_the_same_id_is_done_once(desk: Changes) -> None:
    first = await desk.change("edit", 1, MONDAY, id="x")
    again = await desk.change("edit", 1, MONDAY + HOUR, id="x")
    assert isinstance(first, Changed)
    assert isinstance(again, Changed)
    assert (again.first, again.seq, again.at) == (False, first.seq, first.at)
    assert await desk.change("edit", 1, MONDAY, id="x", digest=b"elsewise") == Reused()
    assert await desk.member(MONDAY, "another", id="x") == Reused()
    assert (await desk.standing(MONDAY)).last_seq == 3


async def test_of_what_is_deleted_the_place_is_left(desk: Changes) -> None:
    await desk.change("edit", 1, MONDAY)
    await desk.change("reaction", 1, MONDAY)
    await desk.change("deletion", 1, MONDAY)
    assert [each.entry for each in await desk.entries()] == [
        b'{"kind":"text","deleted":true}\n',
        b'{"kind":"text"}\nanswer',
        b'{"kind":"edit","about":1,"deleted":true}\n',
        b'{"kind":"reaction","about":1}\nsecret',
        b'{"kind":"deletion","about":1}\nsecret',
    ]
    assert await desk.ledger.deleted("c") == {1, 3}
    assert await desk.ledger.deleted("elsewhere") == frozenset()
    assert [each.seq for each in await desk.ledger.messages("c", 0, 2, 1)] == [1]
    assert [each.seq for each in await desk.ledger.messages("c", 2, 4, 9)] == [3]
    assert [each.seq for each in await desk.ledger.messages("c", 1, 6, 2)] == [2, 3]
    for kind in ("edit", "deletion", "reaction"):
        assert await desk.change(kind, 1, MONDAY, id=f"again {kind}") == Deleted()


async def test_why_it_cannot_be_done(desk: Changes) -> None:
    assert await desk.change("edit", 9, MONDAY) == Unknown()
    assert await desk.change("edit", 1, MONDAY, conversation="elsewhere") == Unknown()
    assert await desk.change("edit", 1, MONDAY + 2, until=MONDAY + 1) == TooLate()
    assert isinstance(await desk.change("edit", 1, MONDAY + 1, until=MONDAY + 1), Changed)
    assert await desk.change("edit", 1, MONDAY, key=2, id="key") == OtherKey()
    await desk.configure(MONDAY, status="suspended")
    assert await desk.change("edit", 1, MONDAY, id="suspended") == ChangeRefused("suspended")
    await desk.configure(MONDAY, status="ended")
    assert await desk.change("edit", 1, MONDAY, id="ended") == ChangeRefused("ended")


async def test_no_more_than_are_left(desk: Changes) -> None:
    """Whoever has not seen what came since counts anew; what was said before gets its answer."""
    first = await desk.change("edit", 1, MONDAY, left=2)
    assert isinstance(first, Changed)
    second = await desk.change("reaction", 1, MONDAY, left=2)
    assert isinstance(second, Changed)
    assert await desk.change("edit", 1, MONDAY, left=2, id="e") == Recount()
    assert await desk.change("edit", 1, MONDAY, left=1, known=first.seq, id="e") == Recount()
    assert isinstance(await desk.change("edit", 2, MONDAY, left=1), Changed)
    third = await desk.change("edit", 1, MONDAY, left=1, known=second.seq, id="e")
    assert isinstance(third, Changed)
    again = await desk.change("edit", 1, MONDAY, left=1, id="e")
    assert isinstance(again, Changed)
    assert (again.seq, again.first) == (third.seq, False)
    assert isinstance(await desk.change("deletion", 1, MONDAY), Changed)


async def test_whoever_stands_in_changes_things_in_their_time(desk: Changes) -> None:
    ulf = StandIn("ulf", MONDAY, MONDAY + HOUR)
    by = {"writer": "mentor", "stand_in": ulf, "of": "mentor"}
    assert isinstance(await desk.change("reaction", 2, MONDAY, **by), Changed)
    assert await desk.change("reaction", 2, MONDAY + HOUR, **by) == Unknown()


async def test_a_wait_ends_with_the_last_message_that_waits(desk: Changes) -> None:
    one, other = await desk.write("member", MONDAY, "one"), await desk.write("member", MONDAY + HOUR, "other")
    due = (await desk.standing(MONDAY)).usage.due_at
    await desk.change("deletion", 1, MONDAY + HOUR)  # it was answered
    await desk.change("deletion", one, MONDAY + HOUR)
    assert (await desk.standing(MONDAY)).usage.due_at == due == MONDAY + HOUR + DAY
    await desk.change("deletion", other, MONDAY + 2 * HOUR)
    usage = (await desk.standing(MONDAY)).usage
    assert (usage.waiting_since, usage.due_at) == (0, 0)
    last = await desk.write("member", MONDAY + 3 * HOUR, "again")
    assert (await desk.standing(MONDAY)).usage.waiting_since == MONDAY + 3 * HOUR
    await desk.change("deletion", last, MONDAY + 3 * HOUR)
    assert (await desk.standing(MONDAY)).usage.waiting_since == 0


async def test_what_is_deleted_is_no_longer_unread(desk: Changes) -> None:
    await desk.write("member", MONDAY, "one")
    moved = await desk.ledger.mark_read("c", "mentor", 1, "origin")
    assert isinstance(moved, Uncounted)
    assert await desk.ledger.mark_read("c", "mentor", 1, "origin", seen=1)
    await desk.change("deletion", 1, MONDAY)
    standing = await desk.standing(MONDAY)
    assert (standing.texts, standing.mentor_seen) == (TextCounts(1, 1), 0)
    await desk.change("deletion", 3, MONDAY)
    standing = await desk.standing(MONDAY)
    assert (standing.texts, standing.mentor_seen) == (TextCounts(0, 1), 0)


# In the store alone


async def test_a_wait_that_is_withdrawn_is_an_event(store_url: str, rulebook: Rulebook) -> None:
    async with link_to(store_url) as link:
        ledger = RedisLedger(link)
        await ledger.load()
        desk = await Changes(ledger, rulebook).opened(MONDAY, "basic")
        asked = await desk.write("member", MONDAY, "question")
        await desk.change("deletion", asked, MONDAY + HOUR)
        waits = Waits(link, ledger, 0)
        [event] = await waits.events(keys.partition("c"), 10)
        assert (event.kind, event.waiting_since, event.at) == ("withdrawn", MONDAY, MONDAY + HOUR)


async def test_what_the_archive_has_is_forgotten_with_the_log(store_url: str, rulebook: Rulebook) -> None:
    async with link_to(store_url) as link:
        ledger = RedisLedger(link)
        await ledger.load()
        desk = await Changes(ledger, rulebook).opened(MONDAY, "basic")
        for text in ("one", "two", "three"):
            await desk.write("member", MONDAY, text)
        await desk.change("edit", 2, MONDAY)
        await desk.change("deletion", 2, MONDAY)
        await desk.change("deletion", 3, MONDAY)
        archive = LedgerArchive(link, ledger, 0)
        found = await archive.unarchived("c", 100)
        assert found is not None
        assert [each.seq for each in found.messages] == [1, 2, 3, 4, 5, 6]
        assert await archive.archived("c", found, Keep(3, 365 * DAY * 100))
        assert await ledger.deleted("c") == frozenset()
        assert [each.seq for each in await ledger.changes_about("c", 1, 9)] == [5, 6]
        assert [each.seq for each in await ledger.messages("c", 0, 2**53, 9)] == [5, 6]
        assert await ledger.messages("c", 0, 5, 9) == []
        again = await archive.unarchived("c", 100)
        assert again is not None
        await archive.archived("c", again, Keep(0, 0))
        assert await ledger.deleted("c") == frozenset()
        assert await ledger.changes_about("c", 1, 9) == []
        await desk.change("deletion", 1, MONDAY)
        assert await ledger.deleted("c") == {1}
        assert [each.seq for each in await ledger.messages("c", 0, 8, 9)] == [7]


def test_what_is_said_of_a_change_is_read_alike() -> None:
    state = State(member_texts=3, mentor_texts=4).packed()
    payload = b"C" + POSTED.pack(7, 9, -1, 0) + state + b"o1 deletion 5 2 1\nentry"
    seq, at, _, texts, origin, said, entry = read_change(payload)
    assert (seq, at, texts, origin, entry) == (7, 9, TextCounts(3, 4), "o1", b"entry")
    assert said == ChangeSaid("deletion", 5, 2, 1)
