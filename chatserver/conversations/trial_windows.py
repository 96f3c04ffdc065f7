"""A member who gets to know two mentors has one number of writing windows for both.

Source: cases.md "Two mentors at once". Each conversation has its own count in the store; they are brought to the same
number when a member writes in a window and when somebody opens one of the conversations, which also puts right what a
process that ended in between has left. What is said twice counts once. Two windows that open at the very same moment
count as one.
"""

from chatserver.conversations.records import open_trials
from chatserver.records.database import Database
from quotas.ledger.base import Ledger
from quotas.plans import Windows
from quotas.standing import ConversationSettings
from quotas.terms import Rulebook

TRIAL_PLAN = "trial"
"""Of the policy: the plan of trials, whose windows count together where it has some."""


class TrialWindows:
    """For conversations on the plan of trials."""

    def __init__(self, database: Database, ledger: Ledger, rulebook: Rulebook) -> None:
        self._database = database
        self._ledger = ledger
        plan = rulebook.policy.plans.get(TRIAL_PLAN)
        self._has_windows = plan is not None and isinstance(plan.writing, Windows)

    def concerns(self, settings: ConversationSettings) -> bool:
        """Whether windows of that conversation may count with those of another."""
        return self._has_windows and settings.plan == TRIAL_PLAN

    async def settle(self, conversation: str, member: str) -> bool:
        """Bring the member's open trials to the same count, if this is one; whether any changed.

        Raises DatabaseError, StoreError.
        """
        async with self._database.read() as connection:
            trials = [each.id for each in await open_trials(connection, member) if each.plan == TRIAL_PLAN]
        if conversation not in trials:
            return False
        standings = [standing for each in trials if (standing := await self._ledger.standing(each)) is not None]
        week, windows_used = max((each.usage.week, each.usage.windows_used) for each in standings)
        changed = [await self._ledger.count_together(each, week, windows_used) for each in trials] if week else []
        return any(changed)
