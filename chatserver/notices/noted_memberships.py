"""Who hears of memberships: members of a renewal that comes, and webhooks of all of it."""

from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.membership import MembershipRecord, NotedStep
from chatserver.conversations.memberships import Memberships
from chatserver.notices.fact import NOBODY, Fact
from chatserver.notices.notice import Notice
from chatserver.notices.noting import Noting


class NotedMemberships:
    """What happens to memberships is noted: a `MembershipNews`."""

    def __init__(self, noting: Noting) -> None:
        self._noting = noting

    async def note(
        self, connection: AsyncConnection, happened: Sequence[MembershipRecord | NotedStep], now: int
    ) -> Callable[[], Awaitable[None]]:
        """As `MembershipNews`."""
        facts = [_changed(each) if isinstance(each, MembershipRecord) else _step(each) for each in happened]
        made = await self._noting.note(connection, facts, now)

        async def tell() -> None:
            await self._noting.tell(made)

        return tell


class StillRenews:
    """Whether a renewal of which somebody was reminded is still to come."""

    def __init__(self, memberships: Memberships) -> None:
        self._memberships = memberships

    async def answer(self, notice: Notice) -> str | None:
        """A `StillHolds`. Raises StoreError, DatabaseError."""
        found = await self._memberships.find(notice.person)
        if found is None or not found.terms.renews:
            return "it is not renewed any more"
        return None if f"{found.paid_until}" == notice.data["paid_until"] else "it is paid for longer by now"


def _changed(record: MembershipRecord) -> Fact:
    terms = record.terms
    return Fact(
        event="membership.changed",
        mark=f"{record.person}/{record.set_at}",
        at=record.set_at,
        member=record.person,
        data={
            "renewal": terms.renewal,
            "paid_until": f"{terms.paid_until}" if terms.paid_until else None,
            "renews": terms.renews,
            "amount": terms.price.amount,
            "currency": terms.price.currency,
            "payer": terms.payer,
            "by": record.set_by,
        },
    )


def _step(step: NotedStep) -> Fact:
    return Fact(
        event="membership.reminder" if step.kind == "reminder" else "membership.renewed",
        mark=f"{step.person}/{step.paid_until}",
        at=step.at,
        member=step.person,
        # What a business pays for is not the member's to stop.
        roles=None if step.payer == "consumer" else NOBODY,
        data={
            "paid_until": f"{step.paid_until}",
            "renewed_until": f"{step.renewed_until}",
            "renews": True,
            "amount": step.price.amount,
            "currency": step.price.currency,
            "payer": step.payer,
        },
    )
