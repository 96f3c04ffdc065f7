"""A change of a case for the apps of those who see it: told once at most, on every process, to each as they see it.

Who is away, and everyone while the store is gone, asks for cases again.
"""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import suppress

import msgspec
from msgspec import Struct

from chatserver.cases.case_onlookers import CaseOnlooker, onlookers
from chatserver.conversations.conversation import ConversationRecord
from chatserver.protocol.cases import CaseChanged, CaseGlance, CaseWaits
from quotas import instant
from quotas.calendar import Calendar
from quotas.cases.dues import due_of
from quotas.cases.record import Case
from quotas.ledger import feed, keys
from quotas.store.errors import StoreError
from quotas.store.port import Store


class CaseSaid(Struct, frozen=True):
    """What apps are told. `role` is that of the tokens that it is for; `person` is '' for all of support."""

    person: str
    role: str
    event: CaseChanged


def said_of(before: Case | None, case: Case, conversation: ConversationRecord, calendar: Calendar) -> list[CaseSaid]:
    """Of a change: `case` has the new lines alone for its history; `before` is None where it was opened just now."""
    found = [CaseSaid("", "support", CaseChanged(_glance(case, case, calendar, bare=False), _did(case)))]
    return [*found, *_to_onlookers(before, case, conversation, calendar)]


def _to_onlookers(
    before: Case | None, case: Case, conversation: ConversationRecord, calendar: Calendar
) -> Iterator[CaseSaid]:
    known = {each.person: each for each in onlookers(before, conversation)} if before is not None else {}
    for each in onlookers(case, conversation):
        glance = _seen(each, case, calendar)
        last = known.get(each.person)
        if each.case.history or last is None or before is None or glance != _seen(last, before, calendar):
            yield CaseSaid(each.person, each.role, CaseChanged(glance, _did(each.case)))


def _seen(each: CaseOnlooker, case: Case, calendar: Calendar) -> CaseGlance:
    return _glance(each.case, case, calendar, bare=each.sight == "state")


def _glance(shown: Case, case: Case, calendar: Calendar, *, bare: bool) -> CaseGlance:
    """`bare`: without what is waited for."""
    due = None if bare else due_of(case, calendar)
    return CaseGlance(
        id=shown.id,
        kind=shown.kind,
        conversation=shown.conversation,
        member=shown.member,
        state=shown.state,
        since=instant.text(shown.since),
        ended_at=instant.text_or_none(shown.ended_at or None),
        assignee=shown.assignee,
        due=CaseWaits(instant.text_or_none(due.at), due.by, due.what, due.then) if due else None,
    )


def _did(case: Case) -> str:
    return case.history[-1].did if case.history else ""


class CasePublisher:
    """Says it to the store, which passes it on to whoever is connected; where it does not answer, nothing is said."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def publish(self, said: Iterable[CaseSaid]) -> None:
        """Raises nothing."""
        with suppress(StoreError):
            await asyncio.gather(*(self._publish(each) for each in said))

    async def _publish(self, said: CaseSaid) -> None:
        channel = keys.person_feed(said.person) if said.person else keys.SUPPORT
        await self._store.request("SPUBLISH", channel, feed.cased(said.role, msgspec.json.encode(said.event)))
