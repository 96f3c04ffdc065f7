"""The person in question: that there is one, and how much they have."""

from collections.abc import Iterable

from quotas.ledger.base import Ledger


class UnknownPersonError(LookupError):
    """There is no such person. The sentence says what to do."""

    def __init__(self, id: str) -> None:
        super().__init__(f"there is no person {id!r} in the records; ids are those of PUT /v1/people/ID")


async def messages_in(ledger: Ledger, conversations: Iterable[str]) -> int:
    """How many messages the conversations have together, for whoever waits. Raises StoreError."""
    standings = [await ledger.standing(name) for name in conversations]
    return sum(standing.last_seq for standing in standings if standing is not None)
