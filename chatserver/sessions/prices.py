"""What a session with a mentor costs outside the plan: read, checked and kept."""

from collections.abc import Awaitable, Callable, Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.requests import FieldProblem, Invalid, Missing
from chatserver.records.database import Database
from chatserver.sessions.hours_requests import ListedPrice, ListedPrices
from chatserver.sessions.rows import mentors
from chatserver.sessions.rows import prices as rows
from quotas.bookings import LENGTHS, Price
from quotas.currencies import currency_problem


class Prices:
    """`clock` gives the store's instant. Methods raise DatabaseError and StoreError."""

    def __init__(self, database: Database, clock: Callable[[], Awaitable[int]]) -> None:
        self._database = database
        self._clock = clock

    async def listed(self, connection: AsyncConnection, mentor: str, minutes: int) -> Price | None:
        """What the mentor lists for that length now; None where they list nothing for it."""
        return (await rows.find(connection, mentor)).get(minutes)

    async def find(self, mentor: str) -> Mapping[int, Price] | None:
        """The mentor's list by minutes; None where there is no mentor."""
        async with self._database.read() as connection:
            if await mentors.zone_of(connection, mentor) is None:
                return None
            return await rows.find(connection, mentor)

    async def put(self, mentor: str, details: ListedPrices) -> Mapping[int, Price] | Invalid | Missing:
        """Write them in place of the mentor's list; what is booked keeps its price. The same again changes nothing."""
        if problems := _problems(details.prices):
            return Invalid(problems)
        asked = {each.minutes: Price(each.amount, each.currency) for each in details.prices}
        now = await self._clock()
        async with self._database.begin() as connection:
            if await mentors.zone_to_rely_on(connection, mentor) is None:
                return Missing()
            if asked != await rows.find(connection, mentor):
                await rows.put(connection, mentor, asked, now)
        return dict(sorted(asked.items()))


def _problems(given: list[ListedPrice]) -> list[FieldProblem]:
    found = []
    known: set[int] = set()
    for place, each in enumerate(given):
        where = f"prices[{place}]"
        if each.minutes not in LENGTHS:
            lengths = ", ".join(map(str, LENGTHS))
            found.append(FieldProblem(f"{where}.minutes", f"{each.minutes} cannot be booked; allowed: {lengths}"))
        elif each.minutes in known:
            found.append(FieldProblem(f"{where}.minutes", f"{each.minutes} is there twice; one price for each length"))
        known.add(each.minutes)
        if problem := currency_problem(each.currency):
            found.append(FieldProblem(f"{where}.currency", problem))
    return found
