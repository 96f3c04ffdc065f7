"""The details of attachments, opened with the keys of their conversations."""

from collections.abc import Sequence

from msgspec.structs import replace

from chatserver.attachments.attachment import Attachment, decode_details
from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.sealing import Key, SealError, number_of


async def with_details(keys: ConversationKeys, found: Sequence[Attachment]) -> list[Attachment]:
    """The same with their details, as far as there is a key for them. Raises DatabaseError."""
    numbers: dict[str, set[int]] = {}
    for each in found:
        if each.sealed:
            numbers.setdefault(each.conversation, set()).add(number_of(each.sealed))
    known = {name: await keys.existing(name, some) for name, some in numbers.items()}
    return [opened(each, known.get(each.conversation, {}).get(number_of(each.sealed or b""))) for each in found]


def opened(found: Attachment, key: Key | None) -> Attachment:
    """The same with its details, where that key opens them."""
    if key is None or not found.sealed:
        return found
    try:
        details = decode_details(key.open(found.sealed))
    except SealError:
        return found
    return replace(found, details=details) if details.id == found.id else found
