"""A desk of cases on each kind of database in turn."""

from collections.abc import AsyncIterator

import pytest

from chatserver.access.revocation import Revocations
from chatserver.cases.conversation_effects import ConversationEffects
from chatserver.cases.credit_effects import CreditEffects
from chatserver.cases.evidence import CaseEvidence
from chatserver.cases.evidence_end import EvidenceEnd
from chatserver.cases.membership_effects import MembershipEffects
from chatserver.cases.people_effects import PeopleEffects
from chatserver.cases.relationship_effects import RelationshipEffects
from chatserver.cases.switches import Switches
from chatserver.messages.log import MessageLog
from chatserver.records.database import Database
from chatserver.sessions.handing_on import HandingOn
from chatserver.sessions.leaving import Leaving
from tests.chatserver.cases.case_desk import CaseDesk, case_desk
from tests.chatserver.cases.meeting_desk import MeetingDesk, meeting_desk
from tests.chatserver.heard import noting_on


@pytest.fixture
async def desk(database: Database, valkey_url: str) -> AsyncIterator[CaseDesk]:
    """It is Tuesday, 6 January, ten o'clock in Oslo, and there is no case."""
    async with case_desk(database, valkey_url) as desk:
        yield desk


@pytest.fixture
async def supplied(desk: CaseDesk) -> CaseDesk:
    """With effects as the product has them, and kim, another mentor."""
    await supply(desk)
    return desk


@pytest.fixture
async def meeting(database: Database, valkey_url: str) -> AsyncIterator[MeetingDesk]:
    """The same, with series and all that cases ask of meetings."""
    async with meeting_desk(database, valkey_url) as desk:
        await supply(desk)
        yield desk


async def supply(desk: CaseDesk) -> None:
    """With effects as the product has them, and kim, another mentor."""
    await desk.person("kim", "mentor")
    handing_on = HandingOn(
        database=desk.database,
        ledger=desk.ledger,
        provisioning=desk.provisioning,
        appointments=desk.appointments,
        credits=desk.credits,
        telling=desk.telling,
        noting=noting_on(desk.database, desk.heard),
        clock=desk.clock,
    )
    leaving = Leaving(
        database=desk.database,
        provisioning=desk.provisioning,
        memberships=desk.memberships,
        telling=desk.telling,
        clock=desk.clock,
    )
    conversation = ConversationEffects(desk.provisioning, desk.telling)
    membership, credits = MembershipEffects(desk.database, desk.memberships), CreditEffects(desk.bookings)
    relationship = RelationshipEffects(
        database=desk.database,
        provisioning=desk.provisioning,
        handing_on=handing_on,
        leaving=leaving,
        telling=desk.telling,
    )
    people = PeopleEffects(
        database=desk.database,
        provisioning=desk.provisioning,
        appointments=desk.appointments,
        telling=desk.telling,
        switches=Switches(desk.case_log),
        timers=desk.timers,
        revocations=Revocations(desk.store),
        noting=noting_on(desk.database, desk.heard),
        clock=desk.clock,
    )
    evidence = CaseEvidence(
        database=desk.database,
        log=desk.case_log,
        messages=MessageLog(desk.database, desk.ledger, desk.keys),
        keys=desk.keys,
        clock=desk.clock,
    )
    for supplier in (conversation, membership, credits, relationship, people, evidence, EvidenceEnd(desk.database)):
        desk.effects.update(supplier.effects())
