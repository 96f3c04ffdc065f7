"""What a mentor wrote in the conversations of others, in whose place they stood: of those the rest is not theirs."""

from typing import Any

from chatserver.messages.log import MessageLog
from chatserver.personal_data import rows
from chatserver.protocol.entry import read_opened
from chatserver.records.database import Database
from quotas import instant

PAGE = 200


async def written_standing_in(database: Database, log: MessageLog, person: str) -> list[dict[str, Any]]:
    """By conversation and seq, for their export. Raises DatabaseError, StoreError."""
    async with database.read() as connection:
        names = await rows.stood_in(connection, person)
    found = []
    for name in names:
        last = 0
        while page := await log.page(name, last, 2**53, PAGE):
            last = page[-1].seq
            for entry in page:
                written = read_opened(entry.entry)
                if written.sender == person:
                    said = {"conversation_id": name, "seq": entry.seq, "at": instant.text(entry.at), "id": written.id}
                    said |= {"kind": written.kind, "about": written.about, "reply_to": written.reply_to}
                    found.append(said | {"body": written.body, "erased": written.erased, "deleted": written.deleted})
    return found
