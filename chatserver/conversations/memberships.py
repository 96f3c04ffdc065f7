"""Memberships of members: price, payer and renewal, written to the records with their history.

Source: cases.md "Membership". Every write is idempotent: the same one again appends nothing, and sets the timer again.
"""

from collections.abc import Awaitable, Callable
from datetime import date

from msgspec import Struct
from msgspec.structs import asdict, replace

from chatserver.conversations.membership import MembershipChange, MembershipDetails, MembershipRecord, NotedStep
from chatserver.conversations.person import PersonRecord
from chatserver.conversations.renewals import Renewals
from chatserver.conversations.requests import Conflict, FieldProblem, Invalid, Missing, Written
from chatserver.conversations.rows import memberships, people
from chatserver.protocol.events import Role
from chatserver.records.database import Database
from quotas.bookings import Price
from quotas.calendar import Calendar
from quotas.currencies import currency_problem
from quotas.memberships import Membership, paid_until, stopped
from quotas.money import Cadence

_Agreed = Membership | Invalid | Missing | Conflict

EARLIEST, LATEST = date(1971, 1, 1), date(2198, 12, 31)


class MembershipNow(Struct, frozen=True):
    """A membership as of an instant: until when it is paid, and all that was ever agreed, the first one first."""

    terms: Membership
    paid_until: date
    history: list[MembershipRecord]


class Memberships:
    """`clock` gives the store's instant. Methods raise DatabaseError, where nothing was written, and StoreError.

    StoreError after the commit means that the timer is not set; it is set by itself before it would have to ring.
    """

    def __init__(self, database: Database, renewals: Renewals, clock: Callable[[], Awaitable[int]]) -> None:
        self._database = database
        self._renewals = renewals
        self._clock = clock

    async def find(self, person: str) -> MembershipNow | None:
        """The person's membership; None where they have none, or are not there."""
        now = await self._clock()
        async with self._database.read() as connection:
            member = await people.find(connection, person)
            history = await memberships.history(connection, person)
        if member is None or not history:
            return None
        terms = history[-1].terms
        return MembershipNow(terms, paid_until(terms, self._renewals.calendar_of(member), now), history)

    async def put(
        self, person: str, details: MembershipDetails, by: Role
    ) -> Written[MembershipRecord] | Invalid | Conflict | Missing:
        """Agree on a membership, in place of one that there is."""
        price = Price(details.price.amount, details.price.currency)
        fields = {name: getattr(details, name) for name in MembershipDetails.__struct_fields__}
        asked = Membership(**fields | {"price": price})

        def agreed(
            member: PersonRecord, found: Membership | None, calendar: Calendar, now: int
        ) -> Membership | Invalid:
            if not asked.renews and asked.paid_until is None:
                return Invalid([FieldProblem("paid_until", "must be a date where the membership does not renew")])
            return asked

        return await self._write(person, by, agreed)

    async def change(
        self, person: str, change: MembershipChange, by: Role
    ) -> Written[MembershipRecord] | Invalid | Conflict | Missing:
        """Change some of it. One that is to renew no more is over at the end of what is paid."""
        given = {name: value for name, value in asdict(change).items() if value is not None}
        if change.price is not None:
            given["price"] = Price(change.price.amount, change.price.currency)

        def agreed(member: PersonRecord, found: Membership | None, calendar: Calendar, now: int) -> _Agreed:
            if found is None:
                return Missing()
            if over := _over_problem(found, calendar, now):
                return Conflict(f"the membership of {member.id!r} {over}")
            changed = replace(found, **given)
            if found.renews and not changed.renews and change.paid_until is None:
                return stopped(changed, calendar, now)
            return changed

        return await self._write(person, by, agreed)

    async def stop(self, person: str, by: Role) -> Written[MembershipRecord] | Invalid | Conflict | Missing:
        """Let it renew no more: it is over at the end of what is paid. One that renews no more stays as it is."""

        def agreed(member: PersonRecord, found: Membership | None, calendar: Calendar, now: int) -> _Agreed:
            if found is None:
                return Missing()
            return stopped(found, calendar, now) if found.renews else found

        return await self._write(person, by, agreed)

    async def resume(self, person: str, by: Role) -> Written[MembershipRecord] | Invalid | Conflict | Missing:
        """Let it renew again, at the end of what is paid. One that renews stays as it is; one that is over is over."""

        def agreed(member: PersonRecord, found: Membership | None, calendar: Calendar, now: int) -> _Agreed:
            if found is None:
                return Missing()
            if over := _over_problem(found, calendar, now):
                return Conflict(f"the membership of {member.id!r} {over}")
            return replace(found, renews=True)

        return await self._write(person, by, agreed)

    async def agree_cadence(
        self, person: str, to: Cadence, since: date, by: Role
    ) -> Written[MembershipRecord] | Invalid | Conflict | Missing:
        """Let it have that cadence from the day `since` on: renewals from then on cost what that does."""
        return await self._with_cadence(
            person, lambda found: replace(found, next_cadence=to, next_cadence_from=since), by
        )

    async def drop_cadence(self, person: str, by: Role) -> Written[MembershipRecord] | Invalid | Conflict | Missing:
        """Let the cadence stay, whatever was agreed for later."""
        return await self._with_cadence(
            person, lambda found: replace(found, next_cadence=None, next_cadence_from=None), by
        )

    async def set_cadence(
        self, person: str, to: Cadence, by: Role
    ) -> Written[MembershipRecord] | Invalid | Conflict | Missing:
        """Let it have that cadence from now on."""
        return await self._with_cadence(
            person, lambda found: replace(found, cadence=to, next_cadence=None, next_cadence_from=None), by
        )

    async def _with_cadence(
        self, person: str, changed: Callable[[Membership], Membership], by: Role
    ) -> Written[MembershipRecord] | Invalid | Conflict | Missing:
        """One that is over stays as it is."""

        def agreed(member: PersonRecord, found: Membership | None, calendar: Calendar, now: int) -> _Agreed:
            if found is None:
                return Missing()
            if over := _over_problem(found, calendar, now):
                return Conflict(f"the membership of {member.id!r} {over}")
            return changed(found)

        return await self._write(person, by, agreed)

    async def _write(
        self, person: str, by: Role, agree: Callable[[PersonRecord, Membership | None, Calendar, int], _Agreed]
    ) -> Written[MembershipRecord] | Invalid | Conflict | Missing:
        now = await self._clock()
        async with self._database.begin() as connection:
            member = await people.find_to_change(connection, person)
            if member is None:
                return Missing()
            if problem := _person_problem(member):
                return Conflict(problem)
            calendar = self._renewals.calendar_of(member)
            found = await memberships.latest(connection, person)
            terms = agree(member, found.terms if found else None, calendar, now)
            if not isinstance(terms, Membership):
                return terms
            if problems := _problems(terms, calendar.day_of(now)):
                return Invalid(problems)
            due = await self._renewals.note_due(connection, member, now)
            happened: list[MembershipRecord | NotedStep] = [*due.steps]
            record = MembershipRecord(person, terms, now, by)
            if found is not None and found.terms == terms:
                record = found
            else:
                await memberships.append(connection, record)
                due = await self._renewals.begin(connection, record, calendar)
                happened += [record, *due.steps]
            tell = await self._renewals.news.note(connection, happened, now)
        await tell()
        await self._renewals.set_timer(person, due.next_at)
        return Written(record, created=found is None)


def _over_problem(found: Membership, calendar: Calendar, now: int) -> str | None:
    if not found.renews and calendar.start_of(ends := paid_until(found, calendar, now)) <= now:
        return f"was over on {ends}; PUT another one to go on"
    return None


def _person_problem(person: PersonRecord) -> str | None:
    if person.role != "member":
        return f"{person.id!r} is a {person.role}; memberships are for members"
    if person.erased_at is not None:
        return f"{person.id!r} was erased, which is final; give whoever comes back an id of their own"
    return None


def _problems(terms: Membership, today: date) -> list[FieldProblem]:
    found = []
    if problem := currency_problem(terms.price.currency):
        found.append(FieldProblem("price.currency", problem))
    if not EARLIEST <= terms.started_on <= today:
        found.append(FieldProblem("started_on", f"{terms.started_on} cannot be; allowed: {EARLIEST} to {today}, today"))
    if terms.paid_until is not None and not terms.started_on < terms.paid_until <= LATEST:
        found.append(
            FieldProblem("paid_until", f"{terms.paid_until} cannot be; allowed: a day after {terms.started_on}")
        )
    return found
