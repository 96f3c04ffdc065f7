"""Exercises in conversations: what was given, how far it is filled in, and what was handed in.

Form and answers are sealed with the conversation's key. What is not handed in is a draft that the member alone reads;
the mentor sees how much of it is answered.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from hashlib import blake2b
from typing import Literal

import msgspec
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.contacts import contacts
from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.records import locked, record
from chatserver.conversations.requests import FieldProblem, Invalid, Missing
from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.sealing import Key, SealError, number_of
from chatserver.mentoring import answers as answering
from chatserver.mentoring.answers import ExerciseAnswer
from chatserver.mentoring.forms import ExerciseForm, SavedItem, form_of
from chatserver.mentoring.rows import exercises as rows
from chatserver.mentoring.rows.exercises import KeptExercise
from chatserver.messages.log import MessageLog
from chatserver.protocol.base64url import base64url_text
from chatserver.records.database import Database
from quotas.instant import MINUTE
from quotas.phrases import language_of

UNDERWAY = MINUTE
"""For how long one message that hands an exercise in keeps others from it before it is written, in ms."""

logger = logging.getLogger(__name__)
_form = msgspec.json.Decoder(ExerciseForm)
_answers = msgspec.json.Decoder(tuple[ExerciseAnswer, ...])


class Exercise(Struct, frozen=True):
    """One in the open."""

    kept: KeptExercise
    form: ExerciseForm
    answers: tuple[ExerciseAnswer, ...]


class Giving(Struct, frozen=True):
    """An exercise that is about to be given: `body` is the text of the message."""

    id: str
    body: str


class HandingIn(Struct, frozen=True):
    """One that is about to be handed in: `body` is the text of the message, with the answers as they are now."""

    body: str
    answers: tuple[ExerciseAnswer, ...]


class FillingRefused(Struct, frozen=True):
    """Nothing was written."""

    reason: Literal["ended", "handed_in", "empty", "underway"]


class TooLong(Struct, frozen=True):
    """It would not go into one message: as it is given, or as it is handed in whatever is answered."""


class Exercises:
    """`clock` gives the store's instant. Methods raise DatabaseError and StoreError."""

    def __init__(
        self, database: Database, keys: ConversationKeys, log: MessageLog, clock: Callable[[], Awaitable[int]]
    ) -> None:
        self._database = database
        self._keys = keys
        self._log = log
        self._clock = clock

    async def given_in(self, conversation: str) -> list[Exercise]:
        """Those whose messages were written, in order."""
        async with self._database.read() as connection:
            kept = await rows.of_conversation(connection, conversation)
        settled = await self._settled(conversation, kept)
        return [each for each in await self._opened(conversation, settled) if each.kept.given_seq is not None]

    async def give(
        self, conversation: str, by: str, message: str, place: str, item: SavedItem
    ) -> Giving | TooLong | Missing:
        """Keep it for the conversation, before the message with that id is written. The same message gives it once.

        `place` is where it is saved, in whose library and by which id.
        """
        now, id = await self._clock(), exercise_id(by, message, place)
        async with self._database.read() as connection:
            kept = await rows.find(connection, conversation, id)
        if kept is not None:
            return Giving(id, answering.message_given(each.form)) if (each := await self._one(kept)) else Missing()
        async for found, key in self._keys_of(conversation):
            async with self._database.begin() as connection:
                if (await locked(connection, [conversation]))[conversation].key_number != key.number:
                    continue
                people = await contacts(connection, {found.member, by})
                if len(people) < 2:
                    return Missing()
                form = form_of(item, people[found.member].name, people[by].name)
                if answering.is_too_long(form, ()):
                    return TooLong()
                sealed = key.seal(msgspec.json.encode(form))
                exercise = KeptExercise(
                    conversation_id=conversation, id=id, given_by=by, given_at=now, given_as=message, form=sealed
                )
                if await rows.find(connection, conversation, id) is None:
                    await rows.give(connection, exercise)
            return Giving(id, answering.message_given(form))
        return Missing()

    async def given(self, conversation: str, id: str, seq: int | None) -> None:
        """The message that gives it was written, as `seq`; None: it was not, and there is no exercise."""
        async with self._database.begin() as connection:
            if seq is None:
                await rows.remove(connection, conversation, id)
            else:
                await rows.change(connection, conversation, id, {"given_seq": seq})

    async def hand_in(self, conversation: str, id: str, message: str) -> HandingIn | FillingRefused | Missing:
        """What the message with that id says; the id is kept, so that it is known later whether that was written."""
        async with self._database.read() as connection:
            kept = await rows.find(connection, conversation, id)
        if kept is None:
            return Missing()
        [kept] = await self._settled(conversation, [kept])
        exercise = await self._one(kept)
        if exercise is None or kept.given_seq is None:
            return Missing()
        if kept.handed_in_seq is not None and kept.handed_in_as != message:
            return FillingRefused("handed_in")
        if not exercise.answers:
            return FillingRefused("empty")
        now = await self._clock()
        async with self._database.begin() as connection:
            current = await rows.find_to_change(connection, conversation, id)
            found = await record(connection, conversation)
            if current is None or found is None:
                return Missing()
            if current.handed_in_as != message:
                if current.handed_in_seq is not None:
                    return FillingRefused("handed_in")
                if current.handed_in_as is not None and now < (current.handed_in_at or 0) + UNDERWAY:
                    return FillingRefused("underway")
                await rows.change(connection, conversation, id, {"handed_in_as": message, "handed_in_at": now})
            member = (await contacts(connection, [found.member])).get(found.member)
        language = language_of(member.locale) if member is not None else None
        return HandingIn(
            answering.message_handed_in(exercise.form, exercise.answers, language or "en"), exercise.answers
        )

    async def handed_in(
        self,
        conversation: str,
        id: str,
        message: str,
        written: tuple[int, int] | None,
        answers: Sequence[ExerciseAnswer],
    ) -> None:
        """The message was written, with these answers, as a seq at an instant (ms); None: it was not."""
        if written is None:
            async with self._database.begin() as connection:
                await rows.taken_back(connection, conversation, id, message)
            return
        async for _, key in self._keys_of(conversation):
            async with self._database.begin() as connection:
                if (await locked(connection, [conversation]))[conversation].key_number != key.number:
                    continue
                seq, at = written
                changes = {"handed_in_as": message, "handed_in_seq": seq, "handed_in_at": at, "answered": len(answers)}
                sealed = key.seal(msgspec.json.encode(answers))
                await rows.change(connection, conversation, id, changes | {"answers": sealed})
            return

    async def deleted(self, conversation: str, seq: int) -> None:
        """The message with that seq was deleted: what it gave is gone, or what it handed in, to be begun anew."""
        async with self._database.begin() as connection:
            await rows.deleted(connection, conversation, seq)

    async def note_deleted(self, connection: AsyncConnection, conversation: str, seq: int, at: int) -> None:
        """As `deleted`, in the transaction that archives that."""
        await rows.deleted(connection, conversation, seq)

    async def fill(
        self, conversation: str, id: str, news: Sequence[ExerciseAnswer]
    ) -> Exercise | FillingRefused | Invalid | Missing:
        """Write these answers into what the member has answered; all others stay as they are."""
        now = await self._clock()
        async for found, key in self._keys_of(conversation):
            async with self._database.read() as connection:
                kept = await rows.find(connection, conversation, id)
            # A message may be a moment ahead, or have been written by a process that died before it noted so.
            if kept is not None and (kept.given_seq is None or (kept.handed_in_as and kept.handed_in_seq is None)):
                [kept] = await self._settled(conversation, [kept])
            # What was sealed before another's texts were erased is sealed anew a little later.
            numbers = {number_of(sealed) for sealed in (kept.form, kept.answers) if sealed} if kept else set()
            keys = await self._keys.existing(conversation, numbers) | {key.number: key}
            outcome = await self._filled(found, key, keys, id, news, now)
            if outcome is not None:
                return outcome
        return Missing()

    async def _filled(
        self,
        found: ConversationRecord,
        key: Key,
        keys: dict[int, Key],
        id: str,
        news: Sequence[ExerciseAnswer],
        now: int,
    ) -> Exercise | FillingRefused | Invalid | Missing | None:
        """None where conversation or exercise have another key by now."""
        async with self._database.begin() as connection:
            current = (await locked(connection, [found.id]))[found.id]
            if current.key_number != key.number:
                return None
            kept = await rows.find_to_change(connection, found.id, id)
            if kept is None or kept.given_seq is None:
                return Missing()
            if current.status == "ended":
                return FillingRefused("ended")
            if kept.handed_in_seq is not None:
                return FillingRefused("handed_in")
            if any(number_of(sealed) not in keys for sealed in (kept.form, kept.answers) if sealed):
                return None
            if (before := _read(kept, keys)) is None:
                return Missing()
            if problems := answering.problems_of(before.form, news):
                return Invalid(problems)
            answers = answering.merged(before.answers, news)
            if answering.is_too_long(before.form, answers):
                return Invalid([FieldProblem("answers", "together they would not go into one message")])
            if answers == before.answers:
                return before
            changes = {"answers": key.seal(msgspec.json.encode(answers)), "answered": len(answers), "filled_at": now}
            await rows.change(connection, found.id, id, changes)
            return Exercise(msgspec.structs.replace(kept, **changes), before.form, answers)

    async def _keys_of(self, conversation: str) -> AsyncIterator[tuple[ConversationRecord, Key]]:
        """The conversation with its key, again and again: whoever locks it may find that it has another key by now."""
        while True:
            async with self._database.read() as connection:
                found = await record(connection, conversation)
            if found is None:
                return
            yield found, await self._keys.current(conversation, found.key_number)

    async def _one(self, kept: KeptExercise) -> Exercise | None:
        opened = await self._opened(kept.conversation_id, [kept])
        return opened[0] if opened else None

    async def _settled(self, conversation: str, kept: Sequence[KeptExercise]) -> list[KeptExercise]:
        """With the seqs of messages that were written just before a process died."""
        unsure = {each.given_as for each in kept if each.given_seq is None}
        unsure |= {each.handed_in_as for each in kept if each.handed_in_as and each.handed_in_seq is None}
        if not unsure:
            return list(kept)
        named = await self._log.named(conversation, sorted(unsure))
        written = {(each.head.exercise, each.head.role, each.head.id): each for each in named if not each.head.deleted}
        found = []
        for each in kept:
            changes: dict[str, int] = {}
            given = written.get((each.id, "mentor", each.given_as))
            if each.given_seq is None and given is not None:
                changes["given_seq"] = given.seq
            handed_in = written.get((each.id, "member", each.handed_in_as or ""))
            if each.handed_in_seq is None and handed_in is not None:
                changes |= {"handed_in_seq": handed_in.seq, "handed_in_at": handed_in.at}
            if changes:
                async with self._database.begin() as connection:
                    await rows.change(connection, conversation, each.id, changes)
            found.append(msgspec.structs.replace(each, **changes))
        return found

    async def _opened(self, conversation: str, kept: Sequence[KeptExercise]) -> list[Exercise]:
        numbers = {number_of(sealed) for each in kept for sealed in (each.form, each.answers) if sealed is not None}
        keys = await self._keys.existing(conversation, numbers) if numbers else {}
        return [opened for each in kept if (opened := _read(each, keys)) is not None]


def exercise_id(by: str, message: str, place: str) -> str:
    """Of the one that a message gives: the same for the same message of the same mentor, who gives the same item by it.

    The message names it in its head: so an id that gave one item gives no other one.
    """
    return base64url_text(blake2b(f"{by} {place} {message}".encode(), digest_size=16).digest())


def _read(kept: KeptExercise, keys: dict[int, Key]) -> Exercise | None:
    """None where it does not open."""
    try:
        form = _form.decode(keys[number_of(kept.form)].open(kept.form))
        sealed = kept.answers
        answers = _answers.decode(keys[number_of(sealed)].open(sealed)) if sealed is not None else ()
    except (KeyError, SealError, msgspec.DecodeError):
        logger.error("an exercise does not open", extra={"conversation": kept.conversation_id})
        return None
    return Exercise(kept, form, answers)
