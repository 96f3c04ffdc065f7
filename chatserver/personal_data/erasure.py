"""A person's texts and name are erased for good; what others wrote to them stays.

Beside running servers, step by step, and each step may be done again: a command that was killed goes on where it was.

1. Nothing but id and role is left of the person's record, what they were told of, what is on its way to them, what
   they kept as a mentor and what was written in their cases goes, and their tokens are revoked.
2. Each of their conversations ends and gets its next key. A post that was sealed with an old one is stale, and comes
   back to its writer as refused: whatever was accepted before is there.
3. The store's messages move to the archive, all of them.
4. There the person's texts go, and the others' are sealed anew with the new key, also what they have not sent. Events
   stay: they hold no texts.
   So do the person's files; of the others' it is their names, and what opens them, that is sealed anew.
   Exercises go, whoever gave them: what was handed in is a message, too.
5. The old keys go: copies of store and archive hold texts that nobody can read any more. The conversation is told of
   once more, for apps that still show what it held.
6. What was noted for them meanwhile goes, and mails in the folder: by whoever had read the record before step 1.
7. A SQLite file is written anew, without what is left of deleted rows.

Where they stood in for a mentor, their texts go in the same way, but the conversation goes on: it is others'.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from chatserver.access.revocation import Revocations
from chatserver.attachments.book import AttachmentBook
from chatserver.cases.case_texts import OF_LATER_KEYS, key_name
from chatserver.cases.erased_words import forget_notes
from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.person import PersonRecord
from chatserver.conversations.provisioning import Provisioning
from chatserver.conversations.rows import conversations, people
from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.own_seal import OF_LATER_KEYS as OF_LATER_OWN_KEYS
from chatserver.keys.own_seal import own_key_name
from chatserver.keys.sealing import Key, SealError, number_of
from chatserver.messages.archive import Archive
from chatserver.messages.rows import messages
from chatserver.messages.rows.messages import MessageRow
from chatserver.notices.fact import Fact
from chatserver.notices.mailbox import remove_mails
from chatserver.notices.noting import Noting
from chatserver.personal_data import rows as erasures
from chatserver.personal_data.leftovers import erasing_alone, wipe
from chatserver.personal_data.rows import Remains
from chatserver.personal_data.subject import UnknownPersonError, messages_in
from chatserver.personal_data.unsent import keys_of, seal_anew
from chatserver.records.database import Database
from chatserver.settings import SettingsError
from quotas import instant
from quotas.admission import Status
from quotas.ledger.archive import Keep, LedgerArchive
from quotas.ledger.redis import RedisLedger
from quotas.standing import Standing
from quotas.store.errors import StoreError

BATCH = 500
"""Messages changed in one transaction, so that nobody who writes waits long."""
_NOTHING = Keep(messages=0, age=0)

logger = logging.getLogger(__name__)


class Erased(Struct, frozen=True):
    """What became of it."""

    person: str
    conversations: list[str]
    stood_in: list[str]
    """Conversations of others in which they may have written in the mentor's place: those go on."""
    unrecorded: list[str]
    """Conversations that only the store knows, as after a restored backup: nothing was erased from them."""
    tokens_before: int
    """Tokens issued before this instant are refused."""
    remains: Remains
    wiped: bool
    """Whether the database's file was written anew."""


class Erasure:
    """Its methods raise DatabaseError, StoreError, FileStoreError and SettingsError; the same erasure again goes on.

    `mail_folder` is where mails go without a relay; whether there is one does not matter.
    """

    def __init__(
        self,
        *,
        database: Database,
        ledger: RedisLedger,
        ledger_archive: LedgerArchive,
        archive: Archive,
        keys: ConversationKeys,
        provisioning: Provisioning,
        revocations: Revocations,
        noting: Noting,
        attachments: AttachmentBook,
        mail_folder: Path,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._ledger_archive = ledger_archive
        self._archive = archive
        self._keys = keys
        self._provisioning = provisioning
        self._revocations = revocations
        self._noting = noting
        self._attachments = attachments
        self._mail_folder = mail_folder

    async def erase(self, person: str, on_progress: Callable[[int, int], None]) -> Erased:
        """Erase everything that can go. `on_progress` gets how many messages are looked at, and how many there are.

        An erasure that has ended before is gone through once more: a store or database that was restored since may
        hold again what was erased. Raises UnknownPersonError.
        """
        async with erasing_alone(self._database):
            async with self._database.read() as connection:
                stood_in = await erasures.stood_in(connection, person)
            before = await self._forget_person(person)
            async with self._database.read() as connection:
                recorded = await people.conversations_with(connection, person)
                begun = await erasures.begun(connection, person)
            stood_in = sorted({*stood_in, *begun} - set(recorded))
            done = {each.conversation for each in begun.values() if each.done_at is not None}
            open_still = [name for name in (*recorded, *stood_in) if name not in done]
            names = open_still or [*recorded, *stood_in]
            progress = _Progress(on_progress, await messages_in(self._ledger, names))
            for name in names:
                await self._erase_from(person, name, progress, ends=name in recorded, was_done=name in done)
            unrecorded = sorted(set(await self._ledger.conversations_of(person)) - set(recorded))
            await self._forget_late(person, recorded)
            wiped = await wipe(self._database)
            async with self._database.read() as connection:
                remains = await erasures.remains(connection, person)
        return Erased(person, recorded, stood_in, unrecorded, before, remains, wiped)

    async def _forget_person(self, person: str) -> int:
        async with self._database.begin() as connection:
            found = await people.find_to_change(connection, person)
            if found is None:
                raise UnknownPersonError(person)
            # From here on nobody puts them into another conversation.
            at = await self._ledger.now()
            await erasures.erase_person(connection, person, at)
            await erasures.forget_notices(connection, person)
            refs = await forget_notes(connection, person, date.fromisoformat(instant.text(at)[:10]))
            made = await self._noting.note(connection, [_erased(found, at)], at)
        for ref in refs:
            await self._keys.destroy(key_name(ref), OF_LATER_KEYS)
        await self._keys.destroy(own_key_name(person), OF_LATER_OWN_KEYS)
        await self._noting.tell(made)
        now = time.time_ns() // 1_000_000
        return await self._revocations.revoke(person, now, now)

    async def _erase_from(self, person: str, name: str, progress: "_Progress", *, ends: bool, was_done: bool) -> None:
        number, last_seq = await self._with_next_key(person, name, ends=ends)
        await self._empty_log(name, last_seq)
        await self._erase_exercises(person, name, number, ends=ends)
        await self._erase_texts(person, name, number, progress)
        await self._attachments.erase(person, name, await self._keys.current(name, number))
        await self._keys.destroy(name, number)
        if not was_done:
            await self._say_again(name)
        async with self._database.begin() as connection:
            await erasures.finish(connection, person, name, await self._ledger.now())

    async def _say_again(self, name: str) -> None:
        """Tell of the conversation once more, as it is: apps that show it ask for its messages again."""
        async with self._database.begin() as connection:
            found = await conversations.find_to_change(connection, name)
            assert found is not None, "conversations are never deleted"  # noqa: S101 - for whoever changes that
            again = replace(found, revision=found.revision + 1)
            await conversations.change(connection, again)
        await self._provisioning.project(again)

    async def _forget_late(self, person: str, conversations: Sequence[str]) -> None:
        """What was noted or sent by a process that had read the record before it was erased."""
        async with self._database.begin() as connection:
            await erasures.forget_notices(connection, person)
        about = [f"person:{person}", *(f"conversation:{name}" for name in conversations)]
        try:
            await asyncio.to_thread(remove_mails, self._mail_folder, about)
        except OSError as error:
            raise SettingsError(
                f"{self._mail_folder}: mails there cannot be removed: {error.strerror}; make it writable, and run this "
                "command again"
            ) from None

    # Step 2

    async def _with_next_key(self, person: str, name: str, *, ends: bool) -> tuple[int, int]:
        """Let the conversation have another key, and end it where it is the person's own.

        The number of the key, and the last seq that may be sealed with an earlier one.
        """
        standing = await self._ledger.standing(name)
        now = await self._ledger.now()
        async with self._database.begin() as connection:
            found = await conversations.find_to_change(connection, name)
            assert found is not None, "conversations are never deleted"  # noqa: S101 - for whoever changes that
            begun = (await erasures.begun(connection, person)).get(name)
            if begun is None:
                number = _newest_key(found, standing) + 1
                await erasures.begin(connection, person, name, number)
            else:
                number = begun.key_number
            wanted = _with_key(found, standing, number, "ended" if ends else found.status)
            if wanted != found:
                await conversations.change(connection, replace(wanted, updated_at=now))
                await self._provisioning.changed(connection, found, wanted, now)
        told = await self._provisioning.project(wanted)
        if told.settings.key < number or (ends and told.settings.status != "ended"):
            raise StoreError(f"the conversation {name} has just been changed in the store; run the command again")
        return number, told.last_seq

    # Step 3

    async def _empty_log(self, name: str, last_seq: int) -> None:
        """Up to that seq: where the conversation goes on, what is written since has the next key."""
        while await self._archive.archive([name], _NOTHING):
            pass
        left = await self._ledger_archive.unarchived(name, 1)
        if left is not None and (left.archived < last_seq or await self._ledger.messages(name, 0, last_seq + 1, 1)):
            raise StoreError(
                f"the store has other messages of the conversation {name} than the archive: it was lost, or is older; "
                "run `chatserver rebuild`, then this command again"
            )

    # Step 4

    async def _erase_exercises(self, person: str, name: str, number: int, *, ends: bool) -> None:
        new = await self._keys.current(name, number)
        old = await self._keys.existing(name, range(1, number + 1))
        async with self._database.begin() as connection:
            await erasures.forget_exercises(connection, name, None if ends else person)
            for id, form, answers in await erasures.exercises_to_seal(connection, name):
                anew = [_anew(each, old, new) if each is not None else None for each in (form, answers)]
                await erasures.seal_exercise(connection, name, id, anew[0] or form, anew[1] or answers)

    async def _erase_texts(self, person: str, name: str, number: int, progress: "_Progress") -> None:
        new = await self._keys.current(name, number)
        async with self._database.begin() as connection:
            old = await self._keys.existing(name, {each for each in await keys_of(connection, name) if each < number})
            await seal_anew(connection, name, old, new)
        last = 0
        while True:
            async with self._database.read() as connection:
                page = await messages.page(connection, name, last, 2**53, BATCH)
            if not page:
                return
            kept = [each for each in page if each.sender != person and 0 < _key_number(each) < number]
            old = await self._keys.existing(name, {_key_number(each) for each in kept})
            texts: list[tuple[int, bytes | None]] = [
                (each.seq, None) for each in page if each.sender == person and each.sealed is not None
            ]
            texts += [(each.seq, sealed) for each in kept if (sealed := _sealed_anew(each, old, new)) is not None]
            async with self._database.begin() as connection:
                await erasures.replace_texts(connection, name, texts)
            last = page[-1].seq
            progress.advance(len(page))


class _Progress:
    def __init__(self, tell: Callable[[int, int], None], total: int) -> None:
        self._tell = tell
        self._total = total
        self._done = 0
        tell(0, total)

    def advance(self, count: int) -> None:
        self._done += count
        self._tell(self._done, max(self._total, self._done))


def _newest_key(found: ConversationRecord, standing: Standing | None) -> int:
    """The ledger is ahead of records that were restored from a backup."""
    return found.key_number if standing is None else max(found.key_number, standing.settings.key)


def _erased(person: PersonRecord, at: int) -> Fact:
    """That they were: once, however often the command is run."""
    return Fact(
        event="person.erased",
        mark=person.id,
        at=person.erased_at or at,
        member=person.id if person.role == "member" else "",
        mentor=person.id if person.role == "mentor" else "",
        data={"person": person.id},
    )


def _with_key(found: ConversationRecord, standing: Standing | None, number: int, status: Status) -> ConversationRecord:
    """The record as it must be, with a revision that the ledger takes over; the same where all is so already."""
    wanted = replace(found, status=status, key_number=max(found.key_number, number))
    told = standing.settings if standing is not None else None
    if wanted == found and (told is None or (told.key, told.status) == (wanted.key_number, status)):
        return found
    return replace(wanted, revision=max(found.revision, told.revision if told else 0) + 1)


def _key_number(message: MessageRow) -> int:
    return number_of(message.sealed or b"")


def _sealed_anew(message: MessageRow, old: dict[int, Key], new: Key) -> bytes | None:
    """None where the text cannot be read any more: it stays as it is."""
    return _anew(message.sealed or b"", old, new)


def _anew(sealed: bytes, old: dict[int, Key], new: Key) -> bytes | None:
    """As `_sealed_anew`."""
    key = old.get(number_of(sealed))
    try:
        return new.seal(key.open(sealed)) if key is not None else None
    except SealError as error:
        logger.error("a text stays sealed: %s", error, extra={"conversation": new.conversation})
        return None
