"""Memberships and what fell due of them: both only appended."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.membership import MembershipRecord, MembershipTurn, NotedStep
from chatserver.records.dialects import insert_into
from chatserver.records.tables import MEMBERSHIP_STEPS, MEMBERSHIP_TURNS, MEMBERSHIPS
from quotas.bookings import Price
from quotas.memberships import Membership


async def history(connection: AsyncConnection, person: str) -> list[MembershipRecord]:
    """Everything that was agreed, the first one first; the last one is in force."""
    query = select(MEMBERSHIPS).where(MEMBERSHIPS.c.person_id == person).order_by(MEMBERSHIPS.c.id)
    return [_record(row._mapping) for row in await connection.execute(query)]


async def latest(connection: AsyncConnection, person: str) -> MembershipRecord | None:
    """What is in force; None where the person has no membership."""
    query = select(MEMBERSHIPS).where(MEMBERSHIPS.c.person_id == person).order_by(MEMBERSHIPS.c.id.desc()).limit(1)
    row = (await connection.execute(query)).one_or_none()
    return _record(row._mapping) if row else None


async def append(connection: AsyncConnection, record: MembershipRecord) -> None:
    """Let it be in force from now on."""
    terms = record.terms
    await connection.execute(
        insert(MEMBERSHIPS).values(
            person_id=record.person,
            renewal=terms.renewal,
            started_on=terms.started_on,
            paid_until=terms.paid_until,
            price_amount=terms.price.amount,
            price_currency=terms.price.currency,
            payer=terms.payer,
            cadence=terms.cadence,
            next_cadence=terms.next_cadence,
            next_cadence_from=terms.next_cadence_from,
            renews=terms.renews,
            set_at=record.set_at,
            set_by=record.set_by,
        )
    )


async def note(connection: AsyncConnection, step: NotedStep) -> None:
    """Note what fell due, unless it was noted before."""
    values = {
        "person_id": step.person,
        "kind": step.kind,
        "paid_until": step.paid_until,
        "renewed_until": step.renewed_until,
        "price_amount": step.price.amount,
        "price_currency": step.price.currency,
        "payer": step.payer,
        "at": step.at,
        "noted_at": step.noted_at,
    }
    await connection.execute(insert_into(connection.dialect, MEMBERSHIP_STEPS).values(values).on_conflict_do_nothing())


async def turn(connection: AsyncConnection, person: str) -> MembershipTurn | None:
    """How far the steps of a membership are noted; None where there is no membership."""
    query = select(MEMBERSHIP_TURNS.c.noted_until, MEMBERSHIP_TURNS.c.next_at)
    row = (await connection.execute(query.where(MEMBERSHIP_TURNS.c.person_id == person))).one_or_none()
    return MembershipTurn(*row) if row else None


async def set_turn(connection: AsyncConnection, person: str, turn: MembershipTurn) -> None:
    """Write it down."""
    values = {"noted_until": turn.noted_until, "next_at": turn.next_at}
    changed = update(MEMBERSHIP_TURNS).where(MEMBERSHIP_TURNS.c.person_id == person).values(values)
    if (await connection.execute(changed)).rowcount == 0:
        await connection.execute(insert(MEMBERSHIP_TURNS).values(person_id=person, **values))


async def due_until(connection: AsyncConnection, until: int, after: str, limit: int) -> Sequence[tuple[str, int]]:
    """The first people by id beyond `after` whose next step falls due until then, with its instant."""
    where = (MEMBERSHIP_TURNS.c.next_at <= until, MEMBERSHIP_TURNS.c.person_id > after)
    query = select(MEMBERSHIP_TURNS.c.person_id, MEMBERSHIP_TURNS.c.next_at).where(*where)
    rows = await connection.execute(query.order_by(MEMBERSHIP_TURNS.c.person_id).limit(limit))
    return [(row.person_id, row.next_at) for row in rows]


def _record(row: Mapping[Any, Any]) -> MembershipRecord:
    terms = Membership(
        renewal=row["renewal"],
        started_on=row["started_on"],
        price=Price(row["price_amount"], row["price_currency"]),
        payer=row["payer"],
        cadence=row["cadence"],
        paid_until=row["paid_until"],
        renews=row["renews"],
        next_cadence=row["next_cadence"],
        next_cadence_from=row["next_cadence_from"],
    )
    return MembershipRecord(row["person_id"], terms, row["set_at"], row["set_by"])
