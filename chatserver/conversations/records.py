"""Conversations as other rooms read them, or lock them for a transaction of their own."""

from collections.abc import Collection, Sequence

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.rows import conversations, people
from quotas.admission import Status


async def record(connection: AsyncConnection, id: str) -> ConversationRecord | None:
    """The conversation; None where there is none."""
    return await conversations.find(connection, id)


async def records(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, ConversationRecord]:
    """Those of `ids` that exist, by id."""
    return await conversations.find_all(connection, ids)


async def follower(connection: AsyncConnection, id: str) -> str | None:
    """The id of the conversation that this one was handed on to; None where it was not."""
    return await conversations.follower(connection, id)


async def records_of_member(connection: AsyncConnection, member: str) -> list[ConversationRecord]:
    """All conversations of a member, by id."""
    ids = await conversations.of_member(connection, member)
    found = await conversations.find_all(connection, ids)
    return [found[id] for id in ids if id in found]


async def records_of(connection: AsyncConnection, person: str) -> list[ConversationRecord]:
    """All conversations of a person, on whichever side, by id."""
    ids = sorted(await people.conversations_with(connection, person))
    found = await conversations.find_all(connection, ids)
    return [found[id] for id in ids if id in found]


async def open_trials(connection: AsyncConnection, member: str) -> list[ConversationRecord]:
    """A member's trials that have not ended, by id."""
    mine = await records_of_member(connection, member)
    return [each for each in mine if each.kind == "trial" and each.status != "ended"]


async def members_choosing(
    connection: AsyncConnection, until: int, after: str, limit: int
) -> Sequence[tuple[str, int]]:
    """Members beyond `after` with more than one open trial, the newest created until then, with when; by id."""
    return await conversations.members_choosing(connection, until, after, limit)


async def status_beneath(connection: AsyncConnection, conversation: ConversationRecord) -> Status:
    """Its status, and where it is suspended what it is once that is lifted."""
    if conversation.status != "suspended":
        return conversation.status
    return await conversations.status_beneath(connection, conversation.id)


async def locked(connection: AsyncConnection, ids: Collection[str]) -> dict[str, ConversationRecord]:
    """Those of `ids`, at most IDS_AT_ONCE, that exist; nobody else changes them until the transaction ends."""
    return await conversations.find_all_to_change(connection, ids)


async def raised(connection: AsyncConnection, record: ConversationRecord) -> ConversationRecord:
    """The record with its next revision: something that the ledger must hear of has changed beside it."""
    newer = replace(record, revision=record.revision + 1)
    await conversations.raise_revision(connection, newer.id, newer.revision)
    return newer
