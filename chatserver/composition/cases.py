"""Cases: written down, what falls due in them, and what they ask of the other rooms."""

from msgspec import Struct

from chatserver.access.revocation import Revocations
from chatserver.cases.case_events import CasePublisher
from chatserver.cases.case_log import CaseLog
from chatserver.cases.case_openings import CaseOpenings
from chatserver.cases.case_steps import CaseSteps
from chatserver.cases.conversation_effects import ConversationEffects
from chatserver.cases.credit_effects import CreditEffects
from chatserver.cases.effects import CaseEffects
from chatserver.cases.evidence_end import EvidenceEnd
from chatserver.cases.guest_sessions import GuestSessions
from chatserver.cases.leaving_mentors import LeavingMentors
from chatserver.cases.meeting_effects import MeetingEffects
from chatserver.cases.member_signs import LedgerSigns
from chatserver.cases.membership_effects import MembershipEffects
from chatserver.cases.missed_answers import MissedAnswers
from chatserver.cases.own_cases import OwnCases
from chatserver.cases.paid_dues import PaidDues
from chatserver.cases.people_effects import PeopleEffects
from chatserver.cases.quiet_look import QuietLook
from chatserver.cases.quiet_members import QuietMembers
from chatserver.cases.relationship_effects import RelationshipEffects
from chatserver.cases.still_so import OF_STATES, OF_SUPPORT, CaseStillSo
from chatserver.cases.switches import Switches
from chatserver.cases.urgent_notes import UrgentNotes
from chatserver.composition.ground import Ground
from chatserver.composition.notices import NoticeParts
from chatserver.composition.sessions import SessionParts


class CaseWriting(Struct, frozen=True, kw_only=True):
    """What the rooms below need: cases open and end in their transactions."""

    log: CaseLog
    openings: CaseOpenings


class CaseParts(Struct, frozen=True, kw_only=True):
    """And what needs those rooms."""

    steps: CaseSteps
    effects: CaseEffects
    """What cases ask of the rest of the product: put in by whoever does it."""
    signs: LedgerSigns
    quiet: QuietMembers
    missed: MissedAnswers
    notes: UrgentNotes
    leaving_mentors: LeavingMentors


def case_writing_on(ground: Ground, notices: NoticeParts) -> CaseWriting:
    """What writes cases down, and opens and ends them in transactions of others."""
    log = CaseLog(ground.rulebook, notices.noting, CasePublisher(ground.store))
    return CaseWriting(log=log, openings=CaseOpenings(ground.database, log, ground.timers))


def cases_on(
    ground: Ground, notices: NoticeParts, writing: CaseWriting, sessions: SessionParts, revocations: Revocations
) -> CaseParts:
    """With all effects but those that need keys."""
    database, timers, clock, policy = ground.database, ground.timers, ground.ledger.now, ground.rulebook.policy
    switches, signs = Switches(writing.log), LedgerSigns(ground.ledger, ground.messages)
    effects = _effects(ground, notices, sessions, switches, revocations)
    steps = CaseSteps(
        database=database,
        log=writing.log,
        timers=timers,
        clock=clock,
        effects=effects,
        signs=signs,
        guests=GuestSessions(database, writing.log, sessions.bookings.of_conversation, policy.sessions),
        paid=PaidDues(database, writing.log, sessions.memberships),
    )
    quiet = QuietMembers(
        database=database,
        look=QuietLook(database, ground.ledger, ground.messages),
        steps=steps,
        noting=notices.noting,
        timers=timers,
        clock=clock,
        days=policy.cases.ghosting_days,
    )
    still_so = CaseStillSo(database)
    notices.asking.of(["ghosting.suggested"], quiet.still_quiet)
    notices.asking.of(OF_STATES, still_so.state)
    notices.asking.of(OF_SUPPORT, still_so.assigned)
    return CaseParts(
        steps=steps,
        effects=effects,
        signs=signs,
        quiet=quiet,
        notes=UrgentNotes(database, OwnCases(writing.log), timers),
        missed=MissedAnswers(database, OwnCases(writing.log), timers, policy.cases),
        leaving_mentors=LeavingMentors(database=database, switches=switches, timers=timers, clock=clock),
    )


def _effects(
    ground: Ground, notices: NoticeParts, sessions: SessionParts, switches: Switches, revocations: Revocations
) -> CaseEffects:
    database, clock = ground.database, ground.ledger.now
    provisioning, telling, memberships = sessions.provisioning, sessions.telling, sessions.memberships
    relationship = RelationshipEffects(
        database=database,
        provisioning=provisioning,
        handing_on=sessions.handing_on,
        leaving=sessions.leaving,
        telling=telling,
    )
    people = PeopleEffects(
        database=database,
        provisioning=provisioning,
        appointments=sessions.appointments,
        telling=telling,
        switches=switches,
        timers=ground.timers,
        revocations=revocations,
        noting=notices.noting,
        clock=clock,
    )
    meeting = MeetingEffects(
        database=database, bookings=sessions.bookings, memberships=memberships, series=sessions.series, clock=clock
    )
    effects = (
        ConversationEffects(provisioning, telling).effects() | MembershipEffects(ground.database, memberships).effects()
    )
    effects |= CreditEffects(sessions.bookings).effects() | relationship.effects() | people.effects()
    return effects | meeting.effects() | EvidenceEnd(database).effects()
