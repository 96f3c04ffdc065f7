"""Asked again before each try to send: whether there is still a reason for it."""

from collections.abc import Awaitable, Callable, Iterable

from chatserver.notices.fact import FactName
from chatserver.notices.notice import Notice
from quotas.notices import NoticePolicy, rules_for, topic_of

StillHolds = Callable[[Notice], Awaitable[str | None]]
"""Why a notice need not be sent any more, such as `answered meanwhile`; None where it must. Raises StoreError,
DatabaseError."""


class AskingAgain:
    """Who is asked about which event. Rooms that know are named where parts are put together."""

    def __init__(self, policy: NoticePolicy) -> None:
        self._policy = policy
        self._by_event: dict[FactName, StillHolds] = {}

    def of(self, events: Iterable[FactName], answer: StillHolds) -> None:
        """About these, ask that; each is named once."""
        for event in events:
            if event in self._by_event:
                raise ValueError(f"two are asked about {event}")
            self._by_event[event] = answer

    async def __call__(self, notice: Notice) -> str | None:
        """Why it need not be sent any more; None where it must, and where nobody knows better.

        Who has seen it in their list needs it nowhere else, save what is essential: that carries more.
        """
        rules = [each for each in rules_for(self._policy, notice.event) if each.role == notice.data.get("role")]
        if not rules and topic_of(notice.event) is not None:
            return "by the policy nobody hears of it any more"
        if notice.read_at is not None and not any(rule.essential for rule in rules):
            return "seen meanwhile"
        answer = self._by_event.get(notice.event)
        return await answer(notice) if answer is not None else None
