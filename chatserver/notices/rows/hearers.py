"""What is known of people who are to hear of something, asked in one statement: there are many notices."""

from collections.abc import Collection
from functools import cache
from typing import Any

from msgspec import Struct
from sqlalchemy import CompoundSelect, String, bindparam, exists, literal_column, null, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.notices.fact import FactName
from chatserver.notices.rows.reach import REACH, Reach, reach_from
from chatserver.notices.rows.wishes import WISHES, Wishes, wishes_from
from chatserver.records.dialects import IDS, portions
from chatserver.records.tables import NOTICES, PEOPLE


class Hearer(Struct, frozen=True):
    """One person."""

    wishes: Wishes
    reach: Reach
    heard: frozenset[FactName]
    """Of which of the events that were asked about they have ever heard."""


async def hearers(
    connection: AsyncConnection, people: Collection[str], events: Collection[FactName]
) -> dict[str, Hearer]:
    """Each of these people, who are all recorded."""
    asked = {f"event{number}": event for number, event in enumerate(sorted(events))}
    statement = _statement(len(asked))
    rows: list[Any] = []
    for some in portions(sorted(people), len(WISHES) + len(REACH) + len(asked)):
        rows += await connection.execute(statement, {"ids": some, **asked})
    wishes, reach = wishes_from(rows, people), reach_from(rows, people)
    heard = {(person, event) for what, person, event, _, _ in rows if what == "heard"}
    return {
        person: Hearer(wishes[person], reach[person], frozenset(event for event in events if (person, event) in heard))
        for person in people
    }


@cache
def _statement(events: int) -> CompoundSelect[*tuple[Any, ...]]:
    """That asks about so many events."""
    return union_all(*WISHES, *REACH, *(_heard(f"event{number}") for number in range(events)))


def _heard(name: str) -> Any:
    """By the first notice that is found: somebody may have heard thousands of times."""
    event = bindparam(name, type_=String())
    has_heard = exists().where(NOTICES.c.person_id == PEOPLE.c.id, NOTICES.c.event == event)
    what = literal_column("'heard'", String())
    return select(what, PEOPLE.c.id, event.label("event"), null(), null()).where(PEOPLE.c.id.in_(IDS), has_heard)
