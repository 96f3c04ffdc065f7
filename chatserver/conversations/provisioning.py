"""Who takes part, and on what terms: people, conversations and their plans, written to SQL and then to the ledger.

Every write is idempotent: the same one again changes no record, and tells the ledger again, which heals a ledger that
missed it.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Protocol, TypeVar

from msgspec.structs import asdict, replace
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.conversation import ConversationRecord, Subscription
from chatserver.conversations.person import Locale, PersonRecord
from chatserver.conversations.person_news import PersonNews
from chatserver.conversations.records import records_of
from chatserver.conversations.requests import (
    Conflict,
    ConversationChange,
    ConversationDetails,
    FieldProblem,
    Invalid,
    Missing,
    PersonDetails,
    Written,
)
from chatserver.conversations.rows import conversations, people, suspensions
from chatserver.protocol.events import MAX_CONVERSATIONS, Role
from chatserver.protocol.visible import shows
from chatserver.records.database import Database
from quotas.admission import Status
from quotas.ledger.base import Ledger
from quotas.plans import holidays_problem
from quotas.standing import ConversationSettings, Standing
from quotas.suspensions import SuspensionSpan
from quotas.terms import BookedChat, Rulebook
from quotas.zones import zone_problem


class Restorer(Protocol):
    """Brings back what a store has lost of a conversation: `chatserver/messages/restore.py`."""

    async def restore(self, conversation: str) -> bool:
        """Put right what the ledger has, where the archive has more; whether it did.

        Raises StoreError, DatabaseError.
        """


class Appointments(Protocol):
    """What sessions have to do with conversations: `chatserver/sessions/appointments.py`."""

    async def chats(self, conversations: Sequence[str]) -> Mapping[str, tuple[BookedChat, ...]]:
        """The live chats of each that are booked and not over, by start; nothing of those without.

        Raises StoreError, DatabaseError.
        """

    async def end(self, connection: AsyncConnection, conversation: ConversationRecord, now: int) -> None:
        """The conversation ends with this transaction: what has not started is cancelled."""


class ConversationListener(Protocol):
    """What cases have to do with conversations: `chatserver/cases/case_openings.py`."""

    async def changed(
        self, connection: AsyncConnection, before: ConversationRecord, after: ConversationRecord, now: int
    ) -> None:
        """The conversation is another with this transaction."""

    async def followed(
        self, connection: AsyncConnection, ended: ConversationRecord, successor: ConversationRecord, now: int
    ) -> None:
        """The member goes on in another conversation, which is locked too; after `changed`."""

    async def suspends(self, connection: AsyncConnection, conversation: str) -> bool:
        """Whether a case suspends it, so that nothing else lifts that."""


class Provisioning:
    """`clock` gives the store's instant; without `restorer` the ledger is one that loses nothing.

    Methods raise DatabaseError, where nothing was written, and StoreError.

    StoreError from `clock` means that nothing was written; after the commit, that the record is kept and the ledger
    does not know it yet. In both cases the same request again puts it right.
    """

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        rulebook: Rulebook,
        clock: Callable[[], Awaitable[int]],
        appointments: Appointments,
        restorer: Restorer | None = None,
        listener: ConversationListener | None = None,
        person_news: PersonNews | None = None,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._appointments = appointments
        self._restorer = restorer
        self._listener = listener
        self._person_news = person_news
        self.rulebook = rulebook
        self._clock = clock

    async def get_person(self, id: str) -> PersonRecord | None:
        async with self._database.read() as connection:
            return await people.find(connection, id)

    async def get_people(self, ids: Collection[str]) -> list[PersonRecord]:
        """Those of `ids` that there are."""
        async with self._database.read() as connection:
            return await people.find_all(connection, ids)

    async def find_people(
        self, words: str, role: Role | None, most: int, ids: Collection[str] = ()
    ) -> list[PersonRecord]:
        """By name, id or address, the first by name; of those `ids` where there are any."""
        async with self._database.read() as connection:
            return await people.found_by(connection, words, role, ids, most)

    async def conversations_of(self, person: str) -> list[ConversationRecord]:
        """All of a person's, on whichever side, by id."""
        async with self._database.read() as connection:
            return await records_of(connection, person)

    async def names(self, ids: Collection[str]) -> dict[str, str]:
        """Those of `ids` that have a name, by id."""
        async with self._database.read() as connection:
            return await people.names(connection, ids)

    async def put_person(self, id: str, details: PersonDetails) -> Written[PersonRecord] | Invalid | Conflict:
        """Create the person or bring them up to date. Their role stays while they are in a conversation."""
        zone = details.zone if details.zone is not None else self.rulebook.policy.calendar.zone
        if problems := self.problems({"name": details.name, "zone": zone}):
            return Invalid(problems)
        now = await self._clock()
        person = PersonRecord(id=id, created_at=now, updated_at=now, **asdict(replace(details, zone=zone)))
        outcome = await self._unless_taken(lambda connection: _write_person(connection, person))
        if isinstance(outcome, Written) and not outcome.created and outcome.record.updated_at == now:
            await self._person_changed(id)
        return outcome

    async def set_locale(self, id: str, locale: Locale) -> PersonRecord | None:
        """The person with that language; None where there is nobody of that id."""
        now = await self._clock()
        async with self._database.begin() as connection:
            found = await people.find_to_change(connection, id)
            if found is None or found.erased_at is not None:
                return None
            if found.locale == locale:
                return found
            changed = replace(found, locale=locale, updated_at=now)
            await people.change(connection, changed)
        return changed

    async def _person_changed(self, id: str) -> None:
        if self._person_news is not None:
            async with self._database.read() as connection:
                concerned = await people.conversations_with(connection, id)
            await self._person_news.changed(concerned)

    async def get_conversation(self, id: str) -> ConversationRecord | None:
        async with self._database.read() as connection:
            return await conversations.find(connection, id)

    async def subscriptions(self, conversation: str) -> list[Subscription]:
        """The plans of a conversation, the first one first."""
        async with self._database.read() as connection:
            return await conversations.subscriptions(connection, conversation)

    async def suspensions(self, conversation: str) -> list[SuspensionSpan]:
        """Those of a conversation, the first one first."""
        async with self._database.read() as connection:
            return await suspensions.of(connection, conversation)

    async def put_conversation(
        self, id: str, details: ConversationDetails
    ) -> Written[ConversationRecord] | Invalid | Conflict:
        """Create the conversation, open, or bring its plan, zone and holidays up to date."""
        calendar = self.rulebook.policy.calendar
        zone = details.zone if details.zone is not None else calendar.zone
        holidays = details.holidays if details.holidays is not None else calendar.holidays
        problems = self.problems(
            {"plan": details.plan, "chosen_plan": details.chosen_plan, "zone": zone, "holidays": holidays}
        )
        if problems and not await self._has_ended(id):
            return Invalid(problems)
        now = await self._clock()
        if details.trial and details.guest:
            return Invalid([FieldProblem("guest", "a conversation is a trial or a guest's; leave one of both out")])
        today = self.rulebook.calendar_to_show(zone, holidays).day_of(now)
        if details.subscription_from is not None and details.subscription_from > today:
            problem = f"lies ahead; allowed: {today}, the date in {zone}, or earlier"
            return Invalid([FieldProblem("subscription_from", problem)])
        asked = ConversationRecord(
            id=id,
            member=details.member,
            mentor=details.mentor,
            plan=details.plan,
            zone=zone,
            holidays=holidays,
            status="open",
            revision=1,
            created_at=now,
            updated_at=now,
            subscription_from=details.subscription_from,
            chosen_plan=details.chosen_plan,
            kind="trial" if details.trial else "guest" if details.guest else "plan",
        )
        said = {"trial": details.trial, "guest": details.guest}
        return await self._projected(
            await self._unless_taken(lambda connection: self.write_conversation(connection, asked, said))
        )

    async def change_conversation(
        self, id: str, change: ConversationChange
    ) -> Written[ConversationRecord] | Invalid | Conflict | Missing:
        """Change the plan or the status, or both; where it ends, with the reason that is given.

        A suspension comes before a pause: `paused` is kept for when it is lifted, and `open` lifts it and gives back
        what was before. While a case suspends it, both are kept for when the case lifts that.
        """
        if change.ended_reason is not None and change.status != "ended":
            return Invalid([FieldProblem("ended_reason", "is for conversations that end; allowed with status ended")])
        if (problems := self.problems({"plan": change.plan})) and not await self._has_ended(id):
            return Invalid(problems)
        now = await self._clock()
        async with self._database.begin() as connection:
            found = await conversations.find_to_change(connection, id)
            if found is None:
                return Missing()
            status = await self._status_after(connection, found, change.status or found.status)
            asked = replace(found, plan=change.plan or found.plan, status=status)
            if change.ended_reason is not None:
                asked = replace(asked, ended_reason=change.ended_reason)
            outcome = await write_change(connection, found, asked, now)
            if asked.status == "ended" != found.status:
                await self._appointments.end(connection, found, now)
            if isinstance(outcome, Written):
                await self.changed(connection, found, outcome.record, now)
        return await self._projected(outcome)

    async def _status_after(self, connection: AsyncConnection, found: ConversationRecord, asked: Status) -> Status:
        if found.status != "suspended" or asked in ("suspended", "ended"):
            return asked
        by_case = self._listener is not None and await self._listener.suspends(connection, found.id)
        if by_case or asked == "paused":
            await conversations.change_beneath(connection, found.id, asked)
            return "suspended"
        return await conversations.status_beneath(connection, found.id)

    async def changed(
        self, connection: AsyncConnection, before: ConversationRecord, after: ConversationRecord, now: int
    ) -> None:
        """A conversation is another with this transaction: for whoever writes one beside these methods."""
        if self._listener is not None:
            await self._listener.changed(connection, before, after, now)

    async def followed(
        self, connection: AsyncConnection, ended: ConversationRecord, successor: ConversationRecord, now: int
    ) -> None:
        """As `changed`: the member goes on in another one."""
        if self._listener is not None:
            await self._listener.followed(connection, ended, successor, now)

    async def standing(self, conversation: ConversationRecord) -> Standing:
        """How the conversation stands; a ledger that does not know it is told. Raises StoreError."""
        return await self._ledger.standing(conversation.id) or await self._told(conversation)

    def problems(self, fields: Mapping[str, object]) -> list[FieldProblem]:
        """What is wrong with each of these fields of a person or a conversation, as far as the field alone tells.

        Other fields, and values that are no texts, are passed over.
        """
        checks: dict[str, Callable[[str], str | None]] = {
            "name": _name_problem,
            "plan": self._plan_problem,
            "chosen_plan": self._plan_problem,
            "zone": zone_problem,
            "holidays": holidays_problem,
        }
        return [
            FieldProblem(field, problem)
            for field, check in checks.items()
            if isinstance(value := fields.get(field), str) and (problem := check(value))
        ]

    def _plan_problem(self, plan: str) -> str | None:
        plans = self.rulebook.policy.plans
        return None if plan in plans else f"there is no plan {plan!r}; allowed: {', '.join(sorted(plans))}"

    async def _has_ended(self, conversation: str) -> bool:
        """What is written of it again may name what the rules have forgotten; what is new would be refused anyway."""
        found = await self.get_conversation(conversation)
        return found is not None and found.status == "ended"

    def anchor_of(self, conversation: ConversationRecord) -> date:
        """The local date from which its subscription months are counted."""
        return conversation.anchor(self.rulebook.calendar_to_show(conversation.zone, conversation.holidays))

    async def write_conversation(
        self, connection: AsyncConnection, asked: ConversationRecord, said: Mapping[str, bool | None]
    ) -> Written[ConversationRecord] | Invalid | Conflict:
        """Write what is asked; `said` is whether it is a trial or a guest's, where that was said. Not projected."""
        known = await people.find_to_rely_on(connection, {asked.member, asked.mentor})
        found = await conversations.find_to_change(connection, asked.id)
        if found is not None:
            if (asked.member, asked.mentor) != (found.member, found.mentor):
                return Conflict(
                    f"the conversation is between {found.member!r} and {found.mentor!r}, and its people cannot change; "
                    "create another conversation for other people"
                )
            if asked.subscription_from not in (None, anchor := self.anchor_of(found)):
                return Conflict(
                    f"the subscription began on {anchor}, and sessions are counted by months from then on; leave "
                    "`subscription_from` out"
                )
            for kind, is_so in said.items():
                if is_so not in (None, found.kind == kind):
                    return Conflict(f"whether it is a {kind} is said when it is created; leave `{kind}` out")
            wanted = replace(
                found,
                plan=asked.plan,
                zone=asked.zone,
                holidays=asked.holidays,
                chosen_plan=asked.chosen_plan or found.chosen_plan,
            )
            return await write_change(connection, found, wanted, asked.updated_at)
        sides: list[tuple[str, Role]] = [(asked.member, "member"), (asked.mentor, "mentor")]
        problems = [
            FieldProblem(role, problem) for id, role in sides if (problem := _person_problem(id, role, known.get(id)))
        ]
        if problems:
            return Invalid(problems)
        for id, role in sides:
            if await people.count_conversations(connection, id) >= MAX_CONVERSATIONS:
                return Conflict(
                    f"the {role} {id!r} is in {MAX_CONVERSATIONS} conversations, and nobody can be in more, ended ones "
                    "included; go on with another person"
                )
        began = replace(asked, subscription_from=self.anchor_of(asked))
        await conversations.create(connection, began)
        return Written(began, created=True)

    async def _unless_taken(self, write: "Callable[[AsyncConnection], Awaitable[_Outcome]]") -> "_Outcome":
        """Run `write` in a transaction; once more where another one created the same id in the meantime."""
        try:
            async with self._database.begin() as connection:
                return await write(connection)
        except IntegrityError:
            async with self._database.begin() as connection:
                return await write(connection)

    async def _projected(self, outcome: "_Outcome") -> "_Outcome":
        if isinstance(outcome, Written) and isinstance(outcome.record, ConversationRecord):
            await self.project(outcome.record)
        return outcome

    async def project(self, conversation: ConversationRecord, chats: tuple[BookedChat, ...] | None = None) -> Standing:
        """Tell the ledger of the record, as it is committed, with its live chats; None: they are looked up."""
        if await self._ledger.standing(conversation.id) is None:
            return await self._told(conversation, chats)
        return await self._configured(conversation, chats)

    async def _told(self, conversation: ConversationRecord, chats: tuple[BookedChat, ...] | None = None) -> Standing:
        """The ledger does not know it. Where that lost it, what was archived comes first: nobody may write 1 again."""
        if self._restorer is not None:
            await self._restorer.restore(conversation.id)
        return await self._configured(conversation, chats)

    async def _configured(self, conversation: ConversationRecord, chats: tuple[BookedChat, ...] | None) -> Standing:
        if chats is None:
            # What is booked may be newer than the record: then a newer one follows, and has it too.
            chats = (await self._appointments.chats([conversation.id])).get(conversation.id, ())
        return await self._ledger.configure(conversation.id, settings_of(conversation, chats))


def _name_problem(name: str) -> str | None:
    return None if shows(name) else "holds nothing that shows; allowed: a name with at least one visible character"


_Outcome = TypeVar("_Outcome", bound=Written[PersonRecord] | Written[ConversationRecord] | Invalid | Conflict)


def settings_of(conversation: ConversationRecord, chats: tuple[BookedChat, ...] = ()) -> ConversationSettings:
    """What the ledger must know of the record, and of its live chats."""
    return ConversationSettings(
        member=conversation.member,
        mentor=conversation.mentor,
        plan=conversation.plan,
        zone=conversation.zone,
        holidays=conversation.holidays,
        status=conversation.status,
        revision=conversation.revision,
        key=conversation.key_number,
        chats=chats,
    )


async def _write_person(connection: AsyncConnection, asked: PersonRecord) -> Written[PersonRecord] | Conflict:
    found = await people.find_to_change(connection, asked.id)
    if found is None:
        await people.create(connection, asked)
        return Written(asked, created=True)
    if found.erased_at is not None:
        return Conflict(f"{asked.id!r} was erased, which is final; give whoever comes back an id of their own")
    if replace(asked, created_at=found.created_at, updated_at=found.updated_at) == found:
        return Written(found, created=False)
    if asked.role != found.role and (conversation := await people.conversation_with(connection, asked.id)):
        return Conflict(
            f"{asked.id!r} is {found.role} in the conversation {conversation!r} and cannot become {asked.role}; "
            "give the new role a person of its own"
        )
    changed = replace(asked, created_at=found.created_at)
    await people.change(connection, changed)
    return Written(changed, created=False)


def _person_problem(id: str, needed: Role, person: PersonRecord | None) -> str | None:
    if person is None:
        return f"there is no person {id!r}; create them first, with the role {needed}"
    if person.erased_at is not None:
        return f"the person {id!r} was erased; allowed is someone with the role {needed}"
    if person.role != needed:
        return f"the person {id!r} has the role {person.role}; allowed is someone with the role {needed}"
    return None


async def write_change(
    connection: AsyncConnection, found: ConversationRecord, asked: ConversationRecord, now: int
) -> Written[ConversationRecord] | Conflict:
    """Write what is asked over what was found, and locked: the same again changes nothing, and ended stays ended."""
    if asked == found:
        return Written(found, created=False)
    if found.status == "ended":
        return Conflict("the conversation has ended, which is final; create another conversation to go on")
    changed = replace(asked, revision=found.revision + 1, updated_at=now)
    await conversations.change(connection, changed)
    return Written(changed, created=False)
