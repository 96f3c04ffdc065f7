"""What becomes of mails after the relay took them: those that came back, and those that somebody called spam."""

from collections.abc import Awaitable, Callable
from typing import Literal

from chatserver.notices.mail_address import as_people_write_it
from chatserver.notices.mail_message import key_of_message
from chatserver.notices.rows import mail_bounces as rows
from chatserver.records.database import Database

BounceKind = Literal["bounce", "complaint"]


class MailBounces:
    """Addresses that take no more mail. `clock` gives the store's instant. Methods raise DatabaseError, StoreError."""

    def __init__(self, database: Database, clock: Callable[[], Awaitable[int]]) -> None:
        self._database = database
        self._clock = clock

    async def mark_address(self, address: str, kind: BounceKind) -> int:
        """No mail goes there any more; to how many people. The same again changes nothing."""
        now = await self._clock()
        async with self._database.begin() as connection:
            people = await rows.people_at(connection, (address, as_people_write_it(address)))
            for person, known in people:
                await rows.mark(connection, person, known, kind, now)
        return len(people)

    async def mark_message(self, message_id: str, kind: BounceKind) -> int:
        """As `mark_address`, of whom the mail with that Message-ID went to; 0 where that is not known any more.

        Who was given another address since is not cut off from it by mail that went to the one before: where it still
        is the same, the next mail comes back too.
        """
        now = await self._clock()
        async with self._database.begin() as connection:
            if (place := await rows.place_of_key(connection, key_of_message(message_id))) is None:
                return 0
            await rows.mark(connection, *place, kind, now)
        return 1
