"""An export holds everything about a person, in two files that are theirs alone, however much it is."""

import asyncio
import json
import re
import stat
import tracemalloc
from collections.abc import AsyncIterator
from datetime import date
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from chatserver.access.revocation import Revocations
from chatserver.conversations import absences
from chatserver.conversations.absence import AbsenceRecord
from chatserver.conversations.requests import ConversationChange, PersonDetails, Written
from chatserver.mentoring.answers import ExerciseAnswer
from chatserver.mentoring.exercises import Giving, HandingIn
from chatserver.mentoring.forms import ExerciseQuestion, SavedItem
from chatserver.mentoring.library import ItemWritten
from chatserver.messages.log import KeptMessages
from chatserver.messages.read_marks import mark_read
from chatserver.personal_data import texts
from chatserver.personal_data.export import Export
from chatserver.personal_data.folder import written
from chatserver.personal_data.json_file import JsonFile
from chatserver.personal_data.page import ExportPage
from chatserver.personal_data.recorded import OF_PEOPLE
from chatserver.personal_data.subject import UnknownPersonError
from chatserver.protocol.entry import event_entry
from chatserver.records.database import Database
from chatserver.replies.rows import waits as reply_waits
from chatserver.replies.rows.waits import ClosedWait, MentorDay, ReplyNotice
from chatserver.settings import SettingsError
from quotas.instant import DAY, HOUR
from quotas.ledger.base import Posted, StandIn
from quotas.phrases import LANGUAGES
from tests.chatserver.attachments.making import attachments_of
from tests.chatserver.messages.changing import changed
from tests.chatserver.messages.shelf import TUESDAY, Shelf, shelf_at
from tests.chatserver.personal_data.test_erasure import OF_MIA, OF_TOM, erase, write_all

MARKUP = "<script>alert('hi')</script> & \"quoted\"\nsecond line"
MUCH = 3_000
OF_MENTORS = ("library", "mentor_profiles")


@pytest.fixture
async def shelf(valkey_url: str, database: Database) -> AsyncIterator[Shelf]:
    async with shelf_at(valkey_url, database) as shelf:
        await shelf.open()
        yield shelf


def silent(done: int, total: int) -> None:
    """Nobody watches."""


def export_on(shelf: Shelf) -> Export:
    """As the command makes it."""
    return Export(
        database=shelf.database,
        ledger=shelf.ledger,
        log=shelf.log,
        revocations=Revocations(shelf.link),
        keys=shelf.keys,
        attachments=attachments_of(shelf),
    )


async def exported(shelf: Shelf, person: str = "mia") -> tuple[dict[str, Any], str]:
    """The document, and the page."""
    data, page = StringIO(), StringIO()
    exporting = export_on(shelf)
    await exporting.write(await exporting.find(person), (JsonFile(data), ExportPage(page)), silent)
    document: dict[str, Any] = json.loads(data.getvalue())
    return document, page.getvalue()


class Outline(HTMLParser):
    """Whether every tag is closed where it must be, the headings in order, and the text."""

    VOID = ("meta", "!doctype")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.headings: list[int] = []
        self.times: list[str] = []
        self.text = ""
        self.feed(page)
        assert self.open == [], "some tags are not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        if tag in ("h1", "h2", "h3", "h4"):
            self.headings.append(int(tag[1]))
        if tag == "time":
            self.times.append(str(dict(attrs)["datetime"]))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


async def test_everything_about_a_person(shelf: Shelf) -> None:
    """Record, conversations, plans, marks, waits, notices, days, revocation, and every message of both sides."""
    await write_all(shelf)
    await shelf.provisioning.put_person("mia", PersonDetails("member", "Mia", locale="en", email="mia@example.org"))
    await shelf.provisioning.change_conversation("c1", ConversationChange(plan="light"))
    await mark_read(shelf.ledger, KeptMessages(shelf.database, shelf.ledger), "c1", "mentor", 3, "test", 0)
    await Revocations(shelf.link).revoke("mia", TUESDAY, TUESDAY)
    due = TUESDAY + 24 * HOUR
    common = ("c1", "mia", "tom", "basic", 1)
    async with shelf.database.begin() as connection:
        await reply_waits.store(
            connection,
            [
                ClosedWait(1, "1-0", *common, TUESDAY, due, due + HOUR, None, 25 * HOUR, 25 * HOUR, False),
                ReplyNotice(1, "1-1", "missed", *common, TUESDAY, due, due),
                MentorDay("c1", date(2026, 1, 6), 1),
            ],
        )
    document, page = await exported(shelf)
    assert document["person"] | {"created_at": "", "updated_at": ""} == {
        "id": "mia",
        "role": "member",
        "name": "Mia",
        "zone": "Europe/Oslo",
        "locale": "en",
        "email": "mia@example.org",
        "country": None,
        "created_at": "",
        "updated_at": "",
        "erased_at": None,
        "tokens_refused_before": "2026-01-06T09:00:00.000Z",
        "records": {
            name: []
            for name in (*OF_PEOPLE, "cases_seen", "case_notes", "stood_in", "later_messages", "drafts", *OF_MENTORS)
        },
    }
    [conversation] = document["conversations"]
    assert conversation["other"] == {"id": "tom", "role": "mentor", "name": "Tom"}
    assert [plan["plan"] for plan in conversation["plans"]] == ["basic", "light"]
    assert conversation["stand"]["mentor_read"] == 3
    assert conversation["waits"][0]["in_time"] is False
    assert conversation["notices"][0]["kind"] == "missed"
    assert conversation["mentor_days"] == ["2026-01-06"]
    written_by = [(message["seq"], message["from"], message["body"]) for message in conversation["messages"]]
    assert written_by == [
        (1, "mia", OF_MIA[0]),
        (2, "tom", OF_TOM[0]),
        (3, "mia", OF_MIA[1]),
        (4, "tom", OF_TOM[1]),
        (5, "mia", OF_MIA[2]),
    ]
    outline = Outline(page)
    assert outline.headings[:3] == [1, 2, 2]
    assert all(below - above <= 1 for above, below in zip(outline.headings, outline.headings[1:], strict=False))
    for text in (
        *OF_MIA,
        *OF_TOM,
        "mia@example.org",
        "Everything about Mia",
        "missed",
        "light",
        "Tuesday 6 January 2026",
    ):
        assert text in outline.text, text
    assert [message["at"] for message in conversation["messages"]] == outline.times[-5:]


async def test_the_mentor_gets_the_same_conversation_from_the_other_side(shelf: Shelf) -> None:
    await write_all(shelf)
    document, _ = await exported(shelf, "tom")
    assert document["conversations"][0]["other"] == {"id": "mia", "role": "member", "name": "Mia"}
    assert len(document["conversations"][0]["messages"]) == 5


BOOKED = {"starts_at": "2026-01-08T17:00:00.000Z", "minutes": 30, "by": "tom"}


async def test_events_stand_between_the_messages(shelf: Shelf) -> None:
    """From archive and store, as data and in words; the messages beside them are what they were."""
    await shelf.provisioning.put_person("mia", PersonDetails("member", "Mia", locale="en"))
    await shelf.write("member", "asked")
    for number, name, data in ((1, "booked", BOOKED), (2, "corrected", {"units": 2})):
        assert await shelf.ledger.write_event("c1", number, event_entry(number, name, data))
        await shelf.archive_all()
    await shelf.write("mentor", "answered")
    assert await shelf.ledger.write_event("c1", 3, event_entry(3, "<b>new</b>", {}))
    document, page = await exported(shelf)
    messages = document["conversations"][0]["messages"]
    assert [(each["seq"], each["kind"], each["body"]) for each in messages] == [
        (1, "text", "asked"),
        (2, "event", ""),
        (3, "event", ""),
        (4, "text", "answered"),
        (5, "event", ""),
    ]
    assert messages[0]["event"] is None
    assert (messages[1]["from"], messages[1]["role"], messages[1]["erased"]) == ("system", "system", False)
    assert messages[1]["event"] == {"name": "booked", "data": BOOKED}
    outline = Outline(page)
    for words in (
        "Session booked: Thursday 8 January 2026, 18:00, 30 minutes",
        "Session credits corrected: +2",
        "<b>new</b>",
    ):
        assert words in outline.text, words
    assert [message["at"] for message in messages] == outline.times[-5:]


async def test_changes_stand_where_they_were_made(shelf: Shelf) -> None:
    """As data, and in words that lead to the message; what was taken back is told as such, without its text."""
    await shelf.provisioning.put_person("mia", PersonDetails("member", "Mia", locale="en"))
    await shelf.write("member", "first")
    await shelf.write("member", "regretted")
    await changed(shelf.ledger, shelf.keys, "edit", 1, "first, <i>better</i>")
    await changed(shelf.ledger, shelf.keys, "reaction", 1, "👍", by="mentor")
    await changed(shelf.ledger, shelf.keys, "edit", 2, "regretted too")
    await shelf.archive_all()
    await changed(shelf.ledger, shelf.keys, "reaction", 1, "", by="mentor")
    await changed(shelf.ledger, shelf.keys, "deletion", 2)
    await shelf.answer(1, "an answer")
    document, page = await exported(shelf)
    told = [
        (each["kind"], each["body"], each["about"], each["reply_to"], each["deleted"])
        for each in document["conversations"][0]["messages"]
    ]
    assert told == [
        ("text", "first", None, None, False),
        ("text", "", None, None, True),
        ("edit", "first, <i>better</i>", 1, None, False),
        ("reaction", "👍", 1, None, False),
        ("edit", "", 2, None, True),
        ("reaction", "", 1, None, False),
        ("deletion", "", 2, None, False),
        ("text", "an answer", None, 1, False),
    ]
    assert "regretted" not in page
    text = " ".join(Outline(page).text.split())
    for words in (
        "Another text for an earlier messagefirst, <i>better</i>",
        "Tom 👍 to an earlier message",
        "Tom took back the reaction to an earlier message",
        "Mia took back an earlier message",
        "Answers an earlier messagean answer",
    ):
        assert words in text, words
    assert text.count("This message was taken back.") == 2
    for place in re.findall(r'href="#(c1m\d+)"', page):
        assert f'id="{place}"' in page


async def test_exercises_are_told_with_their_questions_and_answers(shelf: Shelf) -> None:
    """Begun ones too: to the member as far as they are answered, to the mentor without the answers until then."""
    await shelf.provisioning.put_person("mia", PersonDetails("member", "Mia", locale="en"))
    await shelf.provisioning.put_person("tom", PersonDetails("mentor", "Tom", locale="en"))
    questions = [ExerciseQuestion("text", "What went <b>well</b>?"), ExerciseQuestion("scale", "How calm?", days=2)]
    week = SavedItem("exercise", "A week", "Be kind to yourself.", questions=questions)
    assert isinstance(await shelf.mentoring.library.put("tom", "week", week), ItemWritten)
    exercises = shelf.mentoring.exercises
    giving = await exercises.give("c1", "tom", "g1", "tom/week", week)
    assert isinstance(giving, Giving)
    await shelf.write_exercise("mentor", "g1", giving.id)
    await exercises.fill("c1", giving.id, [ExerciseAnswer(1, "A walk"), ExerciseAnswer(2, 7, day=2)])
    answered = "1. What went <b>well</b>?\nA walk\n\n2. How calm?\nDay 2: 7 (1 to 10)"
    asked = "1. What went <b>well</b>?\n2. How calm?"

    text = Outline((await exported(shelf))[1]).text
    assert f"Be kind to yourself.{answered}" in text
    begun = Outline((await exported(shelf, "tom"))[1]).text
    assert begun.count(asked) == 2, "in the library, and as it was given"
    assert "A walk" not in begun

    handing = await exercises.hand_in("c1", giving.id, "h1")
    assert isinstance(handing, HandingIn)
    await shelf.write_exercise("member", "h1", giving.id)
    assert answered in Outline((await exported(shelf, "tom"))[1]).text


async def test_a_message_says_that_it_was_written_earlier(shelf: Shelf) -> None:
    await shelf.provisioning.put_person("mia", PersonDetails("member", "Mia", locale="en"))
    await shelf.send_later("good morning", written_at=TUESDAY - HOUR)
    await shelf.fill(1)
    text = Outline((await exported(shelf))[1]).text
    assert text.count("Written Tuesday 6 January 2026, 09:00, sent later by itselfgood morning") == 1
    assert text.count("sent later by itself") == 1


async def test_an_urgent_note_says_so(database: Database, valkey_url: str) -> None:
    async with shelf_at(valkey_url, database, later=4 * DAY) as shelf:
        await shelf.open()
        assert isinstance(await shelf.note("please call me"), Posted)
        assert "Hastemeldingplease call me" in Outline((await exported(shelf))[1]).text


async def test_what_people_wrote_is_no_markup(shelf: Shelf) -> None:
    await shelf.provisioning.put_person("mia", PersonDetails("member", "<b>Mia</b>"))
    await shelf.write("member", MARKUP)
    document, page = await exported(shelf)
    assert document["conversations"][0]["messages"][0]["body"] == MARKUP
    outline = Outline(page)
    assert MARKUP in outline.text
    assert "Alt om <b>Mia</b>" in outline.text
    assert {"script", "b", "link", "img"}.isdisjoint(outline.tags)
    assert "http:" not in page
    assert "https:" not in page


async def test_erased_texts_are_told_as_such(shelf: Shelf) -> None:
    """To the erased person's mentor, and in what is left of the person."""
    await write_all(shelf)
    await erase(shelf)
    document, page = await exported(shelf, "tom")
    told = document["conversations"][0]["messages"]
    assert [(message["body"], message["erased"]) for message in told][:2] == [("", True), (OF_TOM[0], False)]
    assert document["conversations"][0]["other"]["name"] == ""
    assert Outline(page).text.count("Denne teksten er slettet.") == 3
    document, page = await exported(shelf)
    assert document["person"]["name"] == ""
    assert "Everything about (erased)" in Outline(page).text


async def test_nobody_and_nothing(shelf: Shelf) -> None:
    """Someone without conversations has a record; someone unknown is one sentence."""
    await shelf.provisioning.put_person("sara", PersonDetails("support", "Sara", locale="da"))
    document, page = await exported(shelf, "sara")
    assert document["conversations"] == []
    assert "Der er ingen." in Outline(page).text
    with pytest.raises(UnknownPersonError, match="there is no person 'nobody' in the records"):
        await exported(shelf, "nobody")


@pytest.mark.timeout(120)
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_much_is_written_piece_by_piece(shelf: Shelf, tmp_path: Path) -> None:
    """Thousands of long messages take less memory than their texts."""
    text = "words " * 300
    await shelf.write("member", "first")
    await shelf.archive_all()
    await asyncio.gather(*(shelf.write("mentor", f"{n} {text}") for n in range(MUCH)))
    exporting = export_on(shelf)
    person = await exporting.find("mia")
    seen: list[tuple[int, int]] = []
    tracemalloc.start()
    try:
        with written(tmp_path / "out", ("mia.json", "mia.html")) as (data, page):
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            await exporting.write(
                person, (JsonFile(data), ExportPage(page)), lambda done, total: seen.append((done, total))
            )
            most = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert seen[0] == (0, MUCH + 1)
    assert seen[-1] == (MUCH + 1, MUCH + 1)
    size = await asyncio.to_thread(lambda: (tmp_path / "out" / "mia.json").stat().st_size)
    assert size > MUCH * len(text)
    assert most < size


def test_files_are_for_their_owner_and_whole(tmp_path: Path) -> None:
    """Nothing is left of those that were not finished; those of an earlier export are replaced."""
    folder = tmp_path / "new" / "folder"
    with written(folder, ("a.json", "a.html")) as (data, page):
        data.write("1")
        page.write("2")
    assert {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {
        "a.json": 0o600,
        "a.html": 0o600,
    }
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with pytest.raises(RuntimeError), written(folder, ("a.json", "a.html")) as (data, _):
        data.write("half")
        raise RuntimeError
    assert sorted(file.name for file in folder.iterdir()) == ["a.html", "a.json"]
    assert (folder / "a.json").read_text() == "1"


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    sentence = r"--to: .*file.* cannot be written: .*name a folder"
    with pytest.raises(SettingsError, match=sentence), written(tmp_path / "file" / "below", ("a.json",)):
        raise AssertionError("it was opened")


@pytest.mark.parametrize("key", texts.TABLE)
def test_every_text_stands_in_all_three_languages(key: str) -> None:
    assert len(texts.TABLE[key]) == len(LANGUAGES)
    assert all(text.strip() for text in texts.TABLE[key])


async def test_a_mentor_gets_what_they_wrote_in_the_place_of_others(shelf: Shelf) -> None:
    """Theirs alone of the conversation, archived or not, word for word."""
    details = PersonDetails("mentor", "Ann", locale="nb")
    assert isinstance(await shelf.provisioning.put_person("ann", details), Written)
    now = await shelf.ledger.now()
    absence = AbsenceRecord("tom", "flu", now - 1, now + HOUR, "ann", set_at=now - 1)
    async with shelf.database.begin() as connection:
        await absences.put(connection, absence)
    ann = StandIn("ann", absence.since, absence.until)
    await shelf.write("member", "a secret of Mia's")
    await shelf.stand_in(ann, "yes")
    await shelf.archive_all()
    await shelf.stand_in(ann, "<b>see you</b>")
    document, page = await exported(shelf, "ann")
    found = document["person"]["records"]["stood_in"]
    assert [(each["conversation_id"], each["seq"], each["body"]) for each in found] == [
        ("c1", 2, "yes"),
        ("c1", 3, "<b>see you</b>"),
    ]
    assert document["conversations"] == []
    assert "secret" not in page
    assert "<td>yes</td>" in page
    assert "&lt;b&gt;see you&lt;/b&gt;" in page
    assert "Skrevet i andres sted" in Outline(page).text
