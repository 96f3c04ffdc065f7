"""Whether what somebody is to hear of a case is still so: what waits for the end of quiet hours may be over then."""

from chatserver.cases.effects import is_by_hand
from chatserver.cases.rows import cases
from chatserver.notices.fact import FactName
from chatserver.notices.notice import Notice
from chatserver.records.database import Database

OF_STATES: tuple[FactName, ...] = ("case.opened", "case.moved", "case.guest", "case.urgent", "case.waiting")
"""What they tell of is a state: another one has told of the next."""
OF_SUPPORT: tuple[FactName, ...] = ("case.assigned",)


class CaseStillSo:
    """Methods are a `StillHolds`: why a notice need not be sent any more; None where it must. They raise DatabaseError.

    `data` of these notices names the case.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def state(self, notice: Notice) -> str | None:
        """Of OF_STATES. What is left to support stays to be done, whatever state follows."""
        if is_by_hand(notice.data.get("did", "")):
            return None
        async with self._database.read() as connection:
            kept = await cases.find(connection, notice.data["case"])
        return None if kept is not None and kept.case.state == notice.data["state"] else "the case has moved on"

    async def assigned(self, notice: Notice) -> str | None:
        """Of OF_SUPPORT."""
        async with self._database.read() as connection:
            kept = await cases.find(connection, notice.data["case"])
        if kept is None or not kept.case.is_open:
            return "the case has ended"
        return None if kept.case.assignee == notice.person else "it was given to somebody else"
