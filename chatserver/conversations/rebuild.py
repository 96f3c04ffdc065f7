"""The ledger, made anew from the records and the archive: after the store was lost, or beside a running server."""

import asyncio
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.provisioning import Appointments, Restorer, settings_of
from chatserver.conversations.rows import conversations
from chatserver.records.database import POOL_SIZE, Database
from quotas.ledger.base import Ledger
from quotas.plans import holidays_problem
from quotas.standing import ConversationSettings
from quotas.terms import BookedChat, Rulebook, UnjudgeableError
from quotas.zones import zone_problem

BATCH = 500
"""Conversations read from the database and sent to the ledger at a time; no more are held in memory."""


class Rebuilt(Struct, frozen=True):
    """How many conversations the ledger was told of, how many of them it had lost, and how many it knew better."""

    conversations: int
    restored: int
    """Those of which the archive had more than the ledger."""
    ahead: int
    """Those whose settings were newer than the records."""


async def rebuild(
    database: Database,
    ledger: Ledger,
    restorer: Restorer,
    rulebook: Rulebook,
    appointments: Appointments,
    on_progress: Callable[[int, int], None],
) -> Rebuilt:
    """Tell the ledger of every conversation, which also makes the index of each person's conversations.

    What the archive has of a conversation and the ledger has not comes first.

    `on_progress` gets how many are done and how many there are. A ledger that is ahead (the database was restored
    from a backup) takes the records' word, but what has ended in it stays ended. Raises DatabaseError, StoreError,
    and UnjudgeableError where the rules lack what conversations need.
    """
    if problem := await rules_problem(database, rulebook):
        raise UnjudgeableError(problem)
    async with database.read() as connection:
        total = await conversations.count(connection)
    done = restored = ahead = 0
    last = ""
    on_progress(done, total)
    while True:
        async with database.read() as connection:
            batch = await conversations.page(connection, last, BATCH)
        if not batch:
            return Rebuilt(done, restored, ahead)
        for first in range(0, len(batch), POOL_SIZE):
            some = batch[first : first + POOL_SIZE]
            restored += sum(await asyncio.gather(*(restorer.restore(each.id) for each in some)))
        chats = await appointments.chats([each.id for each in batch])
        told = (_tell(database, ledger, conversation, chats.get(conversation.id, ())) for conversation in batch)
        ahead += sum(await asyncio.gather(*told))
        last = batch[-1].id
        done += len(batch)
        # Conversations may have been created since they were counted.
        total = max(total, done)
        on_progress(done, total)


async def rules_problem(database: Database, rulebook: Rulebook) -> str | None:
    """Which plans, zones and holidays conversations need that the rules lack, as a sentence; None where they have all.

    Conversations that have ended need none, and could not be given others.
    """
    async with database.read() as connection:
        plans = await conversations.in_use(connection, "plan")
        zones = await conversations.in_use(connection, "zone")
        countries = await conversations.in_use(connection, "holidays")
    problems = []
    if lacking := _named(plans, lambda plan: plan not in rulebook.policy.plans):
        problems.append(
            f"the policy lacks plans that members hold: {lacking}; it has {', '.join(sorted(rulebook.policy.plans))}; "
            "add them to the policy file, or move the members first"
        )
    if lacking := _named(zones, zone_problem):
        problems.append(
            f"conversations are in time zones that the installed package tzdata does not list: {lacking}; upgrade "
            f"tzdata, or give these conversations another zone first, {_WITH_WHAT_RAN}"
        )
    if lacking := _named(countries, holidays_problem):
        problems.append(
            f"conversations have holidays that the installed package holidays does not know: {lacking}; upgrade "
            f"holidays, or give these conversations others first, {_WITH_WHAT_RAN}"
        )
    return "; and ".join(problems) or None


_WITH_WHAT_RAN = "with the server that ran before (PUT /v1/conversations/{id})"


def _named(in_use: dict[str, int], is_lacking: Callable[[str], object]) -> str:
    return ", ".join(f"{name} ({number})" for name, number in in_use.items() if is_lacking(name))


async def _tell(
    database: Database, ledger: Ledger, conversation: ConversationRecord, chats: tuple[BookedChat, ...]
) -> bool:
    """Whether the ledger was ahead."""
    told = (await ledger.configure(conversation.id, settings_of(conversation, chats))).settings
    if _agree(told, conversation):
        return False
    async with database.begin() as connection:
        newest = await conversations.find_to_change(connection, conversation.id)
        # A running server may have changed it since it was read.
        if newest is None or _agree(told, newest):
            return False
        ahead = newest.revision <= told.revision
        if ahead:
            newest = replace(newest, revision=told.revision + 1)
            await conversations.raise_revision(connection, newest.id, newest.revision)
    await ledger.configure(newest.id, settings_of(newest, chats))
    return ahead


def _agree(told: ConversationSettings, conversation: ConversationRecord) -> bool:
    """The status aside: what has ended in the ledger stays ended. And live chats: they raise the revision."""
    settings = settings_of(conversation)
    return replace(told, status=settings.status, chats=()) == settings
