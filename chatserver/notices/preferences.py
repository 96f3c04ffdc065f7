"""What people want to hear: by topic and channel, when it is to be quiet, and which conversations are muted."""

from collections.abc import Awaitable, Callable, Iterable
from itertools import pairwise

from msgspec import UNSET

from chatserver.conversations.contacts import Contact, contact_to_rely_on, contacts
from chatserver.conversations.requests import FieldProblem, Invalid, Missing
from chatserver.notices.preference_requests import (
    PreferenceDetails,
    Preferences,
    QuietHours,
    TopicPreference,
    TopicWish,
)
from chatserver.notices.publishing import NoticePublisher
from chatserver.notices.rows import wishes
from chatserver.notices.rows.wishes import Unwanted, Wishes
from chatserver.records.database import Database
from quotas.notices import (
    PERSONAL_CHANNELS,
    HearingRule,
    NoticePolicy,
    QuietSpan,
    Topic,
    clock_text,
    events_heard_of,
    minutes_of,
    rules_for,
)

NEVER_QUIET: QuietSpan = (0, 0)
"""Two equal minutes: no quiet hours, whatever the policy says."""


class NoticePreferences:
    """Everybody's. `clock` gives the store's instant. Methods raise DatabaseError, and StoreError where they write."""

    def __init__(
        self,
        database: Database,
        policy: NoticePolicy,
        publisher: NoticePublisher,
        clock: Callable[[], Awaitable[int]],
    ) -> None:
        self._database = database
        self._policy = policy
        self._publisher = publisher
        self._clock = clock

    async def find(self, person: str) -> Preferences | None:
        """None where there is nobody of that id."""
        async with self._database.read() as connection:
            known = (await contacts(connection, [person])).get(person)
            return None if known is None else self._shown(known, (await wishes.wishes_of(connection, [person]))[person])

    async def put(self, person: str, details: PreferenceDetails) -> Preferences | Invalid | Missing:
        """Write them in place of what the person had; what is muted stays so."""
        if problems := _problems(details.topics):
            return Invalid(problems)
        now = await self._clock()
        async with self._database.begin() as connection:
            known = await contact_to_rely_on(connection, person)
            if known is None:
                return Missing()
            await wishes.set_wishes(connection, person, _off(details.topics), _span(details), now)
            return self._shown(known, (await wishes.wishes_of(connection, [person]))[person])

    async def mute(self, person: str, conversation: str, *, muted: bool) -> Missing | None:
        """Whether the person wants notices of one of their conversations; their devices hear of it."""
        now = await self._clock()
        async with self._database.begin() as connection:
            if muted:
                if await contact_to_rely_on(connection, person) is None:
                    return Missing()
                await wishes.mute(connection, person, conversation, now)
            else:
                await wishes.unmute(connection, person, conversation)
        await self._publisher.muted(person, conversation, muted=muted)
        return None

    def _shown(self, person: Contact, wanted: Wishes) -> Preferences:
        rules = [
            rule for event in events_heard_of() for rule in rules_for(self._policy, event) if rule.role == person.role
        ]
        topics = dict.fromkeys(rule.topic for rule in rules)
        quiet = self._policy.quiet if wanted.quiet is None else wanted.quiet
        return Preferences(
            person=person.id,
            zone=person.zone,
            topics=[_preference(topic, rules, wanted.off) for topic in topics],
            quiet_hours=None if quiet is None or quiet[0] == quiet[1] else QuietHours(*map(clock_text, quiet)),
            muted=sorted(wanted.muted),
        )


def _preference(topic: Topic, rules: Iterable[HearingRule], off: Unwanted) -> TopicPreference:
    essential = [rule.event for rule in rules if rule.topic == topic and rule.essential and "mail" in rule.channels]
    return TopicPreference(topic, ("mail", topic) not in off, ("push", topic) not in off, essential)


def _off(topics: Iterable[TopicWish]) -> Unwanted:
    wanted = {(channel, each.topic): getattr(each, channel) for each in topics for channel in PERSONAL_CHANNELS}
    return frozenset(unwanted for unwanted, is_on in wanted.items() if not is_on)


def _span(details: PreferenceDetails) -> QuietSpan | None:
    hours = details.quiet_hours
    if hours is UNSET:
        return None
    return NEVER_QUIET if hours is None else (minutes_of(hours.since), minutes_of(hours.until))


def _problems(topics: Iterable[TopicWish]) -> list[FieldProblem]:
    names = sorted((each.topic, place) for place, each in enumerate(topics))
    return [
        FieldProblem(f"topics[{place}].topic", f"{topic} is there twice; put what is wanted of it in one")
        for (before, _), (topic, place) in pairwise(names)
        if before == topic
    ]
