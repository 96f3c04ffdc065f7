"""What is agreed on memberships is noted for whoever is to hear of it."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.membership import MembershipRecord
from chatserver.notices.fact import Fact
from chatserver.notices.noting import Made, Noting


class MembershipFacts:
    """A `MembershipListener`."""

    def __init__(self, noting: Noting) -> None:
        self._noting = noting

    async def agreed(self, connection: AsyncConnection, record: MembershipRecord, paid: date, now: int) -> Made:
        """A membership is new, or another than before."""
        terms = record.terms
        fact = Fact(
            event="membership.changed",
            mark=f"{record.person} {record.set_at}",
            at=record.set_at,
            member=record.person,
            data={
                "by": record.set_by,
                "renewal": terms.renewal,
                "renews": terms.renews,
                "paid_until": f"{paid}",
                "amount": terms.price.amount,
                "currency": terms.price.currency,
                "payer": terms.payer,
            },
        )
        return await self._noting.note(connection, [fact], now)

    async def tell(self, noted: Made) -> None:
        """After the commit."""
        await self._noting.tell(noted)
