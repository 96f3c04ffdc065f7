"""The subscription months of conversations, and what their plans give in each."""

from chatserver.conversations.conversation import ConversationRecord
from quotas.calendar import Calendar
from quotas.periods import Period, period, period_at
from quotas.plans import Service, Sessions
from quotas.terms import Rulebook


class SubscriptionMonths:
    """Worked out from the record by the policy of now."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.policy = rulebook.policy.sessions
        self._rulebook = rulebook

    def at(self, conversation: ConversationRecord, at: int) -> Period:
        """The month that contains the instant."""
        calendar = self._calendar(conversation)
        return period_at(conversation.anchor(calendar), calendar, at)

    def numbered(self, conversation: ConversationRecord, number: int) -> Period:
        """The month with that number."""
        calendar = self._calendar(conversation)
        return period(conversation.anchor(calendar), calendar, number)

    def is_limited(self, conversation: ConversationRecord) -> bool:
        """Whether it matters what is spent: who may book without limit has many bookings, and no number is left."""
        sessions = self.sessions(conversation)
        return sessions is not None and sessions.units_per_month != "unlimited"

    def sessions(self, conversation: ConversationRecord) -> Sessions | None:
        """What the plan in force gives; None where it has no sessions, or has been forgotten by the rules."""
        plan = self._rulebook.policy.plans.get(conversation.plan)
        return plan.sessions if plan else None

    def plans_with(self, service: Service) -> tuple[str, ...]:
        """The names of the plans that have sessions of that service, sorted."""
        plans = self._rulebook.policy.plans.items()
        return tuple(sorted(name for name, plan in plans if plan.sessions and service in plan.sessions.services))

    def _calendar(self, conversation: ConversationRecord) -> Calendar:
        # Of an ended conversation also where the rules have forgotten its calendar.
        return self._rulebook.calendar_to_show(conversation.zone, conversation.holidays)
