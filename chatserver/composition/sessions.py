"""Conversations and memberships, and the sessions booked in them."""

from msgspec import Struct

from chatserver.cases.case_openings import CaseOpenings
from chatserver.cases.guest_sessions import OneOffPrices
from chatserver.composition.ground import Ground
from chatserver.composition.notices import NoticeParts
from chatserver.conversations.choosing import Choosing
from chatserver.conversations.memberships import Memberships
from chatserver.conversations.person_news import PersonNews
from chatserver.conversations.provisioning import Provisioning
from chatserver.conversations.renewals import Renewals
from chatserver.notices.noted_memberships import NotedMemberships, StillRenews
from chatserver.notices.trials import NotedChoices
from chatserver.operating.timer_watch import TimerKind
from chatserver.sessions.absence_timers import AbsenceTimers
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
from chatserver.sessions.series_making import SeriesMaking
from chatserver.sessions.series_timer import SeriesTimers
from chatserver.sessions.session_log import SessionLog
from chatserver.sessions.session_timers import SessionTimers
from chatserver.sessions.slots import Slots
from chatserver.sessions.statements import Statements
from chatserver.sessions.steps import SessionSteps
from chatserver.sessions.still_booked import ASKED_ABOUT, StillBooked
from chatserver.sessions.telling import SessionTelling
from quotas.ledger.open_waits import OpenWaits


class SessionParts(Struct, frozen=True, kw_only=True):
    """`timer_kinds` say what timers of sessions, series, renewals and absences do."""

    provisioning: Provisioning
    choosing: Choosing
    memberships: Memberships
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
    statements: Statements
    handing_on: HandingOn
    leaving: Leaving
    timer_kinds: tuple[TimerKind, ...]


def sessions_on(ground: Ground, notices: NoticeParts, listener: CaseOpenings) -> SessionParts:
    """`listener` hears of what happens in them, in the transaction in which it does."""
    database, ledger, timers, clock = ground.database, ground.ledger, ground.timers, ground.ledger.now
    rulebook, metrics, policy = ground.rulebook, ground.metrics, ground.rulebook.policy.sessions
    log = SessionLog(notices.noting, listener)
    appointments = BookedSessions(database, clock, log)
    news = PersonNews(ground.store)
    provisioning = Provisioning(database, ledger, rulebook, clock, appointments, ground.restorer, listener, news)
    credits, slots = CreditBook(database, rulebook, clock, log), Slots(database, policy)
    prices = Prices(database, clock)
    booking_timers = SessionTimers(timers, policy)
    telling = SessionTelling(
        database=database,
        store=ground.store,
        ledger=ledger,
        project=provisioning.project,
        timers=booking_timers,
        credits=credits,
        clock=clock,
        policy=policy,
        metrics=metrics,
        log=log,
        name=ground.node,
    )
    bookings = Bookings(
        database=database,
        rulebook=rulebook,
        clock=clock,
        slots=slots,
        prices=prices,
        credits=credits,
        telling=telling,
        metrics=metrics,
        connected=ground.who_is_there,
        log=log,
        one_offs=OneOffPrices(),
    )
    steps = SessionSteps(
        database=database,
        policy=policy,
        bookings=bookings,
        telling=telling,
        timers=booking_timers,
        messages=ground.messages,
        connected=ground.who_is_there,
        log=log,
    )
    making = SeriesMaking(database=database, bookings=bookings, timers=timers, clock=clock, policy=policy, log=log)
    series_timers = SeriesTimers(database=database, making=making, timers=timers, ledger=ledger)
    renewals = Renewals(
        database=database, rulebook=rulebook, timers=timers, clock=clock, news=NotedMemberships(notices.noting)
    )
    memberships = Memberships(database, renewals, clock)
    absence_timers = AbsenceTimers(
        database=database, waits=OpenWaits(ledger), noting=notices.noting, timers=timers, clock=clock
    )
    notices.asking.of(["absence.began"], absence_timers.still_alone)
    notices.asking.of(ASKED_ABOUT, StillBooked(database, policy, clock).answer)
    notices.asking.of(["membership.reminder"], StillRenews(memberships).answer)
    return SessionParts(
        provisioning=provisioning,
        choosing=Choosing(database, provisioning, appointments, NotedChoices(notices.noting), clock),
        memberships=memberships,
        appointments=appointments,
        bookings=bookings,
        calls=Calls(database, policy, clock),
        credits=credits,
        hours=OpeningHours(database, clock),
        absences=AbsenceBook(database=database, store=ground.store, timers=timers, clock=clock),
        slots=slots,
        prices=prices,
        series=SeriesBook(database=database, making=making, clock=clock, rulebook=rulebook),
        advice=Advice(rulebook, slots),
        telling=telling,
        presence=SessionPresence(
            database=database, policy=policy, telling=telling, connected=ground.who_is_there, clock=clock, log=log
        ),
        statements=Statements(database, rulebook, clock),
        handing_on=HandingOn(
            database=database,
            ledger=ledger,
            provisioning=provisioning,
            appointments=appointments,
            credits=credits,
            telling=telling,
            noting=notices.noting,
            clock=clock,
        ),
        leaving=Leaving(
            database=database, provisioning=provisioning, memberships=memberships, telling=telling, clock=clock
        ),
        timer_kinds=(steps, series_timers, renewals, absence_timers),
    )
