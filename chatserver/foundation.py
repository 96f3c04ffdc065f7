"""What the server and the commands beside it stand on: records and store, opened, and the parts on these two.

The composition root, and nowhere else parts are put together: composition/ those of each room, this file all that need
no keys, keyed.py those that do, app.py the server on them.
"""

import contextlib
from collections.abc import AsyncIterator

from msgspec import Struct

from chatserver.access.revocation import Revocations
from chatserver.cases.case_log import CaseLog
from chatserver.cases.case_steps import CaseSteps
from chatserver.cases.effects import CaseEffects
from chatserver.cases.leaving_mentors import LeavingMentors
from chatserver.cases.member_signs import LedgerSigns
from chatserver.cases.quiet_members import QuietMembers
from chatserver.composition.cases import case_writing_on, cases_on
from chatserver.composition.ground import ground_on
from chatserver.composition.notices import notices_on
from chatserver.composition.opening import connected, migrated, policy_of
from chatserver.composition.reminders import reminders_on
from chatserver.composition.sessions import sessions_on
from chatserver.conversations.choosing import Choosing
from chatserver.conversations.memberships import Memberships
from chatserver.conversations.provisioning import Provisioning
from chatserver.messages.restore import ArchiveRestorer
from chatserver.notices.delivery import Channel, ChannelName
from chatserver.notices.noting import Noting
from chatserver.notices.opening_requests import OpeningRequests
from chatserver.notices.outbox import Outbox
from chatserver.notices.outbox_desk import OutboxDesk
from chatserver.notices.preferences import NoticePreferences
from chatserver.notices.publishing import NoticePublisher
from chatserver.notices.reading import NoticeLists
from chatserver.notices.trials import Trials
from chatserver.operating.metrics import Metrics
from chatserver.operating.timer_watch import TimerWatch
from chatserver.records.database import Database
from chatserver.replies.recorder import ReplyRecords
from chatserver.sessions.absences import AbsenceBook
from chatserver.sessions.advice import Advice
from chatserver.sessions.appointments import BookedSessions
from chatserver.sessions.bookings import Bookings
from chatserver.sessions.calls import Calls
from chatserver.sessions.credit_book import CreditBook
from chatserver.sessions.handing_on import HandingOn
from chatserver.sessions.hours import OpeningHours
from chatserver.sessions.leaving import Leaving
from chatserver.sessions.presence import SessionPresence
from chatserver.sessions.prices import Prices
from chatserver.sessions.series import SeriesBook
from chatserver.sessions.slots import Slots
from chatserver.sessions.statements import Statements
from chatserver.sessions.telling import SessionTelling
from chatserver.settings import Settings
from quotas.ledger.archive import LedgerArchive
from quotas.ledger.redis import RedisLedger
from quotas.ledger.timers import Timers
from quotas.ledger.waits import Waits
from quotas.store.port import Store
from quotas.terms import Rulebook


class Foundation(Struct, frozen=True, kw_only=True):
    """The parts that need no key: they are the same for the server and for what works beside it."""

    node: str
    """This process's name among those on the store."""
    rulebook: Rulebook
    metrics: Metrics
    database: Database
    store: Store
    ledger: RedisLedger
    ledger_archive: LedgerArchive
    """What the archive lacks."""
    waits: Waits
    timers: Timers
    watch: TimerWatch
    records: ReplyRecords
    restorer: ArchiveRestorer
    provisioning: Provisioning
    choosing: Choosing
    trials: Trials
    handing_on: HandingOn
    """Conversations that go on with another mentor."""
    leaving: Leaving
    """Members that do not go on."""
    appointments: BookedSessions
    bookings: Bookings
    calls: Calls
    credits: CreditBook
    hours: OpeningHours
    absences: AbsenceBook
    slots: Slots
    prices: Prices
    series: SeriesBook
    advice: Advice
    telling: SessionTelling
    presence: SessionPresence
    memberships: Memberships
    statements: Statements
    revocations: Revocations
    noting: Noting
    outbox: Outbox
    outbox_desk: OutboxDesk
    channels: dict[ChannelName, Channel]
    """What the outbox sends on: put in by whoever has what they need."""
    notice_publisher: NoticePublisher
    notice_lists: NoticeLists
    preferences: NoticePreferences
    openings: OpeningRequests
    leaving_mentors: LeavingMentors
    case_log: CaseLog
    case_steps: CaseSteps
    case_effects: CaseEffects
    """What cases ask of the rest of the product: put in by whoever does it."""
    signs: LedgerSigns
    quiet: QuietMembers
    """Which members have not been heard of for long."""


@contextlib.asynccontextmanager
async def records_and_ledger(settings: Settings, store_url: str) -> AsyncIterator[Foundation]:
    """Both, and the parts on them. Raises PolicyError, DatabaseError, StoreError, ClockShiftError."""
    rulebook = Rulebook(policy_of(settings))
    async with migrated(settings) as database, connected(settings, store_url) as (store, ledger):
        parts = founded(rulebook, database, store, ledger)
        try:
            yield parts
        finally:
            await parts.outbox.close()


def founded(rulebook: Rulebook, database: Database, store: Store, ledger: RedisLedger) -> Foundation:
    """The parts on records and store that are open already."""
    ground = ground_on(rulebook, database, store, ledger)
    notices = notices_on(ground)
    writing = case_writing_on(ground, notices)
    sessions = sessions_on(ground, notices, writing.openings)
    reminders = reminders_on(ground, notices, sessions.provisioning)
    revocations = Revocations(store)
    cases = cases_on(ground, notices, writing, sessions, revocations)
    own_kinds = (notices.outbox_timer, cases.steps, cases.quiet)
    return Foundation(
        node=ground.node,
        rulebook=rulebook,
        metrics=ground.metrics,
        database=database,
        store=store,
        ledger=ledger,
        ledger_archive=ground.ledger_archive,
        waits=ground.waits,
        timers=ground.timers,
        watch=TimerWatch(ground.timers, [*reminders.timer_kinds, *sessions.timer_kinds, *own_kinds]),
        records=ReplyRecords(
            store=store,
            ledger=ledger,
            waits=ground.waits,
            database=database,
            rulebook=rulebook,
            noting=notices.noting,
            clock=ledger.now,
            name=ground.node,
            metrics=ground.metrics,
            listeners=[cases.missed, cases.notes, cases.quiet],
        ),
        restorer=ground.restorer,
        provisioning=sessions.provisioning,
        trials=reminders.trials,
        choosing=sessions.choosing,
        handing_on=sessions.handing_on,
        leaving=sessions.leaving,
        appointments=sessions.appointments,
        bookings=sessions.bookings,
        calls=sessions.calls,
        credits=sessions.credits,
        hours=sessions.hours,
        absences=sessions.absences,
        slots=sessions.slots,
        prices=sessions.prices,
        series=sessions.series,
        advice=sessions.advice,
        telling=sessions.telling,
        presence=sessions.presence,
        memberships=sessions.memberships,
        statements=sessions.statements,
        revocations=revocations,
        noting=notices.noting,
        outbox=notices.outbox,
        outbox_desk=notices.outbox_desk,
        channels=notices.channels,
        notice_publisher=notices.publisher,
        notice_lists=notices.lists,
        preferences=notices.preferences,
        openings=notices.opening_requests,
        leaving_mentors=cases.leaving_mentors,
        case_log=writing.log,
        case_steps=cases.steps,
        case_effects=cases.effects,
        signs=cases.signs,
        quiet=cases.quiet,
    )
