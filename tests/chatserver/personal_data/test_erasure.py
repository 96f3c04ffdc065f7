"""A person is erased from store, archive, records and keys, wherever it was interrupted; the others lose nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.access.revocation import Revocations
from chatserver.conversations import absences
from chatserver.conversations.absence import AbsenceRecord
from chatserver.conversations.provisioning import settings_of
from chatserver.conversations.requests import Conflict, ConversationDetails, Invalid, PersonDetails, Written
from chatserver.conversations.rows import people
from chatserver.keys import rows as key_rows
from chatserver.messages.lane import Lane, PostOutcome, sealed_post
from chatserver.messages.log import MessageLog, in_the_open, sealed_with
from chatserver.messages.rows import messages
from chatserver.personal_data import rows as erasures
from chatserver.personal_data.erasure import Erased, Erasure
from chatserver.personal_data.leftovers import erasing_alone
from chatserver.personal_data.subject import UnknownPersonError
from chatserver.protocol.entry import Opened, event_entry, head_of, read_opened
from chatserver.records.database import Database, DatabaseError
from chatserver.records.tables import LEDGER_SNAPSHOTS
from quotas.instant import HOUR
from quotas.ledger import keys
from quotas.ledger.archive import Keep
from quotas.ledger.base import ANY_TEXT, Entry, Posted, PostRefused, StandIn, posted
from quotas.store.errors import StoreError
from quotas.store.futures import settling
from tests.chatserver.attachments.making import attachments_of
from tests.chatserver.heard import noting_on
from tests.chatserver.keys.making import conversation_keys
from tests.chatserver.messages.shelf import RULEBOOK, Shelf, shelf_at

OF_MIA = ["mia 1", "mia 2", "mia 3"]
OF_TOM = ["tom 1", "tom 2"]


NO_MAILS = Path("/nonexistent/mail")


def erasure_on(shelf: Shelf, mail_folder: Path = NO_MAILS) -> Erasure:
    """As the command makes it."""
    return Erasure(
        database=shelf.database,
        ledger=shelf.ledger,
        ledger_archive=shelf.ledger_archive,
        archive=shelf.archive,
        keys=shelf.keys,
        provisioning=shelf.provisioning,
        revocations=Revocations(shelf.link),
        noting=noting_on(shelf.database),
        attachments=attachments_of(shelf),
        mail_folder=mail_folder,
    )


def silent(done: int, total: int) -> None:
    """Nobody watches."""


async def erase(shelf: Shelf, person: str = "mia") -> Erased:
    return await erasure_on(shelf).erase(person, silent)


async def write_all(shelf: Shelf, id: str = "c1") -> None:
    """Some of it archived already, some in the store only."""
    await shelf.write("member", OF_MIA[0], id)
    await shelf.write("mentor", OF_TOM[0], id)
    await shelf.archive_all()
    await shelf.write("member", OF_MIA[1], id)
    await shelf.write("mentor", OF_TOM[1], id)
    await shelf.write("member", OF_MIA[2], id)


async def read(shelf: Shelf, id: str = "c1") -> list[tuple[str, str, bool]]:
    """Writer, text and whether it was erased, by seqs that are dense."""
    entries: list[Entry] = []
    while page := await shelf.log.page(id, len(entries), 2**53, 1_000):
        entries += page
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    opened = [read_opened(entry.entry) for entry in entries]
    return [(each.sender, each.body, each.erased) for each in opened]


WITHOUT_MIA = [
    ("mia", "", True),
    ("tom", "tom 1", False),
    ("mia", "", True),
    ("tom", "tom 2", False),
    ("mia", "", True),
]


@pytest.fixture
async def shelf(valkey_url: str, database: Database) -> AsyncIterator[Shelf]:
    async with shelf_at(valkey_url, database) as shelf:
        await shelf.open()
        yield shelf


async def assert_erased(shelf: Shelf, id: str = "c1") -> None:
    assert await read(shelf, id) == WITHOUT_MIA
    assert await shelf.in_store(id) == 0
    async with shelf.database.read() as connection:
        rows = await messages.page(connection, id, 0, 2**53, 100)
        assert [row.sealed is None for row in rows] == [row.sender == "mia" for row in rows]
        assert {row.number for row in await key_rows.of(connection, [id])} == {2}
    standing = await shelf.standing(id)
    assert (standing.settings.status, standing.settings.key, standing.last_seq) == ("ended", 2, 5)


async def test_texts_and_name_are_gone_and_the_others_stay(shelf: Shelf) -> None:
    """Also from a conversation in which nobody wrote yet, and not from other people's."""
    await shelf.open("quiet")
    ola = PersonDetails("member", "Ola", email="ola@example.org")
    assert isinstance(await shelf.provisioning.put_person("ola", ola), Written)
    assert isinstance(
        await shelf.provisioning.put_conversation("c2", ConversationDetails("ola", "tom", "basic")), Written
    )
    await write_all(shelf)
    await shelf.write("mentor", "to ola", "c2")
    seen: list[tuple[int, int]] = []
    erased = await erasure_on(shelf).erase("mia", lambda done, total: seen.append((done, total)))
    assert seen == [(0, 5), (5, 5)]
    await assert_erased(shelf)
    assert (erased.conversations, erased.unrecorded) == (["c1", "quiet"], [])
    assert erased.remains.tombstones == 3
    assert erased.wiped is (shelf.database.file is not None)
    async with shelf.database.read() as connection:
        mia = await people.find(connection, "mia")
        assert mia is not None
        assert (mia.name, mia.email, mia.zone, mia.locale, mia.role) == ("", None, "UTC", "en", "member")
        assert mia.erased_at is not None
        assert await people.find(connection, "ola") == (await shelf.provisioning.get_person("ola"))
    assert await read(shelf, "c2") == [("tom", "to ola", False)]
    assert (await shelf.standing("c2")).settings.status == "open"
    assert await Revocations(shelf.link).before("mia") == erased.tokens_before


async def records_of_ids(shelf: Shelf) -> list[bytes]:
    """What is remembered of the ids that were used, in both generations."""
    found = [await shelf.link.request("HVALS", keys.sent("c1", generation)) for generation in (0, 1)]
    return [record for records in found for record in records]


async def test_what_was_sealed_before_opens_nowhere(shelf: Shelf) -> None:
    """Entries of the store as a copy has them find no key any more, and digests of ids tell nothing."""
    await write_all(shelf)
    copied = await shelf.ledger.messages("c1", 0, 2**53, 100)
    assert len(copied) == 5
    assert not any(record.startswith(ANY_TEXT) for record in await records_of_ids(shelf))
    await erase(shelf)
    for process in (shelf.keys, conversation_keys(shelf.database)):
        assert set(await process.existing("c1", {1, 2})) == {2}
        left = await process.existing("c1", {1, 2})
        opened = [in_the_open("c1", entry, left.get(sealed_with(entry.entry))) for entry in copied]
        assert all(read_opened(entry.entry).erased for entry in opened)
    records = await records_of_ids(shelf)
    assert len(records) == 5
    assert all(record.startswith(ANY_TEXT) for record in records)
    async with shelf.database.read() as connection:
        states = " ".join(await connection.scalars(select(LEDGER_SNAPSHOTS.c.state)))
    assert states
    assert not any(text in states for text in OF_MIA + OF_TOM)


class PowerCutError(Exception):
    """The process dies here."""


class FailingDatabase(Database):
    """Dies before or after its `at`th transaction that writes."""

    def __init__(self, url: str, at: int, *, after: bool) -> None:
        super().__init__(url)
        self._left = at
        self._after = after

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        self._left -= 1
        dies = self._left == 0
        if dies and not self._after:
            raise PowerCutError
        async with super().begin() as connection:
            yield connection
        if dies:
            raise PowerCutError


@pytest.mark.timeout(120)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_a_kill_between_any_two_steps(
    shelf: Shelf, records_url: str, monkeypatch: pytest.MonkeyPatch, *, after: bool
) -> None:
    """Dead before or after each transaction in turn; the last run ends it, and the keys went up by one only."""
    await write_all(shelf)
    monkeypatch.setattr("chatserver.personal_data.erasure.BATCH", 2)
    cuts = 0
    for at in range(2, 40):  # on PostgreSQL the first one is the lock, which lasts to the end
        failing = FailingDatabase(records_url, at, after=after)
        pieces = Shelf(shelf.link, failing, shelf.shift)
        try:
            await erasure_on(pieces).erase("mia", silent)
        except PowerCutError:
            cuts += 1
        else:
            break
        finally:
            await failing.close()
    assert cuts >= 5
    await assert_erased(shelf)


async def test_events_stay_as_they_are(shelf: Shelf) -> None:
    """Those in the archive and those in the store: nothing is sealed in them, and they are nobody's texts."""
    entries = [event_entry(number, "booked", {"booking": f"b{number}", "minutes": 30}) for number in (1, 2, 3)]
    await shelf.ledger.write_event("c1", 1, entries[0])
    await write_all(shelf)
    await shelf.ledger.write_event("c1", 2, entries[1])
    erased = await erase(shelf)
    assert erased.remains.tombstones == 3
    assert await shelf.ledger.write_event("c1", 3, entries[2]), "also in one that has ended"
    found = await opened_in(shelf, "c1")
    assert [each.kind for each in found] == ["event", *["text"] * 5, "event", "event"]
    events = [each for each in found if each.kind == "event"]
    assert [event.event for event in events] == [head_of(entry).event for entry in entries]
    assert not any(event.erased for event in events)
    assert (await erase(shelf)).remains == erased.remains


async def test_somebody_called_system_is_not_the_system(shelf: Shelf) -> None:
    """Their texts are erased, and counted; what the system wrote is not."""
    for person, role in (("system", "member"), ("tom", "mentor")):
        details = PersonDetails("member" if role == "member" else "mentor", person)
        assert isinstance(await shelf.provisioning.put_person(person, details), Written)
    made = await shelf.provisioning.put_conversation("c9", ConversationDetails("system", "tom", "basic"))
    assert isinstance(made, Written)
    await shelf.ledger.write_event("c9", 1, event_entry(1, "booked", {}))
    standing = await shelf.standing("c9")
    key = await shelf.keys.current("c9", standing.settings.key)
    post = sealed_post(key, "member", "system", "1", "mine", "test")
    await posted(shelf.ledger, post, standing.settings, standing.terms(RULEBOOK))
    erased = await erase(shelf, "system")
    assert erased.remains.tombstones == 1
    assert [(each.kind, each.erased) for each in await opened_in(shelf, "c9")] == [("event", False), ("text", True)]


async def opened_in(shelf: Shelf, id: str) -> list[Opened]:
    return [read_opened(entry.entry) for entry in await shelf.log.page(id, 0, 2**53, 100)]


async def test_once_more_changes_nothing(shelf: Shelf) -> None:
    await write_all(shelf)
    first = await erase(shelf)
    before = await shelf.provisioning.get_conversation("c1")
    again = await erase(shelf)
    assert await shelf.provisioning.get_conversation("c1") == before
    assert (again.conversations, again.remains) == (first.conversations, first.remains)
    await assert_erased(shelf)


async def test_a_restored_store_is_erased_again(shelf: Shelf) -> None:
    """It is from before the erasure: open, with the old key, and with the texts that it sealed."""
    await write_all(shelf)
    names = (keys.conversation("c1"), keys.log("c1"))
    backup = [await shelf.link.request("DUMP", name) for name in names]
    await erase(shelf)
    for name, content in zip(names, backup, strict=True):
        await shelf.link.request("RESTORE", name, 0, content, "REPLACE")
    assert await shelf.in_store() == 5
    assert (await shelf.standing()).settings.status == "open"
    await erase(shelf)
    await assert_erased(shelf)


async def test_both_people_one_after_the_other(shelf: Shelf) -> None:
    await write_all(shelf)
    await erase(shelf)
    await erase(shelf, "tom")
    assert await read(shelf) == [(sender, "", True) for sender, _, _ in WITHOUT_MIA]
    async with shelf.database.read() as connection:
        assert {row.number for row in await key_rows.of(connection, ["c1"])} == {3}


async def test_a_mentor_who_writes_meanwhile_loses_nothing(shelf: Shelf) -> None:
    """What was accepted is there with its text; what was not, was refused because the conversation has ended."""
    await write_all(shelf)
    lane = Lane(
        "c1",
        await shelf.standing(),
        await shelf.keys.current("c1", 1),
        ledger=shelf.ledger,
        keys=conversation_keys(shelf.database),
        rulebook=RULEBOOK,
        metrics=shelf.metrics,
    )
    answers: dict[str, PostOutcome] = {}
    erasing = asyncio.create_task(erase(shelf))
    async with asyncio.timeout(30):
        while not any(isinstance(answer, PostRefused) for answer in answers.values()):
            text = f"meanwhile {len(answers)}"
            answered = asyncio.get_running_loop().create_future()
            lane.post("mentor", "tom", text, text, "test", settling(answered))
            answers[text] = await answered
        await erasing
    assert all(isinstance(answer, Posted | PostRefused) for answer in answers.values())
    assert {answer.reason for answer in answers.values() if isinstance(answer, PostRefused)} == {"ended"}
    accepted = [text for text, answer in answers.items() if isinstance(answer, Posted)]
    assert (await read(shelf))[5:] == [("tom", text, False) for text in accepted]


class OvertakenDatabase(Database):
    """Something happens before its second transaction that reads."""

    def __init__(self, url: str, meanwhile: Callable[[], Awaitable[object]]) -> None:
        super().__init__(url)
        self._meanwhile = meanwhile
        self._reads = 0

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        self._reads += 1
        if self._reads == 2:
            await self._meanwhile()
        async with super().read() as connection:
            yield connection


async def test_a_reader_overtaken_by_the_erasure_is_not_told_that_the_others_are_erased(
    shelf: Shelf, records_url: str
) -> None:
    """It has read sealed texts, and then their key is gone: they are sealed with another one."""
    await write_all(shelf)
    await shelf.archive.archive(["c1"], Keep(0, 0))
    overtaken = OvertakenDatabase(records_url, lambda: erase(shelf))
    log = MessageLog(overtaken, shelf.ledger, conversation_keys(overtaken))
    try:
        page = [read_opened(entry.entry) for entry in await log.page("c1", 0, 2**53, 100)]
    finally:
        await overtaken.close()
    assert [(each.sender, each.body, each.erased) for each in page] == WITHOUT_MIA


async def test_an_erased_person_stays_so(shelf: Shelf) -> None:
    """No new record, no new conversation; who lives on may have others."""
    await erase(shelf)
    refused = await shelf.provisioning.put_person("mia", PersonDetails("member", "Mia again"))
    assert isinstance(refused, Conflict)
    assert refused.detail == "'mia' was erased, which is final; give whoever comes back an id of their own"
    invalid = await shelf.provisioning.put_conversation("new", ConversationDetails("mia", "tom", "basic"))
    assert isinstance(invalid, Invalid)
    assert [problem.message for problem in invalid.errors] == [
        "the person 'mia' was erased; allowed is someone with the role member"
    ]


async def test_someone_unknown_and_two_at_once_are_one_sentence(shelf: Shelf) -> None:
    with pytest.raises(UnknownPersonError, match="there is no person 'nobody' in the records"):
        await erase(shelf, "nobody")
    async with erasing_alone(shelf.database):
        with pytest.raises(DatabaseError, match="another erasure is running"):
            await erase(shelf)
    await erase(shelf)


async def test_a_store_with_other_messages_is_not_trimmed(shelf: Shelf) -> None:
    """It lost those that the archive has, and somebody wrote since: nothing may go before that is put right."""
    await write_all(shelf)
    await shelf.archive_all()
    await shelf.lose_store()
    await shelf.ledger.load()
    conversation = await shelf.provisioning.get_conversation("c1")
    assert conversation is not None
    await shelf.ledger.configure("c1", settings_of(conversation))
    await shelf.write("mentor", "tom 3")
    with pytest.raises(StoreError, match="run `chatserver rebuild`, then this command again"):
        await erase(shelf)
    await shelf.rebuild()
    await erase(shelf)
    assert await read(shelf) == [*WITHOUT_MIA, ("tom", "tom 3", False)]


async def test_a_conversation_that_only_the_store_knows_is_named(shelf: Shelf) -> None:
    await shelf.ledger.configure("lost", replace((await shelf.standing()).settings, revision=1))
    assert (await erase(shelf)).unrecorded == ["lost"]


async def test_a_text_that_does_not_open_stops_nobody(shelf: Shelf) -> None:
    """It was unreadable before, and is told as erased."""
    await write_all(shelf)
    await shelf.archive_all()
    async with shelf.database.begin() as connection:
        await erasures.replace_texts(connection, "c1", [(2, (1).to_bytes(2, "big") + bytes(40))])
    await erase(shelf)
    assert (await read(shelf))[1:4] == [("tom", "", True), ("mia", "", True), ("tom", "tom 2", False)]


def held_in(folder: Path) -> bytes:
    """Every byte of the SQLite file and of what is beside it."""
    return b"".join(file.read_bytes() for file in folder.glob("records.db*"))


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_no_deleted_byte_is_left_in_the_file(shelf: Shelf, tmp_path: Path) -> None:
    """Names, sealed texts and wrapped keys: in neither the SQLite file nor its write-ahead log."""
    await shelf.provisioning.put_person("mia", PersonDetails("member", "Maria Canary", email="canary@example.org"))
    await write_all(shelf)
    await shelf.archive_all()
    async with shelf.database.read() as connection:
        rows = await messages.page(connection, "c1", 0, 2**53, 100)
        wrapped = [row.wrapped for row in await key_rows.of(connection, ["c1"])]
    gone = [row.sealed for row in rows if row.sealed] + wrapped + [b"Maria Canary", b"canary@example.org"]
    held = held_in(tmp_path)
    assert all(piece in held for piece in gone)
    await erase(shelf)
    held = held_in(tmp_path)
    assert not [piece for piece in gone if piece in held]
    assert b"Tom" in held


async def test_what_a_substitute_wrote_is_gone_and_the_conversation_goes_on(shelf: Shelf) -> None:
    """Archived or not; it is others', who write on and read what they wrote."""
    for id, name in (("ann", "Ann"), ("ulf", "Ulf")):
        assert isinstance(await shelf.provisioning.put_person(id, PersonDetails("mentor", name)), Written)
    now = await shelf.ledger.now()
    absence = AbsenceRecord("tom", "flu", now - 1, now + HOUR, "ann", set_at=now - 1)
    async with shelf.database.begin() as connection:
        await absences.put(connection, absence)
    ann = StandIn("ann", absence.since, absence.until)
    await shelf.write("member", "mia 1")
    await shelf.stand_in(ann, "ann 1")
    await shelf.archive_all()
    await shelf.stand_in(StandIn("ulf", absence.since, absence.until), "ulf 1")
    await shelf.stand_in(ann, "ann 2")
    erased = await erase(shelf, "ann")
    assert (erased.conversations, erased.stood_in, erased.remains.tombstones) == ([], ["c1"], 2)
    await shelf.write("member", "mia 2")
    assert await read(shelf) == [
        ("mia", "mia 1", False),
        ("ann", "", True),
        ("ulf", "ulf 1", False),
        ("ann", "", True),
        ("mia", "mia 2", False),
    ]
    standing = await shelf.standing()
    assert (standing.settings.status, standing.settings.key) == ("open", 2)
    assert (await erase(shelf, "ann")).stood_in == ["c1"]
