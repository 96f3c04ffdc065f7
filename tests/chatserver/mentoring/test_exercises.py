"""Exercises are given once, filled in bit by bit, and handed in once; their texts are readable to nobody else."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from chatserver.conversations import absences
from chatserver.conversations.absence import AbsenceRecord
from chatserver.conversations.requests import ConversationChange, Invalid, Missing, PersonDetails, Written
from chatserver.keys.own_seal import own_key_name
from chatserver.mentoring.answers import ExerciseAnswer, message_handed_in
from chatserver.mentoring.exercises import Exercise, Exercises, FillingRefused, Giving, HandingIn
from chatserver.mentoring.forms import ExerciseQuestion, SavedItem, form_of
from chatserver.mentoring.library import ItemWritten, Library
from chatserver.mentoring.profiles import MentorProfile, ProfileDetails
from chatserver.mentoring.room import Mentoring
from chatserver.protocol.entry import change_head, joined
from chatserver.records.database import Database
from chatserver.records.tables import CONVERSATION_KEYS, EXERCISES, LIBRARY, MENTOR_PROFILES
from quotas.ledger.base import Change, Changed, Posted
from quotas.standing import Writer
from tests.chatserver.messages.shelf import Shelf, shelf_at
from tests.chatserver.personal_data.test_erasure import erase
from tests.chatserver.personal_data.test_export import exported

WEEK = SavedItem(
    "exercise",
    "A week for {name}",
    "{mentor} asks.",
    questions=[
        ExerciseQuestion("text", "What do you want?"),
        ExerciseQuestion("scale", "How was the day?", days=7, low=0),
        ExerciseQuestion("choice", "When?", options=["Morning", "Evening"]),
    ],
)
CANARY = "kanarifugl"


@pytest.fixture
async def shelf(valkey_url: str, database: Database) -> AsyncIterator[Shelf]:
    async with shelf_at(valkey_url, database) as shelf:
        await shelf.open()
        yield shelf


@pytest.fixture
def mentoring(shelf: Shelf) -> Mentoring:
    return shelf.mentoring


@pytest.fixture
def exercises(mentoring: Mentoring) -> Exercises:
    return mentoring.exercises


async def given(shelf: Shelf, exercises: Exercises, message: str = "g1") -> str:
    """Its id, once its message is written."""
    giving = await exercises.give("c1", "tom", message, "tom/week", WEEK)
    assert isinstance(giving, Giving)
    written = await shelf.write_exercise("mentor", message, giving.id)
    assert isinstance(written, Posted)
    await exercises.given("c1", giving.id, written.seq)
    return giving.id


async def fill(exercises: Exercises, id: str, *answers: ExerciseAnswer) -> Exercise:
    found = await exercises.fill("c1", id, answers)
    assert isinstance(found, Exercise), found
    return found


async def hand_in(shelf: Shelf, exercises: Exercises, id: str, message: str = "h1") -> HandingIn:
    handing = await exercises.hand_in("c1", id, message)
    assert isinstance(handing, HandingIn)
    written = await shelf.write("member", message)
    assert isinstance(written, Posted)
    await exercises.handed_in("c1", id, message, (written.seq, written.at), handing.answers)
    return handing


async def test_one_is_given_filled_in_over_days_and_handed_in(shelf: Shelf, exercises: Exercises) -> None:
    id = await given(shelf, exercises)
    await fill(exercises, id, ExerciseAnswer(2, 3), ExerciseAnswer(1, "Sleep"))
    await fill(exercises, id, ExerciseAnswer(2, 8, day=3), ExerciseAnswer(1, None))
    found = await fill(exercises, id, ExerciseAnswer(3, "Evening"), ExerciseAnswer(1, "Calm"))
    assert [(each.question, each.day, each.value) for each in found.answers] == [
        (1, 1, "Calm"),
        (2, 1, 3),
        (2, 3, 8),
        (3, 1, "Evening"),
    ]
    assert (found.kept.answered, found.form.fields, found.form.title) == (4, 9, "A week for Mia")
    handing = await hand_in(shelf, exercises, id)
    assert handing.body == (
        "A week for Mia\n\n1. What do you want?\nCalm\n\n2. How was the day?\nDag 1: 3 (0 til 10)\nDag 3: 8 (0 til 10)"
        "\n\n3. When?\nEvening"
    )
    assert await exercises.fill("c1", id, [ExerciseAnswer(1, "x")]) == FillingRefused("handed_in")
    assert await exercises.hand_in("c1", id, "h2") == FillingRefused("handed_in")
    assert await exercises.hand_in("c1", id, "h1") == handing
    [kept] = await exercises.given_in("c1")
    assert (kept.answers, kept.kept.handed_in_seq) == (found.answers, 2)


def test_what_is_not_answered_is_said_in_the_members_language() -> None:
    """Of days, those that were answered; where none was, that."""
    form = form_of(WEEK, "Mia", "Tom")
    assert message_handed_in(form, [ExerciseAnswer(3, "Morning")], "nb") == (
        "A week for Mia\n\n1. What do you want?\nIkke besvart\n\n2. How was the day?\nIkke besvart\n\n3. When?\nMorning"
    )
    assert "\nDay 2: 4 (0 to 10)" in message_handed_in(form, [ExerciseAnswer(2, 4, day=2)], "en")


async def test_the_same_message_gives_it_once(shelf: Shelf, exercises: Exercises) -> None:
    """What was not written gives nothing, and can be given again."""
    first = await exercises.give("c1", "tom", "g1", "tom/week", WEEK)
    assert isinstance(first, Giving)
    assert await exercises.give("c1", "tom", "g1", "tom/week", replace(WEEK, title="Other")) == first
    assert await exercises.given_in("c1") == []
    assert await exercises.fill("c1", first.id, [ExerciseAnswer(1, "x")]) == Missing()
    await exercises.given("c1", first.id, None)
    again = await exercises.give("c1", "tom", "g1", "tom/week", replace(WEEK, title="Other"))
    assert isinstance(again, Giving)
    assert again.body == "Other\n\nTom asks."
    assert isinstance(await exercises.give("none", "tom", "g1", "tom/week", WEEK), Missing)


async def test_what_a_dying_process_left_open_is_found_in_the_log(shelf: Shelf, exercises: Exercises) -> None:
    """Both messages were written, and nobody came to note it."""
    giving = await exercises.give("c1", "tom", "g1", "tom/week", WEEK)
    assert isinstance(giving, Giving)
    await shelf.write_exercise("mentor", "g1", giving.id)
    [found] = await exercises.given_in("c1")
    assert (found.kept.id, found.kept.given_seq) == (giving.id, 1)
    await fill(exercises, giving.id, ExerciseAnswer(1, "Calm"))
    assert isinstance(await exercises.hand_in("c1", giving.id, "h1"), HandingIn)
    await shelf.write_exercise("member", "h1", giving.id)
    await shelf.archive_all()
    assert await exercises.hand_in("c1", giving.id, "h2") == FillingRefused("handed_in")
    [found] = await exercises.given_in("c1")
    assert found.kept.handed_in_seq == 2


async def test_what_was_handed_in_by_a_dying_process_is_filled_in_no_more(shelf: Shelf, exercises: Exercises) -> None:
    """Its message is written: what is answered stays what that says."""
    id = await given(shelf, exercises)
    await fill(exercises, id, ExerciseAnswer(1, "Calm"))
    assert isinstance(await exercises.hand_in("c1", id, "h1"), HandingIn)
    await shelf.write_exercise("member", "h1", id)
    assert await exercises.fill("c1", id, [ExerciseAnswer(1, "Restless")]) == FillingRefused("handed_in")
    [found] = await exercises.given_in("c1")
    assert [each.value for each in found.answers] == ["Calm"]


async def test_an_id_of_another_message_is_not_taken_for_it(shelf: Shelf, exercises: Exercises) -> None:
    """A process died before it heard that the id was used already, for a text or for another exercise."""
    first = await given(shelf, exercises)
    await fill(exercises, first, ExerciseAnswer(1, "Calm"))
    assert isinstance(await shelf.write("member", "h1"), Posted)
    assert isinstance(await exercises.hand_in("c1", first, "h1"), HandingIn)
    second = await exercises.give("c1", "tom", "g1", "tom/other", WEEK)
    assert isinstance(second, Giving)
    assert second.id != first
    [found] = await exercises.given_in("c1")
    assert (found.kept.id, found.kept.handed_in_seq) == (first, None)


async def delete(shelf: Shelf, writer: Writer, about: int) -> None:
    """By a process that dies before it notes more."""
    change = Change(
        conversation="c1",
        writer=writer,
        id=f"d{about}",
        digest=bytes(8),
        entry=joined(change_head("mia" if writer == "member" else "tom", writer, f"d{about}", "deletion", about), b""),
        origin="died",
        kind="deletion",
        about=about,
        of=writer,
        key=1,
    )
    assert isinstance(await shelf.ledger.change(change), Changed)


async def test_what_is_deleted_by_a_dying_process_is_gone_all_the_same(shelf: Shelf, exercises: Exercises) -> None:
    """With what was handed in go the answers, with what was given everything: the archive sees to it."""
    id = await given(shelf, exercises)
    await fill(exercises, id, ExerciseAnswer(1, CANARY))
    await hand_in(shelf, exercises, id)
    await delete(shelf, "member", 2)
    await shelf.archive_all()
    [found] = await exercises.given_in("c1")
    assert (found.answers, found.kept.answers, found.kept.handed_in_seq, found.kept.answered) == ((), None, None, 0)
    await fill(exercises, id, ExerciseAnswer(1, "Anew"))
    await delete(shelf, "mentor", 1)
    await shelf.archive_all()
    assert await exercises.given_in("c1") == []
    async with shelf.database.read() as connection:
        assert not (await connection.execute(select(EXERCISES))).all()


async def test_one_that_was_refused_can_be_handed_in_later(shelf: Shelf, exercises: Exercises) -> None:
    id = await given(shelf, exercises)
    assert await exercises.hand_in("c1", id, "h1") == FillingRefused("empty")
    await fill(exercises, id, ExerciseAnswer(1, "Calm"))
    assert isinstance(await exercises.hand_in("c1", id, "h1"), HandingIn)
    await exercises.handed_in("c1", id, "h1", None, ())
    await fill(exercises, id, ExerciseAnswer(1, "Calmer"))
    assert "Calmer" in (await hand_in(shelf, exercises, id, "h2")).body


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        (ExerciseAnswer(4, "x"), "answers[0].question"),
        (ExerciseAnswer(1, "x", day=2), "answers[0].day"),
        (ExerciseAnswer(1, 5), "answers[0].value"),
        (ExerciseAnswer(2, "five"), "answers[0].value"),
        (ExerciseAnswer(2, 11), "answers[0].value"),
        (ExerciseAnswer(3, "Noon"), "answers[0].value"),
    ],
)
async def test_answers_must_fit(shelf: Shelf, exercises: Exercises, answer: ExerciseAnswer, field: str) -> None:
    id = await given(shelf, exercises)
    outcome = await exercises.fill("c1", id, [answer])
    assert isinstance(outcome, Invalid)
    assert [each.field for each in outcome.errors] == [field]


async def test_all_answers_go_into_one_message(shelf: Shelf, exercises: Exercises) -> None:
    many = replace(WEEK, questions=[ExerciseQuestion("text", f"{number}?") for number in range(10)])
    giving = await exercises.give("c1", "tom", "g1", "tom/week", many)
    assert isinstance(giving, Giving)
    await exercises.given("c1", giving.id, 1)
    long = [ExerciseAnswer(number, "å" * 1_500) for number in range(1, 6)]
    await fill(exercises, giving.id, *long)
    outcome = await exercises.fill("c1", giving.id, [ExerciseAnswer(6, "å" * 1_500)])
    assert isinstance(outcome, Invalid)
    assert [each.field for each in outcome.errors] == ["answers"]


async def test_two_devices_overwrite_nothing_of_each_other(shelf: Shelf, exercises: Exercises) -> None:
    id = await given(shelf, exercises)
    await asyncio.gather(*(fill(exercises, id, ExerciseAnswer(2, day, day=day)) for day in range(1, 8)))
    [found] = await exercises.given_in("c1")
    assert [each.value for each in found.answers] == list(range(1, 8))


async def test_an_ended_conversation_is_filled_in_no_more(shelf: Shelf, exercises: Exercises) -> None:
    id = await given(shelf, exercises)
    for status, outcome in (("paused", Exercise), ("ended", FillingRefused)):
        change = ConversationChange(status="paused" if status == "paused" else "ended")
        assert isinstance(await shelf.provisioning.change_conversation("c1", change), Written)
        assert isinstance(await exercises.fill("c1", id, [ExerciseAnswer(1, status)]), outcome)


async def everything(shelf: Shelf) -> bytes:
    """What the tables hold of it."""
    found = []
    async with shelf.database.read() as connection:
        for table in (EXERCISES, LIBRARY, MENTOR_PROFILES):
            found += [repr(tuple(row)) for row in await connection.execute(select(table))]
    return "".join(found).encode()


async def own_things(mentoring: Mentoring, person: str = "tom") -> None:
    library: Library = mentoring.library
    kept = await library.put(person, "hello", SavedItem("text", CANARY, CANARY))
    assert isinstance(kept, ItemWritten)
    profile = await mentoring.profiles.put(person, ProfileDetails(CANARY, ["sleep"]))
    assert isinstance(profile, MentorProfile)


@pytest.mark.parametrize("person", ["mia", "tom"])
async def test_an_erasure_takes_them(shelf: Shelf, mentoring: Mentoring, person: str) -> None:
    """Of the member and of the mentor; what the mentor kept goes with the mentor alone."""
    await own_things(mentoring)
    id = await given(shelf, mentoring.exercises)
    await fill(mentoring.exercises, id, ExerciseAnswer(1, CANARY))
    assert CANARY.encode() not in await everything(shelf)
    document, page = await exported(shelf, "mia")
    assert document["conversations"][0]["records"]["exercises"][0]["answers"][0]["value"] == CANARY
    document, _ = await exported(shelf, "tom")
    assert document["conversations"][0]["records"]["exercises"][0]["answers"] == []
    assert document["person"]["records"]["library"][0]["title"] == CANARY
    assert document["person"]["records"]["mentor_profiles"][0]["expectations"] == CANARY
    await erase(shelf, person)
    assert await mentoring.exercises.given_in("c1") == []
    mine = 0 if person == "tom" else 1
    assert len(await mentoring.library.all_of("tom")) == mine
    async with shelf.database.read() as connection:
        name = own_key_name("tom")
        keys = await connection.execute(select(CONVERSATION_KEYS).where(CONVERSATION_KEYS.c.conversation_id == name))
        assert len(keys.all()) == mine


async def test_exercises_stay_readable_where_a_substitute_is_erased(shelf: Shelf, mentoring: Mentoring) -> None:
    """The conversation goes on with another key; what the substitute gave goes."""
    assert isinstance(await shelf.provisioning.put_person("ann", PersonDetails("mentor", "Ann")), Written)
    id = await given(shelf, mentoring.exercises)
    await fill(mentoring.exercises, id, ExerciseAnswer(1, "Calm"))
    now = await shelf.ledger.now()
    async with shelf.database.begin() as connection:
        await absences.put(connection, AbsenceRecord("tom", "a1", now, now + 1, "ann", now))
    others = await mentoring.exercises.give("c1", "ann", "g2", "tom/week", WEEK)
    assert isinstance(others, Giving)
    await mentoring.exercises.given("c1", others.id, 2)
    await erase(shelf, "ann")
    [found] = await mentoring.exercises.given_in("c1")
    assert (found.kept.id, found.answers) == (id, (ExerciseAnswer(1, "Calm"),))
    await fill(mentoring.exercises, id, ExerciseAnswer(1, "Calmer"))


async def test_ids_of_messages_may_hold_any_character(shelf: Shelf, exercises: Exercises) -> None:
    """As those of other messages do."""
    id = await given(shelf, exercises, "g\x00")
    await fill(exercises, id, ExerciseAnswer(1, "x"))
    await hand_in(shelf, exercises, id, "h\x00")
    [seen] = await exercises.given_in("c1")
    assert (seen.kept.given_as, seen.kept.handed_in_as) == ("g\x00", "h\x00")
