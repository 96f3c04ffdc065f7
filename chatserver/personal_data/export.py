"""Everything about a person, read piece by piece: however much there is, little of it is in memory at once."""

from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from chatserver.access.revocation import Revocations
from chatserver.conversations import conversation
from chatserver.conversations.conversation import Subscription
from chatserver.conversations.membership import MembershipRecord, NotedStep
from chatserver.conversations.person import PersonRecord
from chatserver.conversations.rows import conversations, memberships, people
from chatserver.messages.log import MessageLog
from chatserver.personal_data.contents import (
    AboutPerson,
    ExportedConversation,
    ExportedMembership,
    ExportedMessage,
    ExportedPlace,
    ExportedPlan,
    ExportedRenewal,
    ExportedSeries,
    ExportedWait,
    Notice,
    Other,
    Stand,
)
from chatserver.personal_data.subject import UnknownPersonError, messages_in
from chatserver.protocol.entry import read_opened
from chatserver.protocol.events import Role
from chatserver.protocol.statements import statement_view
from chatserver.records.database import Database
from chatserver.replies.rows import waits as reply_waits
from chatserver.replies.rows.waits import ClosedWait, ReplyNotice
from chatserver.sessions.hours import HoursRecord
from chatserver.sessions.hours_requests import ListedPrice
from chatserver.sessions.hours_view import hours_view
from chatserver.sessions.rows import hours as hour_rows
from chatserver.sessions.rows import prices as price_rows
from chatserver.sessions.rows import series as series_rows
from chatserver.sessions.rows import statements
from chatserver.sessions.rows.statements import IssuedStatement
from chatserver.sessions.series_record import SeriesPlace, SeriesRecord
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

    def __init__(self, database: Database, ledger: RedisLedger, log: MessageLog, revocations: Revocations) -> None:
        self._database = database
        self._ledger = ledger
        self._log = log
        self._revocations = revocations

    async def find(self, id: str) -> PersonRecord:
        """Raises UnknownPersonError."""
        async with self._database.read() as connection:
            found = await people.find(connection, id)
        if found is None:
            raise UnknownPersonError(id)
        return found

    async def write(
        self, person: PersonRecord, sinks: Sequence[Sink], on_progress: Callable[[int, int], None]
    ) -> Exported:
        """Give every sink everything. `on_progress` gets how many messages are written and how many there are.

        What is written meanwhile may be in it or not.
        """
        async with self._database.read() as connection:
            names = await people.conversations_with(connection, person.id)
            agreed = await memberships.history(connection, person.id)
            renewals = await memberships.steps_of(connection, person.id)
            issued = await statements.issued_to(connection, person.id)
            hours, prices = await hour_rows.find(connection, person.id), await price_rows.find(connection, person.id)
        total = await messages_in(self._ledger, names)
        done = 0
        on_progress(done, total)
        about = replace(
            _about(person, await self._revocations.before(person.id), agreed, renewals, issued),
            hours=hours_view(HoursRecord(person.id, *hours)) if hours else None,
            prices=[ListedPrice(minutes, price.amount, price.currency) for minutes, price in prices.items()],
        )
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

    async def _conversation(self, person: str, name: str) -> ExportedConversation:
        standing = await self._ledger.standing(name)
        async with self._database.read() as connection:
            found = await conversations.find(connection, name)
            assert found is not None, "conversations are never deleted"  # noqa: S101 - for whoever changes that
            other_id, role = _other_side(person, found)
            other = await people.find(connection, other_id)
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
                series=[
                    _series(each, await series_rows.places(connection, each.id, 0))
                    for each in await series_rows.of_conversation(connection, name)
                ],
            )


def _other_side(person: str, record: conversation.ConversationRecord) -> tuple[str, Role]:
    return (record.mentor, "mentor") if record.member == person else (record.member, "member")


def _about(
    person: PersonRecord,
    tokens_refused_before: int,
    agreed: Sequence[MembershipRecord],
    renewals: Sequence[NotedStep],
    issued: Sequence[IssuedStatement],
) -> AboutPerson:
    return AboutPerson(
        id=person.id,
        role=person.role,
        name=person.name,
        zone=person.zone,
        locale=person.locale,
        email=person.email,
        created_at=instant.text(person.created_at),
        updated_at=instant.text(person.updated_at),
        erased_at=_text(person.erased_at),
        tokens_refused_before=_text(tokens_refused_before),
        memberships=[_membership(each) for each in agreed],
        renewals=[_renewal(each) for each in renewals],
        statements=[statement_view(each.statement, each.issued_at) for each in issued],
        hours=None,
        prices=[],
    )


def _membership(agreed: MembershipRecord) -> ExportedMembership:
    terms = agreed.terms
    return ExportedMembership(
        renewal=terms.renewal,
        started_on=terms.started_on.isoformat(),
        paid_until=terms.paid_until.isoformat() if terms.paid_until else None,
        amount=terms.price.amount,
        currency=terms.price.currency,
        payer=terms.payer,
        cadence=terms.cadence,
        renews=terms.renews,
        set_at=instant.text(agreed.set_at),
        set_by=agreed.set_by,
    )


def _renewal(step: NotedStep) -> ExportedRenewal:
    return ExportedRenewal(
        kind=step.kind,
        paid_until=step.paid_until.isoformat(),
        renewed_until=step.renewed_until.isoformat(),
        amount=step.price.amount,
        currency=step.price.currency,
        payer=step.payer,
        at=instant.text(step.at),
        noted_at=instant.text(step.noted_at),
    )


def _plan(held: Subscription) -> ExportedPlan:
    return ExportedPlan(held.plan, instant.text(held.started_at), _text(held.ended_at))


def _stand(standing: Standing) -> Stand:
    usage = standing.usage
    return Stand(
        last_seq=standing.last_seq,
        member_read=standing.member_read,
        mentor_read=standing.mentor_read,
        week=usage.week,
        windows_used=usage.windows_used,
        messages_used=usage.messages_used,
        window_ends_at=_text(usage.window_ends_at),
        live_until=_text(usage.live_until),
        waiting_since=_text(usage.waiting_since),
        due_at=_text(usage.due_at),
        missed=standing.missed,
    )


def _wait(wait: ClosedWait) -> ExportedWait:
    return ExportedWait(
        plan=wait.plan,
        waiting_since=instant.text(wait.waiting_since),
        due_at=_text(wait.due_at),
        answered_at=_text(wait.answered_at),
        dropped_at=_text(wait.dropped_at),
        waited_ms=wait.waited_ms,
        counted_ms=wait.counted_ms,
        in_time=wait.in_time,
    )


def _series(series: SeriesRecord, places: Sequence[SeriesPlace]) -> ExportedSeries:
    rule = series.rule
    return ExportedSeries(
        id=series.id,
        service=series.service,
        zone=rule.zone,
        first=instant.text(rule.first),
        minutes=rule.minutes,
        every_weeks=rule.every_weeks,
        until=_text(rule.until),
        begun_by=series.begun_by,
        created_at=instant.text(series.created_at),
        ended_at=_text(series.ended_at),
        ended_from=_text(series.ended_from),
        replaces=series.replaces,
        successor=series.successor,
        places=[ExportedPlace(instant.text(each.starts_at), each.booking_id, each.refusal) for each in places],
    )


def _notice(notice: ReplyNotice) -> Notice:
    return Notice(
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
        erased=written.erased,
        kind=written.kind,
        event=written.event,
    )


def _text(moment: int | None) -> str | None:
    return instant.text_or_none(moment or 0)
