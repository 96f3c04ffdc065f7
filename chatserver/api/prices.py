"""A mentor's prices over HTTP, for sessions outside the plan."""

from collections.abc import Mapping

from msgspec import Struct

from chatserver.api.hours import no_mentor
from chatserver.api.operation import HttpAnswer, HttpCall, NoQuery, Operation
from chatserver.api.problem import invalid
from chatserver.api.roles import MENTOR, PAIR_OR_SUPPORT
from chatserver.api.slots import require_pair
from chatserver.conversations.requests import Invalid, Missing
from chatserver.sessions.hours_requests import ListedPrice, ListedPrices
from quotas.bookings import Price


class PriceTable(Struct, frozen=True):
    """What a mentor lists now, by minutes; amounts in the currency's minor unit. Bookings keep the price they had."""

    mentor: str
    prices: list[ListedPrice]


async def put_prices(call: HttpCall[NoQuery, ListedPrices]) -> HttpAnswer:
    if call.id != call.identity.user:
        raise no_mentor(call.id)
    match await call.context.prices.put(call.id, call.body):
        case Invalid(errors):
            raise invalid(errors)
        case Missing():
            raise no_mentor(call.id)
        case prices:
            return HttpAnswer(200, _resource(call.id, prices))


async def get_prices(call: HttpCall[NoQuery, None]) -> HttpAnswer:
    if call.identity.role != "support":
        await require_pair(call.context, call.identity, call.id)
    prices = await call.context.prices.find(call.id)
    if prices is None:
        raise no_mentor(call.id)
    return HttpAnswer(200, _resource(call.id, prices))


def _resource(mentor: str, prices: Mapping[int, Price]) -> PriceTable:
    return PriceTable(mentor, [ListedPrice(minutes, price.amount, price.currency) for minutes, price in prices.items()])


PUT_PRICES = Operation(
    method="PUT",
    path="/v1/mentors/{id}/prices",
    name="putPrices",
    summary="List what sessions outside the plan cost, in place of what was listed. What is booked keeps its price.",
    handler=put_prices,
    query=NoQuery,
    body=ListedPrices,
    roles=MENTOR,
    answers={200: (PriceTable, "The prices as they are now.")},
    refusals=(404,),
)

GET_PRICES = Operation(
    method="GET",
    path="/v1/mentors/{id}/prices",
    name="getPrices",
    summary="What sessions outside the plan cost. Mentors see their own, members those of their mentors.",
    handler=get_prices,
    query=NoQuery,
    roles=PAIR_OR_SUPPORT,
    answers={200: (PriceTable, "The prices.")},
    refusals=(404,),
)
