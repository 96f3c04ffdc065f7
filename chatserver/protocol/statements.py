"""A mentor's statement of a month, as it goes over the wire.

Source: sessions.md "Money". Amounts are in the currency's minor unit; instants are RFC 3339 in UTC.
"""

from typing import Literal

from msgspec import Struct

from quotas.bookings import BookingKind, BookingState
from quotas.instant import text, text_or_none
from quotas.plans import Service
from quotas.statements import Statement, StatementLine, StatementSum, month_text


class StatementLineView(Struct, frozen=True):
    """A billable booking, or of a correction the difference to what was told before.

    `price` is what is charged, null where nothing is; `mentor` and `platform` are who gets it. `mentor` is null where
    the pay is left to the platform. `corrects` is the month in which a corrected booking began, else null.
    """

    booking: str
    conversation: str
    member: str
    service: Service
    kind: BookingKind
    starts_at: str
    minutes: int
    state: BookingState
    units: int
    currency: str | None
    price: int | None
    mentor: int | None
    platform: int | None
    corrects: str | None


class StatementView(Struct, frozen=True, rename={"since": "from"}):
    """A month in the mentor's zone. One that is `issued` never changes; a `draft` is of a month that is not over yet.

    `sums` hold all lines and corrections of a currency; `without_amount` is how many sessions no amount is named for.
    """

    mentor: str
    month: str
    zone: str
    since: str
    until: str
    state: Literal["draft", "issued"]
    issued_at: str | None
    lines: list[StatementLineView]
    corrections: list[StatementLineView]
    sums: list[StatementSum]
    units: int
    without_amount: int


def statement_view(statement: Statement, issued_at: int) -> StatementView:
    """`issued_at` in ms; 0 for a draft."""
    return StatementView(
        mentor=statement.mentor,
        month=month_text(statement.month),
        zone=statement.zone,
        since=text(statement.since),
        until=text(statement.until),
        state="issued" if issued_at else "draft",
        issued_at=text_or_none(issued_at),
        lines=[_line(each) for each in statement.lines],
        corrections=[_line(each) for each in statement.corrections],
        sums=statement.sums,
        units=statement.units,
        without_amount=statement.without_amount,
    )


def _line(line: StatementLine) -> StatementLineView:
    return StatementLineView(
        booking=line.booking,
        conversation=line.conversation,
        member=line.member,
        service=line.service,
        kind=line.kind,
        starts_at=text(line.starts_at),
        minutes=line.minutes,
        state=line.state,
        units=line.units,
        currency=line.currency,
        price=line.price,
        mentor=line.mentor,
        platform=line.platform,
        corrects=month_text(line.corrects) if line.corrects else None,
    )
