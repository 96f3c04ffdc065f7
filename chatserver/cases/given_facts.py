"""What people say of a case, held against what the server knows: people and bookings that there are, days that fit.

What is wrong there would be found out where the case asks for it to be done, when nobody could say it anew.
"""

from collections.abc import Awaitable, Callable, Iterator

from chatserver.cases.case_requests import CaseAsker
from chatserver.cases.guest import guest_conversation
from chatserver.conversations.absences import overlapping
from chatserver.conversations.contacts import contacts
from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.records import record
from chatserver.conversations.requests import FieldProblem, Invalid
from chatserver.records.database import Database
from quotas.bookings import Booking
from quotas.calendar import Calendar
from quotas.cases.facts import STANDARD_MINUTES, CaseFacts
from quotas.cases.rules import CaseKind
from quotas.instant import MINUTE
from quotas.terms import Rulebook


class GivenFacts:
    """`booking_of` finds a booking. Methods raise DatabaseError."""

    def __init__(
        self, database: Database, rulebook: Rulebook, booking_of: Callable[[str], Awaitable[Booking | None]]
    ) -> None:
        self._database = database
        self._rulebook = rulebook
        self._booking_of = booking_of

    async def problem(
        self,
        kind: CaseKind,
        facts: CaseFacts,
        conversation: ConversationRecord,
        asker: CaseAsker,
        now: int,
        *,
        ref: str = "",
    ) -> Invalid | None:
        """Of facts that are given in a case of that kind; `ref` is the case's, '' before it is open."""
        calendar = self._rulebook.calendar_to_show(conversation.zone, conversation.holidays)
        found = [FieldProblem(f"facts.{name}", problem) for name, problem in _in_time(facts, calendar, now)]
        if (problem := await self._person_problem(kind, facts, conversation, asker, now)) is not None:
            found.append(problem)
        here = {conversation.id} | ({guest_conversation(ref)} if kind == "one_off_session" else set())
        for name, id, allowed in (("replaces", facts.replaces, {conversation.id}), ("booking", facts.booking, here)):
            if id is None:
                continue
            booking = await self._booking_of(id)
            if booking is None or booking.conversation not in allowed:
                found.append(FieldProblem(f"facts.{name}", "the conversation has no such booking"))
            elif name == "replaces" and booking.cancelled is None and booking.starts_at <= now:
                found.append(FieldProblem(f"facts.{name}", "has begun; allowed: a booking that lies ahead"))
        return Invalid(found) if found else None

    async def assignee_problem(self, assignee: str) -> Invalid | None:
        """Whom a case is given to; people of support need not be known here."""
        async with self._database.read() as connection:
            known = (await contacts(connection, {assignee})).get(assignee) if assignee else None
        if known is None or known.role == "support":
            return None
        return Invalid([FieldProblem("assignee", f"is a {known.role}; allowed: somebody of support, or '' for nobody")])

    async def _person_problem(
        self, kind: CaseKind, facts: CaseFacts, conversation: ConversationRecord, asker: CaseAsker, now: int
    ) -> FieldProblem | None:
        if facts.mentor is not None:
            if facts.mentor == conversation.mentor:
                return FieldProblem("facts.mentor", "is the mentor of this conversation; name another one")
            async with self._database.read() as connection:
                known = (await contacts(connection, {facts.mentor})).get(facts.mentor)
            if known is None or known.role != "mentor":
                return FieldProblem("facts.mentor", "there is no such mentor")
        if facts.person is not None:
            if facts.person == asker.user:
                return FieldProblem("facts.person", "must be somebody else than who reports them")
            # Nobody learns by a report who else is there; and a slip of the pen would remove a stranger.
            if kind == "misconduct" and facts.person not in await self._there(conversation, now):
                return FieldProblem(
                    "facts.person", "must be one of the conversation's two, who stood in there, or the mentor before"
                )
        return None

    async def _there(self, conversation: ConversationRecord, now: int) -> set[str]:
        """Whom they may have met there: the two, substitutes until now, and the mentor whom this one follows."""
        async with self._database.read() as connection:
            away = await overlapping(connection, conversation.mentor, conversation.created_at, now + 1)
            before = await record(connection, conversation.follows) if conversation.follows else None
        substitutes = {each.substitute for each in away if each.substitute is not None}
        return {conversation.member, conversation.mentor} | substitutes | ({before.mentor} if before else set())


def _in_time(facts: CaseFacts, calendar: Calendar, now: int) -> Iterator[tuple[str, str]]:
    """Names of facts that lie on the wrong side of now, each with what is allowed."""
    today = calendar.day_of(now)
    if facts.asked_on is not None and facts.asked_on > today:
        yield "asked_on", f"must not be after today, {today}"
    for name, day in (("paid_until", facts.paid_until), ("applies_on", facts.applies_on)):
        if day is not None and day < today:
            yield name, f"must not be before today, {today}"
    starts = sorted(facts.starts_at or ())
    length = (facts.minutes or STANDARD_MINUTES) * MINUTE
    if starts and starts[0] <= now:
        yield "starts_at", "must lie ahead"
    elif any(later - earlier < length for earlier, later in zip(starts, starts[1:], strict=False)):
        yield "starts_at", "must not overlap"
