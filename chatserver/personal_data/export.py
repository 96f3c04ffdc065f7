"""Everything about a person, read piece by piece: however much there is, little of it is in memory at once."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Protocol

from msgspec import Struct

from chatserver.access.revocation import Revocations
from chatserver.attachments.book import AttachmentBook
from chatserver.audit.line import AuditDeed, AuditRole
from chatserver.audit.trail import note
from chatserver.cases.case_texts import CaseTexts
from chatserver.cases.readings_told import readings_told
from chatserver.conversations import conversation
from chatserver.conversations.conversation import Subscription
from chatserver.conversations.person import PersonRecord
from chatserver.conversations.rows import conversations, people
from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.mentoring.room import mentoring_on
from chatserver.messages.log import MessageLog
from chatserver.personal_data import recorded
from chatserver.personal_data.case_notes import notes_of
from chatserver.personal_data.cases_seen import cases_seen
from chatserver.personal_data.contents import (
    AboutPerson,
    DeadlineNotice,
    ExportedConversation,
    ExportedMessage,
    ExportedPlan,
    ExportedWait,
    Other,
    Stand,
)
from chatserver.personal_data.files import ExportedFile, file_row, path_of
from chatserver.personal_data.mentoring import exercises_in, kept_by
from chatserver.personal_data.recorded import Rows
from chatserver.personal_data.stood_in import written_standing_in
from chatserver.personal_data.subject import UnknownPersonError, messages_in
from chatserver.personal_data.unsent import unsent_of
from chatserver.protocol.entry import read_opened
from chatserver.protocol.events import Role
from chatserver.records.database import Database
from chatserver.replies.rows import waits as reply_waits
from chatserver.replies.rows.waits import ClosedWait, ReplyNotice
from quotas import instant
from quotas.ledger.base import Entry
from quotas.ledger.redis import RedisLedger
from quotas.standing import Standing

PAGE = 200
"""Messages read at once."""


class Sink(Protocol):
    """Gets an export in the order of its files."""

    def begin(self, person: AboutPerson, exported_at: str, conversations: Sequence[str]) -> None:
        """First, once."""

    def conversation(self, conversation: ExportedConversation) -> None:
        """Then each conversation, and after it its messages."""

    def message(self, message: ExportedMessage) -> None:
        """In order of `seq`."""

    def end_conversation(self) -> None:
        """There are no more of its messages."""

    def end(self) -> None:
        """Last, once."""


class Exported(Struct, frozen=True):
    """How much it was."""

    conversations: int
    messages: int


class Export:
    """Its methods raise DatabaseError, StoreError."""

    def __init__(
        self,
        *,
        database: Database,
        ledger: RedisLedger,
        log: MessageLog,
        revocations: Revocations,
        keys: ConversationKeys,
        attachments: AttachmentBook,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._log = log
        self._revocations = revocations
        self._keys = keys
        self._case_texts = CaseTexts(keys)
        self._mentoring = mentoring_on(database, keys, log, ledger.now)
        self._attachments = attachments

    async def find(self, id: str) -> PersonRecord:
        """Raises UnknownPersonError."""
        async with self._database.read() as connection:
            found = await people.find(connection, id)
        if found is None:
            raise UnknownPersonError(id)
        return found

    async def note(self, person: str, by: str, role: AuditRole) -> None:
        """That somebody is about to be given everything about a person."""
        await note(self._database, AuditDeed(await self._ledger.now(), by, role, "person.exported", person=person))

    async def write(
        self, person: PersonRecord, sinks: Sequence[Sink], on_progress: Callable[[int, int], None]
    ) -> Exported:
        """Give every sink everything. `on_progress` gets how many messages are written and how many there are.

        What is written meanwhile may be in it or not.
        """
        async with self._database.read() as connection:
            names = await people.conversations_with(connection, person.id)
            records = await recorded.of_person(connection, person.id)
        records["cases_seen"] = await cases_seen(self._database, self._case_texts, person)
        records |= await unsent_of(self._database, self._keys, self._attachments, person.id)
        records["case_notes"] = await notes_of(self._database, self._case_texts, person.id)
        records["stood_in"] = await written_standing_in(self._database, self._log, person.id)
        records |= await kept_by(self._mentoring, person.id)
        total = await messages_in(self._ledger, names)
        done = 0
        on_progress(done, total)
        about = _about(person, await self._revocations.before(person.id), records)
        exported_at = instant.text(await self._ledger.now())
        for sink in sinks:
            sink.begin(about, exported_at, names)
        for name in names:
            conversation = await self._conversation(person.id, name)
            for sink in sinks:
                sink.conversation(conversation)
            last = 0
            while page := await self._log.page(name, last, 2**53, PAGE):
                for entry in page:
                    message = _message(entry)
                    for sink in sinks:
                        sink.message(message)
                last = page[-1].seq
                done += len(page)
                on_progress(done, max(done, total))
            for sink in sinks:
                sink.end_conversation()
        for sink in sinks:
            sink.end()
        return Exported(len(names), done)

    async def files(self, person: str) -> AsyncIterator[ExportedFile]:
        """Every file of their conversations: where it stands among the files of an export, and what is in it.

        Reading `content` raises FileStoreError too, and SealError.
        """
        async with self._database.read() as connection:
            names = await people.conversations_with(connection, person)
        for name in names:
            async for found in self._attachments.of(name, person):
                if found.state == "ready":
                    yield ExportedFile(path_of(found), self._attachments.read(found, 0, found.size))

    async def _conversation(self, person: str, name: str) -> ExportedConversation:
        standing = await self._ledger.standing(name)
        files = [file_row(each) async for each in self._attachments.of(name, person)]
        async with self._database.read() as connection:
            found = await conversations.find(connection, name)
            assert found is not None, "conversations are never deleted"  # noqa: S101 - for whoever changes that
            other_id, role = _other_side(person, found)
            other = await people.find(connection, other_id)
            exercises = await exercises_in(self._mentoring, name, is_member=role == "mentor")
            return ExportedConversation(
                id=name,
                other=Other(other_id, role, other.name if other is not None else ""),
                status=found.status,
                zone=found.zone,
                holidays=found.holidays,
                created_at=instant.text(found.created_at),
                updated_at=instant.text(found.updated_at),
                plans=[_plan(each) for each in await conversations.subscriptions(connection, name)],
                stand=_stand(standing) if standing is not None else None,
                waits=[_wait(each) for each in await reply_waits.waits_in(connection, name)],
                notices=[_notice(each) for each in await reply_waits.notices_in(connection, name)],
                mentor_days=[day.isoformat() for day in await reply_waits.mentor_days_in(connection, name)],
                subscription_from=found.subscription_from.isoformat() if found.subscription_from else None,
                kind=found.kind,
                ended_reason=None if found.ended_reason == "removed" else found.ended_reason,
                chosen_plan=found.chosen_plan,
                chosen_at=instant.text_or_none(found.chosen_at),
                read_by_support=[instant.text(at) for at in await readings_told(connection, name)],
                records=await recorded.of_conversation(connection, name)
                | {"attachments": files, "exercises": exercises},
            )


def _other_side(person: str, record: conversation.ConversationRecord) -> tuple[str, Role]:
    return (record.mentor, "mentor") if record.member == person else (record.member, "member")


def _about(person: PersonRecord, tokens_refused_before: int, records: Rows) -> AboutPerson:
    return AboutPerson(
        id=person.id,
        role=person.role,
        name=person.name,
        zone=person.zone,
        locale=person.locale,
        email=person.email,
        country=person.country,
        created_at=instant.text(person.created_at),
        updated_at=instant.text(person.updated_at),
        erased_at=instant.text_or_none(person.erased_at),
        tokens_refused_before=instant.text_or_none(tokens_refused_before),
        records=records,
    )


def _plan(held: Subscription) -> ExportedPlan:
    return ExportedPlan(held.plan, instant.text(held.started_at), instant.text_or_none(held.ended_at))


def _stand(standing: Standing) -> Stand:
    usage = standing.usage
    return Stand(
        last_seq=standing.last_seq,
        member_read=standing.member_read,
        mentor_read=standing.mentor_read,
        week=usage.week,
        windows_used=usage.windows_used,
        messages_used=usage.messages_used,
        window_ends_at=instant.text_or_none(usage.window_ends_at),
        live_until=instant.text_or_none(usage.live_until),
        waiting_since=instant.text_or_none(usage.waiting_since),
        due_at=instant.text_or_none(usage.due_at),
        missed=standing.missed,
    )


def _wait(wait: ClosedWait) -> ExportedWait:
    return ExportedWait(
        plan=wait.plan,
        waiting_since=instant.text(wait.waiting_since),
        due_at=instant.text_or_none(wait.due_at),
        answered_at=instant.text_or_none(wait.answered_at),
        dropped_at=instant.text_or_none(wait.dropped_at),
        waited_ms=wait.waited_ms,
        counted_ms=wait.counted_ms,
        in_time=wait.in_time,
        answered_by=wait.answered_by,
        ended_as=wait.ended_as,
    )


def _notice(notice: ReplyNotice) -> DeadlineNotice:
    return DeadlineNotice(
        notice.kind,
        notice.plan,
        instant.text(notice.waiting_since),
        instant.text(notice.due_at),
        instant.text(notice.at),
    )


def _message(entry: Entry) -> ExportedMessage:
    written = read_opened(entry.entry)
    return ExportedMessage(
        seq=entry.seq,
        at=instant.text(entry.at),
        sender=written.sender,
        role=written.role,
        id=written.id,
        body=written.body,
        exercise=written.exercise,
        urgent=written.urgent,
        written_at=written.written_at,
        erased=written.erased,
        kind=written.kind,
        event=written.event,
        about=written.about,
        reply_to=written.reply_to,
        attachments=written.attachments,
        deleted=written.deleted,
    )
