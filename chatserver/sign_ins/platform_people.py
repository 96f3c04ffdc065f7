"""Whom a platform's identity provider speaks of: by a verified address, or by a claim that holds the person's id."""

from collections.abc import Mapping
from typing import Any, Final

from chatserver.conversations.contacts import at_address, contacts
from chatserver.records.database import Database

BY_ADDRESS: Final = "email"


class PlatformPeople:
    """`claim` is `email`, or what holds ids of people here. Methods raise DatabaseError."""

    def __init__(self, database: Database, claim: str) -> None:
        self._database = database
        self._claim = claim

    async def find(self, claims: Mapping[str, Any]) -> str | None:
        """The person's id; None where nobody here is meant, or it cannot be told who."""
        said = claims.get(self._claim)
        if not isinstance(said, str) or not said:
            return None
        async with self._database.read() as connection:
            if self._claim != BY_ADDRESS:
                return said if said in await contacts(connection, [said]) else None
            # Whoever may write any address into their profile is not believed.
            if claims.get("email_verified") is not True:
                return None
            found = await at_address(connection, said, 2)
        return found[0].id if len(found) == 1 else None
