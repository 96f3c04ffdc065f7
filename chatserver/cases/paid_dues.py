"""A cancellation ends when what is paid for does: where a membership is paid for otherwise meanwhile, its due goes
along. Looked up before anything falls due there, so that a change of a membership costs nothing more.
"""

from collections.abc import Sequence

from chatserver.cases.case_log import CaseLog
from chatserver.cases.case_record import KeptCase
from chatserver.cases.rows import cases
from chatserver.conversations.membership import MembershipRecord
from chatserver.conversations.memberships import Memberships
from chatserver.conversations.records import locked
from chatserver.records.database import Database
from quotas.cases.events import facts_told
from quotas.cases.facts import CaseFacts


class PaidDues:
    """Its method raises DatabaseError and StoreError."""

    def __init__(self, database: Database, log: CaseLog, memberships: Memberships) -> None:
        self._database = database
        self._log = log
        self._memberships = memberships

    async def look(self, conversation: str, now: int) -> KeptCase | None:
        """Let the conversation's official cancellation end with what is paid by now; None where it does already."""
        async with self._database.read() as connection:
            live = await cases.live_of(connection, conversation)
        found = next((each for each in live if _waits(each)), None)
        if found is None:
            return None
        membership = await self._memberships.find(found.case.member)
        changed = _last_change(membership.history, found.case.known_at) if membership is not None else None
        if changed is None or changed.terms.paid_until == found.case.facts.paid_until:
            return None
        async with self._database.begin() as connection:
            record = (await locked(connection, [conversation])).get(conversation)
            kept = await cases.find(connection, found.case.id)
            if record is None or kept is None or kept.case != found.case or kept.todo:
                return None  # somebody else's step comes first
            # What fell due before the change did so by what was known then.
            kept = await self._log.caught_up(connection, kept, record, changed.set_at - 1, now)
            if not _waits(kept):
                return kept
            facts = CaseFacts(paid_until=changed.terms.paid_until)
            case = facts_told(kept.case, self._log.calendar_of(record), facts, changed.set_at)
            return await self._log.change(connection, kept, case, record, now)


def _waits(kept: KeptCase) -> bool:
    return kept.case.kind == "membership_cancellation" and kept.case.state == "official"


def _last_change(history: Sequence[MembershipRecord], since: int) -> MembershipRecord | None:
    """The last one after `since` that says otherwise until when it is paid. That the renewal stops says nothing new:
    the case has named that day, or support has named another one.
    """
    for before, after in reversed(list(zip(history, history[1:], strict=False))):
        stays_off = not before.terms.renews and not after.terms.renews
        if after.set_at > since and stays_off and after.terms.paid_until != before.terms.paid_until:
            return after
    return None
