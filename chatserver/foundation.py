"""What the server and the commands beside it stand on: records and store, opened, and the parts on these two.

With app.py, which puts the server on it, the composition root: nowhere else parts are put together.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterable
from ipaddress import ip_network
from uuid import uuid4

from msgspec import Struct
from msgspec.structs import asdict

from chatserver.access.revocation import Revocations
from chatserver.cases.case_doers import CaseDoers
from chatserver.cases.case_events import CasePublisher
from chatserver.cases.case_facts import KnownFacts
from chatserver.cases.case_log import CaseLog
from chatserver.cases.case_openings import CaseOpenings
from chatserver.cases.case_steps import CaseSteps
from chatserver.cases.case_texts import CaseTexts
from chatserver.cases.casebook import CaseBook
from chatserver.cases.effects import CaseEffects
from chatserver.cases.evidence import CaseEvidence
from chatserver.cases.evidence_end import EvidenceEnd
from chatserver.cases.given_facts import GivenFacts
from chatserver.cases.guest_sessions import GuestSessions, OneOffPrices
from chatserver.cases.leaving_mentors import LeavingMentors
from chatserver.cases.meeting_effects import MeetingEffects
from chatserver.cases.member_signs import LedgerSigns
from chatserver.cases.missed_answers import MissedAnswers
from chatserver.cases.own_cases import OwnCases
from chatserver.cases.paid_dues import PaidDues
from chatserver.cases.people_effects import PeopleEffects
from chatserver.cases.quiet_look import QuietLook
from chatserver.cases.quiet_members import QuietMembers
from chatserver.cases.relationship_effects import RelationshipEffects
from chatserver.cases.still_so import OF_STATES, OF_SUPPORT, CaseStillSo
from chatserver.cases.switches import Switches
from chatserver.conversations.choosing import Choosing
from chatserver.conversations.memberships import Memberships
from chatserver.conversations.provisioning import Provisioning
from chatserver.conversations.renewals import Renewals
from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.master_keys import master_keys
from chatserver.keys.rotation import masters_problem
from chatserver.keys.server_seal import ServerSeal
from chatserver.messages.archive import Archive
from chatserver.messages.log import KeptMessages, MessageLog
from chatserver.messages.restore import ArchiveRestorer
from chatserver.notices.asking import AskingAgain
from chatserver.notices.delivery import Channel, ChannelName
from chatserver.notices.guarded_http import GuardedHttp
from chatserver.notices.mailbox import mailbox_folder
from chatserver.notices.mailing import Mailing, mailing
from chatserver.notices.message_events import MessageEvents
from chatserver.notices.noted_memberships import NotedMemberships, StillRenews
from chatserver.notices.noting import Noting
from chatserver.notices.opening_requests import OpeningRequests
from chatserver.notices.openings import Openings
from chatserver.notices.outbox import Outbox
from chatserver.notices.outbox_desk import OutboxDesk
from chatserver.notices.outbox_timer import OutboxTimer
from chatserver.notices.preferences import NoticePreferences
from chatserver.notices.publishing import NoticePublisher
from chatserver.notices.push import PushChannel
from chatserver.notices.push_subscriptions import PushSubscriptions
from chatserver.notices.reading import NoticeLists
from chatserver.notices.server_secrets import ServerSecrets
from chatserver.notices.trials import NotedChoices, Trials
from chatserver.notices.unread import UnreadTimers
from chatserver.notices.vapid import Vapid, contact_of
from chatserver.notices.webhook_book import WebhookBook
from chatserver.notices.webhook_request import WebhookSender
from chatserver.notices.webhooks import WebhookChannel
from chatserver.operating.clock_shift import settle_shift
from chatserver.operating.metrics import Metrics
from chatserver.operating.presence_leases import Leases
from chatserver.operating.timer_watch import TimerWatch
from chatserver.personal_data.erasure import Erasure
from chatserver.personal_data.export import Export
from chatserver.private_files import tighten
from chatserver.records.database import Database
from chatserver.records.migrate import migrate
from chatserver.replies.deadlines import ReplyDeadlines
from chatserver.replies.recorder import ReplyRecords
from chatserver.replies.still_owed import StillOwed
from chatserver.replies.writing_days import WritingDays
from chatserver.sessions.absence_timers import AbsenceTimers
from chatserver.sessions.absences import AbsenceBook
from chatserver.sessions.advice import Advice
from chatserver.sessions.appointments import BookedSessions
from chatserver.sessions.bookings import Bookings
from chatserver.sessions.calendar_feeds import CalendarFeeds
from chatserver.sessions.credit_book import CreditBook
from chatserver.sessions.handing_on import HandingOn
from chatserver.sessions.hours import OpeningHours
from chatserver.sessions.leaving import Leaving
from chatserver.sessions.presence import SessionPresence
from chatserver.sessions.prices import Prices
from chatserver.sessions.series import SeriesBook
from chatserver.sessions.series_making import SeriesMaking
from chatserver.sessions.series_timer import SeriesTimers
from chatserver.sessions.session_log import SessionLog
from chatserver.sessions.session_timers import SessionTimers
from chatserver.sessions.slots import Slots
from chatserver.sessions.statements import Statements
from chatserver.sessions.steps import SessionSteps
from chatserver.sessions.still_booked import ASKED_ABOUT, StillBooked
from chatserver.sessions.telling import SessionTelling
from chatserver.settings import Settings
from quotas.cases.policy import case_policy_problem
from quotas.ledger.archive import LedgerArchive
from quotas.ledger.open_waits import OpenWaits
from quotas.ledger.redis import RedisLedger
from quotas.ledger.timers import Timers
from quotas.ledger.unread import Unread
from quotas.ledger.waits import Waits
from quotas.plans import Policy
from quotas.policy_file import PolicyError, builtin_policy, load_policy
from quotas.store.port import Store
from quotas.store.stores import store_at
from quotas.terms import Rulebook

logger = logging.getLogger(__name__)


class StartError(Exception):
    """The server, or what works on its data, cannot start; one sentence that says why and what to do."""


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


class Keyed(Foundation, frozen=True, kw_only=True):
    """And those that open texts, or take them along sealed."""

    keys: ConversationKeys
    messages: MessageLog
    archive: Archive
    secrets: ServerSecrets
    webhooks: WebhookBook
    mailing: Mailing
    feeds: CalendarFeeds
    push: PushSubscriptions
    vapid: Vapid
    cases: CaseBook
    evidence: CaseEvidence


def policy_of(settings: Settings) -> Policy:
    """The policy that the settings name. Raises PolicyError."""
    if not settings.policy:
        return builtin_policy()
    policy = load_policy(settings.policy)
    if problem := case_policy_problem(policy.cases):
        raise PolicyError(f"{settings.policy}: {problem}")
    return policy


@contextlib.asynccontextmanager
async def linked(store_url: str, *, replicated: bool = False) -> AsyncIterator[Store]:
    """The store, connected and left as it is. Raises StoreError."""
    store = store_at(store_url, replicated=replicated)
    await store.open()
    try:
        yield store
    finally:
        store.close()


@contextlib.asynccontextmanager
async def connected(settings: Settings, store_url: str) -> AsyncIterator[tuple[Store, RedisLedger]]:
    """The store, connected, and the ledger on it, with the clock as the store says. Raises StoreError, ClockShiftError.

    From then on the store's clock counts as real or as shifted.
    """
    async with linked(store_url, replicated=settings.durability == "replicated") as store:
        ledger = RedisLedger(store, await settle_shift(store, settings.now))
        await ledger.load()
        store.on_up = ledger.load_at
        yield store, ledger


@contextlib.asynccontextmanager
async def bare_ledger(store_url: str) -> AsyncIterator[RedisLedger]:
    """A ledger on a store that is no server's: whether its clock is shifted stays open. Raises StoreError."""
    async with linked(store_url) as store:
        ledger = RedisLedger(store)
        await ledger.load()
        yield ledger


@contextlib.asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """The database as it is: not brought up to date."""
    database = Database(settings.records_url)
    try:
        yield database
    finally:
        await database.close()


@contextlib.asynccontextmanager
async def migrated(settings: Settings) -> AsyncIterator[Database]:
    """The database, brought up to date. Raises DatabaseError."""
    await asyncio.to_thread(tighten, settings.data_dir)
    async with opened(settings) as database:
        for revision in await migrate(database):
            logger.info("migrated", extra={"revision": revision})
        yield database


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
    node, metrics = uuid4().hex[:12], Metrics()
    ledger_archive = LedgerArchive(store, ledger, ledger.shift)
    waits, timers = Waits(store, ledger, ledger.shift), Timers(store, ledger)
    restorer = ArchiveRestorer(database, ledger, ledger_archive)
    notice_publisher = NoticePublisher(store)
    channels: dict[ChannelName, Channel] = {}
    asking = AskingAgain(rulebook.policy.notices)
    outbox = Outbox(
        database=database,
        timers=timers,
        channels=channels,
        asking=asking,
        clock=ledger.now,
        metrics=metrics,
        name=node,
    )
    outbox_timer = OutboxTimer(outbox, database, timers, lambda: bool(ledger.shift))
    noting = Noting(database, rulebook.policy.notices, outbox, notice_publisher)
    case_log = CaseLog(rulebook, noting, CasePublisher(store))
    case_openings = CaseOpenings(database, case_log, timers)
    log = SessionLog(noting, case_openings)
    appointments = BookedSessions(database, ledger.now, log)
    provisioning = Provisioning(database, ledger, rulebook, ledger.now, appointments, restorer, case_openings)
    sessions = rulebook.policy.sessions
    credits, slots = CreditBook(database, rulebook, ledger.now, log), Slots(database, sessions)
    prices = Prices(database, ledger.now)
    booking_timers = SessionTimers(timers, sessions)
    telling = SessionTelling(
        database=database,
        store=store,
        ledger=ledger,
        project=provisioning.project,
        timers=booking_timers,
        credits=credits,
        clock=ledger.now,
        policy=sessions,
        metrics=metrics,
        log=log,
        name=node,
    )
    leases = Leases(store, node)

    async def who_is_there(conversation: str) -> frozenset[str]:
        return await leases.holders(conversation, await ledger.time())

    bookings = Bookings(
        database=database,
        rulebook=rulebook,
        clock=ledger.now,
        slots=slots,
        prices=prices,
        credits=credits,
        telling=telling,
        metrics=metrics,
        connected=who_is_there,
        log=log,
        one_offs=OneOffPrices(),
    )
    kept = KeptMessages(database, ledger)
    steps = SessionSteps(
        database=database,
        policy=sessions,
        bookings=bookings,
        telling=telling,
        timers=booking_timers,
        messages=kept,
        connected=who_is_there,
        log=log,
    )
    making = SeriesMaking(
        database=database, bookings=bookings, timers=timers, clock=ledger.now, policy=sessions, log=log
    )
    series_timers = SeriesTimers(database=database, making=making, timers=timers, ledger=ledger)
    renewals = Renewals(
        database=database, rulebook=rulebook, timers=timers, clock=ledger.now, news=NotedMemberships(noting)
    )
    deadlines = ReplyDeadlines(ledger, waits, rulebook, metrics)
    unread = UnreadTimers(
        database=database,
        ledger=ledger,
        unread=Unread(ledger),
        messages=kept,
        noting=noting,
        policy=rulebook.policy.notices,
        clock=ledger.now,
    )
    openings = Openings(
        database=database,
        provisioning=provisioning,
        messages=kept,
        noting=noting,
        timers=timers,
        clock=ledger.now,
    )
    days = WritingDays(database=database, rulebook=rulebook, noting=noting, timers=timers, clock=ledger.now)
    trials = Trials(database=database, noting=noting, timers=timers, clock=ledger.now)
    absences = AbsenceBook(database=database, store=store, timers=timers, clock=ledger.now)
    absence_timers = AbsenceTimers(
        database=database, waits=OpenWaits(ledger), noting=noting, timers=timers, clock=ledger.now
    )
    memberships = Memberships(database, renewals, ledger.now)
    handing_on = HandingOn(
        database=database,
        ledger=ledger,
        provisioning=provisioning,
        appointments=appointments,
        credits=credits,
        telling=telling,
        clock=ledger.now,
    )
    leaving = Leaving(
        database=database,
        provisioning=provisioning,
        memberships=memberships,
        telling=telling,
        clock=ledger.now,
    )
    doers = CaseDoers(
        database=database, provisioning=provisioning, memberships=memberships, bookings=bookings, telling=telling
    )
    relationship = RelationshipEffects(
        database=database,
        provisioning=provisioning,
        handing_on=handing_on,
        leaving=leaving,
        telling=telling,
    )
    switches, revocations = Switches(case_log), Revocations(store)
    people = PeopleEffects(
        database=database,
        provisioning=provisioning,
        appointments=appointments,
        telling=telling,
        switches=switches,
        timers=timers,
        revocations=revocations,
        noting=noting,
        clock=ledger.now,
    )
    series = SeriesBook(database=database, making=making, clock=ledger.now, rulebook=rulebook)
    meeting = MeetingEffects(
        database=database, bookings=bookings, memberships=memberships, series=series, clock=ledger.now
    )
    case_effects = doers.effects() | relationship.effects() | people.effects() | meeting.effects()
    case_effects |= EvidenceEnd(database).effects()
    signs = LedgerSigns(ledger, kept)
    case_steps = CaseSteps(
        database=database,
        log=case_log,
        timers=timers,
        clock=ledger.now,
        effects=case_effects,
        signs=signs,
        guests=GuestSessions(database, case_log, bookings.of_conversation, sessions),
        paid=PaidDues(database, case_log, memberships),
    )
    quiet = QuietMembers(
        database=database,
        look=QuietLook(database, ledger, kept),
        steps=case_steps,
        noting=noting,
        timers=timers,
        clock=ledger.now,
        days=rulebook.policy.cases.ghosting_days,
    )
    owed, booked = StillOwed(ledger), StillBooked(database, sessions, ledger.now)
    asking.of(["message.unread"], unread.still_unread)
    asking.of(["reply.warning"], owed.warned)
    asking.of(["reply.missed", "reply.overtime"], owed.missed)
    asking.of(["absence.began"], absence_timers.still_alone)
    asking.of(["writing.opened"], openings.still_open)
    asking.of(["writing.days"], days.still_this_week)
    asking.of(ASKED_ABOUT, booked.answer)
    asking.of(["trial.reminder", "trial.undecided"], trials.still_undecided)
    asking.of(["ghosting.suggested"], quiet.still_quiet)
    still_so = CaseStillSo(database)
    asking.of(OF_STATES, still_so.state)
    asking.of(OF_SUPPORT, still_so.assigned)
    asking.of(["membership.reminder"], StillRenews(memberships).answer)
    return Foundation(
        node=node,
        rulebook=rulebook,
        metrics=metrics,
        database=database,
        store=store,
        ledger=ledger,
        ledger_archive=ledger_archive,
        waits=waits,
        timers=timers,
        watch=TimerWatch(
            timers,
            [
                *(deadlines, steps, series_timers, renewals, trials, unread, openings, days),
                *(absence_timers, outbox_timer, case_steps, quiet),
            ],
        ),
        records=ReplyRecords(
            store=store,
            ledger=ledger,
            waits=waits,
            database=database,
            rulebook=rulebook,
            noting=noting,
            clock=ledger.now,
            name=node,
            listeners=[
                MissedAnswers(database, OwnCases(case_log), timers, rulebook.policy.cases),
                quiet,
            ],
        ),
        restorer=restorer,
        provisioning=provisioning,
        trials=trials,
        choosing=Choosing(database, provisioning, appointments, NotedChoices(noting), ledger.now),
        handing_on=handing_on,
        leaving=leaving,
        appointments=appointments,
        bookings=bookings,
        credits=credits,
        hours=OpeningHours(database, ledger.now),
        absences=absences,
        slots=slots,
        prices=prices,
        series=series,
        advice=Advice(rulebook, slots),
        telling=telling,
        presence=SessionPresence(
            database=database, policy=sessions, telling=telling, connected=who_is_there, clock=ledger.now, log=log
        ),
        memberships=memberships,
        statements=Statements(database, rulebook, ledger.now),
        revocations=revocations,
        noting=noting,
        outbox=outbox,
        outbox_desk=OutboxDesk(database, outbox, channels, notice_publisher, ledger.now),
        channels=channels,
        notice_publisher=notice_publisher,
        notice_lists=NoticeLists(database, notice_publisher, ledger.now),
        preferences=NoticePreferences(database, rulebook.policy.notices, notice_publisher, ledger.now),
        openings=OpeningRequests(database, timers, ledger.now),
        leaving_mentors=LeavingMentors(database=database, switches=switches, timers=timers, clock=ledger.now),
        case_log=case_log,
        case_steps=case_steps,
        case_effects=case_effects,
        signs=signs,
        quiet=quiet,
    )


def casebook(base: Foundation, keys: ConversationKeys) -> CaseBook:
    """The cases, whose notes are sealed with those keys."""
    return CaseBook(
        database=base.database,
        log=base.case_log,
        steps=base.case_steps,
        texts=CaseTexts(keys),
        known=KnownFacts(base.memberships, base.rulebook, base.bookings.find),
        given=GivenFacts(base.database, base.rulebook, base.bookings.find),
        clock=base.ledger.now,
        read_upto=base.signs.read_upto,
    )


@contextlib.asynccontextmanager
async def guarded(networks: Iterable[str]) -> AsyncIterator[GuardedHttp]:
    """What asks addresses that others chose; these networks may be asked though they are private."""
    http = GuardedHttp(own=[ip_network(each) for each in networks])
    try:
        yield http
    finally:
        await http.close()


@contextlib.asynccontextmanager
async def with_keys(settings: Settings, store_url: str) -> AsyncIterator[Keyed]:
    """As `records_and_ledger`, and the parts that need the master keys.

    Raises SettingsError, and StartError where a master key in use is lost: what it wraps would be taken for unreadable.
    """
    masters = master_keys(settings)
    networks = settings.webhook_networks
    async with records_and_ledger(settings, store_url) as base, guarded(networks) as http:
        if problem := await masters_problem(base.database, masters):
            raise StartError(problem)
        keys = ConversationKeys(base.database, masters)
        secrets = ServerSecrets(base.database, ServerSeal(keys, "secrets"), base.ledger.now)
        # Without networks of the operator's own: browsers, not the operator, say where their push services are.
        push_services = GuardedHttp()
        push = PushSubscriptions(base.database, ServerSeal(keys, "push"), push_services, base.ledger.now)
        vapid = Vapid(secrets, contact_of(settings.mail_from, settings.public_url))
        mails = mailing(
            settings,
            base.rulebook.policy,
            database=base.database,
            secrets=secrets,
            booking_of=base.bookings.find,
            clock=base.ledger.now,
        )
        messages, hook_seal = MessageLog(base.database, base.ledger, keys), ServerSeal(keys, "webhooks")
        archive = Archive(
            store=base.store,
            ledger=base.ledger,
            ledger_archive=base.ledger_archive,
            database=base.database,
            settings=settings,
            metrics=base.metrics,
            name=base.node,
            listener=MessageEvents(base.database, base.outbox),
        )
        base.channels["webhook"] = WebhookChannel(
            database=base.database, sender=WebhookSender(http, hook_seal), log=messages, noting=base.noting
        )
        base.channels["push"] = PushChannel(base.database, push, vapid, push_services)
        base.channels["mail"] = mails.channel
        evidence = CaseEvidence(
            database=base.database, log=base.case_log, messages=messages, keys=keys, clock=base.ledger.now
        )
        base.case_effects.update(evidence.effects())
        try:
            yield Keyed(
                **asdict(base),
                keys=keys,
                messages=messages,
                archive=archive,
                webhooks=WebhookBook(
                    database=base.database,
                    http=http,
                    seal=hook_seal,
                    ringing=base.outbox,
                    clock=base.ledger.now,
                    on_change=archive.agenda.hurry,
                ),
                secrets=secrets,
                mailing=mails,
                feeds=CalendarFeeds(
                    database=base.database,
                    provisioning=base.provisioning,
                    policy=base.rulebook.policy.sessions,
                    clock=base.ledger.now,
                    url=settings.outside_url,
                ),
                push=push,
                vapid=vapid,
                cases=casebook(base, keys),
                evidence=evidence,
            )
        finally:
            await base.outbox.close()  # first: what is being sent needs what it is sent with
            await push_services.close()
            await mails.post.close()


@contextlib.asynccontextmanager
async def erasing(settings: Settings, store_url: str) -> AsyncIterator[Erasure]:
    """What erases people. Raises as `with_keys`."""
    async with with_keys(settings, store_url) as parts:
        yield Erasure(
            database=parts.database,
            ledger=parts.ledger,
            ledger_archive=parts.ledger_archive,
            archive=parts.archive,
            keys=parts.keys,
            provisioning=parts.provisioning,
            revocations=parts.revocations,
            noting=parts.noting,
            mail_folder=mailbox_folder(settings.data_dir),
        )


@contextlib.asynccontextmanager
async def exporting(settings: Settings, store_url: str) -> AsyncIterator[Export]:
    """What exports people. Raises as `with_keys`."""
    async with with_keys(settings, store_url) as parts:
        yield Export(parts.database, parts.ledger, parts.messages, parts.revocations, CaseTexts(parts.keys))


@contextlib.asynccontextmanager
async def revoking(store_url: str) -> AsyncIterator[Revocations]:
    """What revokes tokens, without records. Raises StoreError."""
    async with linked(store_url) as store:
        yield Revocations(store)
