"""Which message files go with, from when it is about to be sent, or kept to be sent later, until it is there."""

from collections.abc import Collection, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.attachments.rows import attachments as rows


async def claim(
    connection: AsyncConnection, conversation: str, person: str, message: str, ids: Sequence[str], most: int, now: int
) -> str | None:
    """Let that message of theirs have these files, `most` at most; a sentence where one of them cannot be sent.

    Again for the same message it is the same.
    """
    if len(ids) > most:
        return f"a message carries at most {most}"
    found = {each.id: each for each in await rows.find_to_change(connection, conversation, ids)}
    for id in ids:
        each = found.get(id)
        if each is None or each.person != person or each.state in ("arriving", "deleted"):
            return f"there is no upload {id!r} of yours in this conversation"
        if each.state == "refused":
            return f"{id!r} cannot be sent: the virus scanner has found something harmful in it"
        if each.state == "checking":
            return f"{id!r} is still being looked at; send the message when it is ready"
        if each.message not in (None, message):
            return f"{id!r} goes with another message"
    await rows.claim(connection, conversation, ids, message, now)
    return None


async def release(
    connection: AsyncConnection, conversation: str, person: str, message: str, ids: Collection[str], now: int
) -> None:
    """That message was not sent: from now on these files of it may go with another one."""
    if ids:
        await rows.release(connection, conversation, person, message, ids, now)


async def pass_on(
    connection: AsyncConnection, conversation: str, person: str, message: str, ids: Collection[str], other: str
) -> None:
    """That message has another id now."""
    if ids:
        await rows.pass_on(connection, conversation, person, message, ids, other)


async def sent(
    connection: AsyncConnection, conversation: str, person: str, message: str, seq: int, ids: Collection[str]
) -> None:
    """That message has that seq, and carries these."""
    if ids:
        await rows.sent(connection, conversation, person, message, seq, ids)
