"""Memberships over HTTP: what was agreed with a member, who pays, and when it renews."""

from datetime import date
from typing import assert_never

from msgspec import Struct

from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.outcome import written
from chatserver.api.problem import ProblemError
from chatserver.conversations.membership import MembershipChange, MembershipDetails, MembershipRecord
from chatserver.conversations.memberships import MembershipNow
from chatserver.conversations.requests import Conflict, Invalid, Missing, Written
from chatserver.protocol.events import Role
from quotas import instant
from quotas.bookings import Price
from quotas.memberships import Payer, Renewal, reminder_day
from quotas.money import Cadence


class AgreedMembership(Struct, frozen=True):
    """What was agreed at `at` (RFC 3339, UTC), by whom by their role; until the next one's."""

    at: str
    by: Role
    renewal: Renewal
    started_on: date
    paid_until: date | None
    price: Price
    payer: Payer
    cadence: Cadence | None
    next_cadence: Cadence | None
    next_cadence_from: date | None
    renews: bool


class MembershipView(Struct, frozen=True):
    """A member's membership as of now. Amounts in the currency's minor unit; days are local to the member.

    `paid_until` is the first day that is not paid for: the day of the next renewal, or where it does not renew, of its
    end. `price` is that of a month, or of a year where it renews annually; with a cadence, for meeting every two weeks.
    `renewal_price` is what the next renewal costs, and `monthly_price` what a month does, each at the cadence that then
    holds: `next_cadence` from the day `next_cadence_from` on, where that is agreed.
    `reminder_on` is null where it does not renew.
    """

    person: str
    renewal: Renewal
    started_on: date
    paid_until: date
    renews: bool
    price: Price
    renewal_price: Price
    monthly_price: Price
    payer: Payer
    cadence: Cadence | None
    next_cadence: Cadence | None
    next_cadence_from: date | None
    reminder_on: date | None
    updated_at: str
    history: list[AgreedMembership]


async def put_membership(call: HttpCall[NoQuery, MembershipDetails]) -> HttpAnswer:
    return await _answered(call, await call.context.memberships.put(call.id, call.body, call.identity.role))


async def change_membership(call: HttpCall[NoQuery, MembershipChange]) -> HttpAnswer:
    return await _answered(call, await call.context.memberships.change(call.id, call.body, call.identity.role))


async def get_membership(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    """Members read their own only; anyone else's is not there for them, and a mentor has none."""
    role = call.identity.role
    if role in ("service", "support") or (role == "member" and call.id == call.identity.user):
        found = await call.context.memberships.find(call.id)
        if found is not None:
            return HttpAnswer(200, _membership(call.id, found))
    raise _not_found(call.id)


async def _answered(
    call: HttpCall[NoQuery, MembershipDetails] | HttpCall[NoQuery, MembershipChange],
    outcome: Written[MembershipRecord] | Invalid | Conflict | Missing,
) -> HttpAnswer:
    match outcome:
        case Missing():
            raise _not_found(call.id)
        case Written() | Invalid() | Conflict():
            status, _ = written(outcome)
        case never:
            assert_never(never)
    found = await call.context.memberships.find(call.id)
    if found is None:
        raise _not_found(call.id)
    return HttpAnswer(status, _membership(call.id, found))


def _membership(person: str, found: MembershipNow) -> MembershipView:
    terms = found.terms
    currency = terms.price.currency
    return MembershipView(
        person=person,
        renewal=terms.renewal,
        started_on=terms.started_on,
        paid_until=found.paid_until,
        renews=terms.renews,
        price=terms.price,
        renewal_price=Price(terms.renewal_price_on(found.paid_until), currency),
        monthly_price=Price(terms.monthly_price, currency),
        payer=terms.payer,
        cadence=terms.cadence,
        next_cadence=terms.next_cadence,
        next_cadence_from=terms.next_cadence_from,
        reminder_on=reminder_day(terms, found.paid_until) if terms.renews else None,
        updated_at=instant.text(found.history[-1].set_at),
        history=[_agreed(each) for each in found.history],
    )


def _agreed(record: MembershipRecord) -> AgreedMembership:
    terms = record.terms
    return AgreedMembership(
        at=instant.text(record.set_at),
        by=record.set_by,
        renewal=terms.renewal,
        started_on=terms.started_on,
        paid_until=terms.paid_until,
        price=terms.price,
        payer=terms.payer,
        cadence=terms.cadence,
        next_cadence=terms.next_cadence,
        next_cadence_from=terms.next_cadence_from,
        renews=terms.renews,
    )


def _not_found(id: str) -> ProblemError:
    return ProblemError(404, f"there is no membership of a person {id!r} for this token")


PUT_MEMBERSHIP = Operation(
    method="PUT",
    path="/v1/people/{id}/membership",
    name="putMembership",
    summary="Agree on a member's membership, in place of one that there is; what was agreed before is in its history.",
    handler=put_membership,
    query=NoQuery,
    body=MembershipDetails,
    answers={200: (MembershipView, "There was a membership."), 201: (MembershipView, "The membership is new.")},
    refusals=(404, 409),
)
CHANGE_MEMBERSHIP = Operation(
    method="PATCH",
    path="/v1/people/{id}/membership",
    name="changeMembership",
    summary="Change some of a membership. One that is to renew no more is over at the end of what is paid.",
    handler=change_membership,
    query=NoQuery,
    body=MembershipChange,
    answers={200: (MembershipView, "The membership as it is now.")},
    refusals=(404, 409),
)
GET_MEMBERSHIP = Operation(
    method="GET",
    path="/v1/people/{id}/membership",
    name="getMembership",
    summary="A member's membership, with everything that was ever agreed. Members read their own.",
    handler=get_membership,
    query=NoQuery,
    answers={200: (MembershipView, "The membership.")},
    refusals=(404,),
)
