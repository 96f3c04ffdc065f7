"""Asked again before a warning or a miss is sent: whether the answer is still owed."""

from chatserver.notices.notice import Notice
from quotas import instant
from quotas.ledger.base import Ledger
from quotas.standing import Standing


class StillOwed:
    """Both are `StillHolds`, and raise StoreError."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def warned(self, notice: Notice) -> str | None:
        """The same deadline is ahead."""
        standing = await self._ledger.standing(notice.conversation)
        if standing is None or not _is_same_wait(standing, notice):
            return "answered meanwhile"
        if instant.text(standing.usage.due_at) != notice.data["due_at"]:
            return "the deadline has moved"
        return "the deadline has passed" if standing.now > standing.usage.due_at else None

    async def missed(self, notice: Notice) -> str | None:
        """The wait goes on."""
        standing = await self._ledger.standing(notice.conversation)
        return None if standing is not None and _is_same_wait(standing, notice) else "answered meanwhile"


def _is_same_wait(standing: Standing, notice: Notice) -> bool:
    since = standing.usage.waiting_since
    return bool(since) and instant.text(since) == notice.data["waiting_since"]
