"""What a person has written and not sent: opened for their export; and sealed anew where somebody else is erased."""

import logging
from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.attachments.book import AttachmentBook
from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.sealing import Key, SealError, number_of
from chatserver.personal_data.recorded import Rows
from chatserver.protocol.entry import digested
from chatserver.records.database import Database
from chatserver.unsent.later import LaterMessage
from chatserver.unsent.rows import drafts, later_messages
from chatserver.unsent.unsent_texts import opened_text
from quotas import instant

_ALL = 1_000_000
"""More than anybody has: a person has one draft and a few messages in each of their conversations."""

logger = logging.getLogger(__name__)


async def unsent_of(database: Database, keys: ConversationKeys, attachments: AttachmentBook, person: str) -> Rows:
    """Their drafts, and their messages that go out later or could not: `files` are the names of those that go with one.

    Raises DatabaseError.
    """
    async with database.read() as connection:
        later = await later_messages.of_person(connection, person, None, _ALL)
        drafted = await drafts.of_person(connection, person, _ALL)
    return {
        "later_messages": [
            {
                "conversation_id": each.conversation,
                "message_id": each.id,
                "side": each.side,
                "send_at": instant.text(each.send_at),
                "written_at": instant.text(each.written_at),
                "state": each.state,
                "reason": each.reason,
                "opens_at": instant.text_or_none(each.opens_at),
                "body": await _opened(keys, each.conversation, each.sealed),
                "reply_to": each.opened_head.reply_to,
                "attachments": each.opened_head.attachments,
                "files": await _names(attachments, each),
            }
            for each in later
        ],
        "drafts": [
            {
                "conversation_id": each.conversation,
                "written_at": instant.text(each.written_at),
                "body": await _opened(keys, each.conversation, each.sealed),
            }
            for each in drafted
        ],
    }


async def seal_anew(connection: AsyncConnection, conversation: str, old: Mapping[int, Key], new: Key) -> None:
    """What others have not sent there, with the new key. Whoever is erased has nothing there any more."""
    for message in await later_messages.of_conversation(connection, conversation):
        if (text := _of_key(old, message.sealed)) is not None:
            digest = new.digest(digested(text, message.more))
            await later_messages.reseal(connection, message, digest, new.seal(text))
    for draft in await drafts.of_conversation(connection, conversation):
        if (text := _of_key(old, draft.sealed)) is not None:
            await drafts.reseal(connection, draft, new.seal(text))


async def keys_of(connection: AsyncConnection, conversation: str) -> set[int]:
    """The numbers of the keys that what is not sent there is sealed with."""
    later = await later_messages.of_conversation(connection, conversation)
    drafted = await drafts.of_conversation(connection, conversation)
    return {number_of(sealed) for sealed in (*(each.sealed for each in later), *(each.sealed for each in drafted))}


async def _names(attachments: AttachmentBook, message: LaterMessage) -> list[str]:
    ids = message.opened_head.attachments
    found = await attachments.find(message.conversation, ids) if ids else []
    names = {each.id: each.details.name for each in found if each.details is not None}
    return [names[id] for id in ids if id in names]


async def _opened(keys: ConversationKeys, conversation: str, sealed: bytes) -> str:
    number = number_of(sealed)
    key = (await keys.existing(conversation, [number])).get(number)
    return opened_text(key, sealed)


def _of_key(old: Mapping[int, Key], sealed: bytes) -> bytes | None:
    """The text as JSON; None where it has the new key already, or cannot be read."""
    key = old.get(number_of(sealed))
    try:
        return key.open(sealed) if key is not None else None
    except SealError as error:
        logger.error("a text that was not sent stays sealed: %s", error)
        return None
