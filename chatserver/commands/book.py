"""`chatserver book`."""

from typing import Literal
from uuid import uuid4

from chatserver.client.sessions import BookingWish
from chatserver.commands.asking import AS_USUAL, QuestionFlags, asking, print_booking
from chatserver.settings import SettingsError
from quotas.bookings import BookingKind, Price
from quotas.currencies import MINOR_DIGITS, currency_problem, read
from quotas.plans import Service

ID_LENGTH = 12
"""Characters of an id that is made here: people type it to move or cancel."""


def book(
    conversation: str,
    start: str,
    /,
    *,
    minutes: Literal[30, 45, 60, 90] = 30,
    service: Service = "video_call",
    kind: BookingKind = "plan",
    price: str | None = None,
    currency: str = "NOK",
    id: str | None = None,
    asked: QuestionFlags = AS_USUAL,
) -> None:
    """Book a session. A member books the mentor's free times: see `chatserver slots`.

    Parameters
    ----------
    conversation
        Id of the conversation.
    start
        An instant such as 2026-12-03T18:00+01:00, or a local time such as '2026-12-03 18:00', 'thu 18:00' or 18:00.
    minutes
        How long it lasts.
    service
        A video_call or a live_chat.
    kind
        What pays for it: the plan, or (extra) the mentor's price; one_off with a guest, chemistry first in a trial.
    price
        Of an extra one: what it costs, such as 450 or 450.50; the mentor's listed price by default.
    currency
        The price's, a code of ISO 4217.
    id
        The booking's id, by which the same command again books nothing more; made up by default.
    """
    with asking(asked) as ask:
        charged = None if price is None else price_of(price, currency)
        ask.conversation(conversation)
        wish = BookingWish(conversation, service, ask.start(start, conversation), minutes, kind, charged)
        booking = ask.calls.book(id or uuid4().hex[:ID_LENGTH], wish)
        print_booking(asked, ask, "Booked", booking)


def price_of(text: str, currency: str) -> Price:
    """An amount as people write it, in the currency's minor unit. Raises SettingsError."""
    if problem := currency_problem(currency):
        raise SettingsError(f"--currency: {problem}")
    amount = read(text, currency)
    if amount is None:
        digits = MINOR_DIGITS[currency]
        raise SettingsError(f"--price {text!r}: is no amount in {currency}; use one with at most {digits} decimals")
    return Price(amount, currency)
