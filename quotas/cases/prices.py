"""What cases cost: a one-off session with another mentor, another cadence.

Source: cases.md "one_off_session", "cadence_change"; sessions.md "Money".
"""

from msgspec.structs import replace

from quotas.bookings import Price
from quotas.memberships import Membership
from quotas.money import Cadence, half


def price_of_one_off(membership: Membership) -> Price:
    """Half of what a month costs now. Where it stands for a booking that is cancelled, nothing is charged at all."""
    return Price(half(membership.monthly_price), membership.price.currency)


def price_at_cadence(membership: Membership, to: Cadence) -> Price:
    """What a month is going to cost: from what was agreed, never from what another cadence made of it."""
    return Price(replace(membership, cadence=to).monthly_price, membership.price.currency)
