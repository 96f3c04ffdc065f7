"""Who hears of a fact is noted in the transaction of the fact: notices, and what is to be sent of them.

Noting the same fact again changes nothing. What was noted is told after the commit; a process that dies between the
two loses nothing but the word to whoever is connected: the outbox looks at its table by itself.
"""

import asyncio
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.contacts import Contact, contacts, support_staff
from chatserver.notices.delivery import ChannelName
from chatserver.notices.fact import Fact
from chatserver.notices.notice import Notice, UnreadNotice
from chatserver.notices.rows import notices as rows
from chatserver.notices.rows import queue, webhook_events
from chatserver.notices.rows.hearers import Hearer, hearers
from chatserver.notices.rows.notices import HearingKey, key_of, unread_counts
from chatserver.notices.rows.queue import ToSend
from chatserver.notices.rows.reach import Reach
from chatserver.notices.rows.wishes import Wishes
from chatserver.records.database import Database, DatabaseError
from quotas.instant import MINUTE, SECOND
from quotas.notices import HearingRole, HearingRule, NoticePolicy, PersonalChannel, quiet_until, rules_for
from quotas.store.errors import StoreError

JOINED_WITHIN = 30 * SECOND
"""How long the first of several that are pushed as one waits for the others."""

_LATER = "notices are told later: by the outbox's own look, and in their lists"

logger = logging.getLogger(__name__)


class Made(Struct, frozen=True):
    """What became of facts."""

    notices: tuple[Notice, ...] = ()
    """New ones."""
    due_at: int | None = None
    """When the first thing that is to be sent is due; None where nothing is."""


class Ringing(Protocol):
    """The outbox, as far as it is told of what is due."""

    async def ring(self, due_at: int | None) -> None:
        """Something is due then; None: nothing. Raises StoreError."""


class Publisher(Protocol):
    """Tells whoever is connected of a notice, at most once."""

    async def publish(self, notice: Notice, unread: int) -> None:
        """`unread` counts it too. Raises StoreError."""


class _Hearing(Struct, frozen=True):
    """One person hears of one fact in one role."""

    fact: Fact
    rule: HearingRule
    person: Contact
    notice: Notice


class Noting:
    """`ringing` and `publisher` are told after commits."""

    def __init__(self, database: Database, policy: NoticePolicy, ringing: Ringing, publisher: Publisher) -> None:
        self._database = database
        self._policy = policy
        self._rules = lru_cache(maxsize=None)(partial(rules_for, policy))
        self._ringing = ringing
        self._publisher = publisher

    async def note(self, connection: AsyncConnection, facts: Sequence[Fact], now: int) -> Made:
        """Write what comes of them; `now` is the store's instant. The caller commits, and tells what was made."""
        hooks_due_at = await webhook_events.note(connection, facts, now)
        new, to_send = await self._heard(connection, facts, now)
        await queue.enqueue(connection, to_send, now)
        due = [each.due_at for each in to_send] + ([hooks_due_at] if hooks_due_at is not None else [])
        return Made(tuple(new), min(due, default=None))

    async def _heard(
        self, connection: AsyncConnection, facts: Sequence[Fact], now: int
    ) -> tuple[list[Notice], list[ToSend]]:
        """New notices, written, and what is to be sent of them."""
        hearings = await self._hearings(connection, facts, now)
        if not hearings:
            return [], []
        known = await hearers(connection, {key[0] for key in hearings}, {key[1] for key in hearings})
        new = await rows.append(connection, _first_ones_marked([each.notice for each in hearings.values()], known))
        to_send: list[ToSend] = []
        for notice in new:
            hearer = known[notice.person]
            to_send += self._sent(hearings[key_of(notice)], notice, hearer.wishes, hearer.reach, now)
        return new, to_send

    async def tell(self, made: Made) -> None:
        """After the commit: set the outbox's timer, and tell whoever is connected. Raises nothing."""
        news = _to_say(made.notices)
        try:
            unread: dict[str, int] = {}
            if news:
                async with self._database.read() as connection:
                    unread = await unread_counts(connection, {each.person for each in news})
            await self._say(news, unread, made.due_at)
        except (StoreError, DatabaseError):
            logger.debug(_LATER)

    async def noted(self, connection: AsyncConnection, facts: Sequence[Fact]) -> list[UnreadNotice]:
        """What came of facts that were noted before, for whoever finds them untold."""
        return await rows.unread_by_keys(connection, await self._keys(connection, facts))

    async def tell_of(self, noted: Sequence[UnreadNotice], now: int) -> None:
        """As `tell`, of what `noted` has found. Raises nothing."""
        try:
            unread = {each.notice.person: each.unread for each in noted}
            await self._say([each.notice for each in noted], unread, now)
        except StoreError:
            logger.debug(_LATER)

    async def _say(self, news: Sequence[Notice], unread: Mapping[str, int], due_at: int | None) -> None:
        said = (self._publisher.publish(each, unread.get(each.person, 0)) for each in news)
        await asyncio.gather(self._ringing.ring(due_at), *said)

    async def _keys(self, connection: AsyncConnection, facts: Sequence[Fact]) -> list[HearingKey]:
        """By which notices of them are known, also of people who hear of none."""
        told = self._told(facts)
        support = await support_staff(connection) if any(rule.role == "support" for _, rule in told) else {}
        return [
            (person, fact.event, fact.mark)
            for fact, rule in told
            for person in (_helping(fact, support) if rule.role == "support" else _people_of(fact, rule.role))
        ]

    def _told(self, facts: Sequence[Fact]) -> list[tuple[Fact, HearingRule]]:
        """Which lines of the table are about them."""
        return [
            (fact, rule)
            for fact in facts
            for rule in self._rules(fact.event)
            if fact.roles is None or rule.role in fact.roles
        ]

    async def _hearings(
        self, connection: AsyncConnection, facts: Sequence[Fact], now: int
    ) -> dict[HearingKey, _Hearing]:
        """Who is to hear of them. Of one who would hear of a fact in two roles, the first counts."""
        told = self._told(facts)
        if not told:
            return {}
        here = {person for fact, _ in told for person in (fact.member, fact.mentor, *(fact.answering or ())) if person}
        known = await contacts(connection, here)
        support = await support_staff(connection) if any(rule.role == "support" for _, rule in told) else {}
        found: dict[HearingKey, _Hearing] = {}
        for fact, rule in told:
            for person in _in_role(rule, fact, known, support):
                notice = _notice(fact, rule, person.id, now)
                found.setdefault(key_of(notice), _Hearing(fact, rule, person, notice))
        return found

    def _sent(self, hearing: _Hearing, notice: Notice, wishes: Wishes, reach: Reach, now: int) -> Iterable[ToSend]:
        """What is sent of a notice to where its person can be reached."""
        rule, person = hearing.rule, hearing.person
        asked_at = max(now, hearing.fact.at + rule.delay_minutes * MINUTE)
        due_at = asked_at
        if rule.quiet == "hold":
            quiet = self._policy.quiet if wishes.quiet is None else wishes.quiet
            due_at = quiet_until(person.zone, quiet, asked_at)
        for channel in _channels(hearing, notice, wishes):
            # A mail is for itself: an invitation goes with it.
            joined_at = now + JOINED_WITHIN if hearing.fact.joined and channel == "push" else 0
            for endpoint in _endpoints(channel, person, reach):
                yield ToSend(
                    # Ids of rows may be given again once the last ones are deleted; with the instant they are not.
                    key=f"{notice.id}.{now}.{channel}{endpoint and '.' + endpoint}",
                    channel=channel,
                    person=person.id,
                    endpoint=endpoint,
                    notice=notice.id,
                    due_at=max(due_at, joined_at),
                    held=due_at > asked_at or bool(joined_at),
                )


def _in_role(
    rule: HearingRule, fact: Fact, known: Mapping[str, Contact], support: Mapping[str, Contact]
) -> Iterable[Contact]:
    if rule.role == "support":
        return [support[person] for person in _helping(fact, support)]
    return [known[person] for person in _people_of(fact, rule.role) if person in known]


def _helping(fact: Fact, support: Mapping[str, Contact]) -> Sequence[str]:
    """Who of support is to hear of it."""
    return [*support] if fact.helping is None else [each for each in fact.helping if each in support]


def _people_of(fact: Fact, role: HearingRole) -> Sequence[str]:
    """Ids; '' for nobody."""
    if role == "member":
        return [fact.member]
    return [fact.mentor] if fact.answering is None else fact.answering


def _notice(fact: Fact, rule: HearingRule, person: str, now: int) -> Notice:
    return Notice(
        id=0,
        person=person,
        event=fact.event,
        mark=fact.mark,
        conversation=fact.conversation,
        booking=fact.booking,
        data={**fact.data, "role": rule.role},
        at=fact.at,
        noted_at=now,
        # Who did it knows of it: it is in their list as read, and comes by mail for their calendar.
        read_at=now if _is_doer(fact, rule) else None,
    )


def _to_say(notices: Iterable[Notice]) -> list[Notice]:
    """Who did it need not hear of it."""
    return [each for each in notices if each.read_at is None]


def _is_doer(fact: Fact, rule: HearingRule) -> bool:
    # Who of support is named has not done it, though somebody of support may have.
    return fact.data.get("by") == rule.role and (rule.role != "support" or fact.helping is None)


def _channels(hearing: _Hearing, notice: Notice, wishes: Wishes) -> Collection[PersonalChannel]:
    rule = hearing.rule
    if _is_doer(hearing.fact, rule):
        return [channel for channel in rule.channels if channel == "mail"]
    return [
        channel
        for channel in rule.channels
        if (rule.essential and channel == "mail") or wishes.want(channel, rule.topic, notice.conversation)
    ]


def _endpoints(channel: ChannelName, person: Contact, reach: Reach) -> Sequence[str]:
    if channel == "push":
        return reach.devices
    return [""] if person.email and person.email != reach.refused_address else []


def _first_ones_marked(notices: Sequence[Notice], known: Mapping[str, Hearer]) -> list[Notice]:
    """With `first` among the data of those whose person has never heard of such an event."""
    heard, marked = {(person, event) for person, hearer in known.items() for event in hearer.heard}, []
    for notice in notices:
        kind = notice.person, notice.event
        if kind not in heard:
            heard.add(kind)
            notice = replace(notice, data={**notice.data, "first": True})  # noqa: PLW2901
        marked.append(notice)
    return marked
