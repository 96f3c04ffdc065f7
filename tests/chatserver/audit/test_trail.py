"""The chain: noted with what was done, by one process or several, and what a look at it finds."""

import asyncio
from collections.abc import Sequence

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import text

from chatserver.audit import rows
from chatserver.audit.line import AuditDeed, AuditDid, AuditLine, Details, hash_of
from chatserver.audit.policy_seen import note_policy
from chatserver.audit.reads import SupportReads, support_reads
from chatserver.audit.trail import note, noted_along
from chatserver.audit.verifying import Break, Verified, verify
from chatserver.conversations.person import PersonRecord
from chatserver.conversations.rows import people
from chatserver.records.database import Database
from quotas.instant import HOUR
from quotas.policy_file import builtin_policy

KARI = PersonRecord("kari", "member", "Kari", "Europe/Oslo", "nb", None, 1, 1)
AT = 1_767_690_000_000


def deed(
    did: AuditDid = "person.written", *, at: int = AT, about: str = "", details: Details | None = None
) -> AuditDeed:
    return AuditDeed(at, "sara", "support", did, person="kari", about=about, details=details or {})


async def lines(database: Database) -> Sequence[AuditLine]:
    async with database.read() as connection:
        return await rows.after(connection, 0, 1_000)


async def change(database: Database, *statements: str) -> None:
    """As somebody who has the database in their hands."""
    async with database.begin() as connection:
        for each in statements:
            await connection.execute(text(each))


async def verified(database: Database, expected: bytes | None = None) -> Verified:
    return await verify(database, expected, lambda done, total: None)


async def some(database: Database, count: int = 10) -> None:
    for number in range(count):
        await note(database, deed(about=str(number)))


async def test_what_is_noted_is_chained(database: Database) -> None:
    """Each line holds the hash of the one before it; their numbers are dense."""
    assert (await verified(database)).holds
    await note(database, deed(details={"plan": "light", "units": 3}), deed("person.erased"))
    await note(database, deed("tokens.revoked"))
    found = await lines(database)
    assert [(line.number, line.did) for line in found] == [
        (1, "person.written"),
        (2, "person.erased"),
        (3, "tokens.revoked"),
    ]
    assert found[0].details == '{"plan":"light","units":3}'
    assert [line.hash for line in found[1:]] == [
        hash_of(before.hash, line) for before, line in zip(found, found[1:], strict=False)
    ]
    result = await verified(database)
    assert (result.lines, result.head.hash, result.breaks) == (3, found[-1].hash, [])


async def test_several_processes_make_one_chain(database: Database) -> None:
    """None forks it, and no line is lost."""
    others = [Database(database.url) for _ in range(3)]
    try:
        await asyncio.gather(*(some(each, 20) for each in [database, *others]))
    finally:
        for each in others:
            await each.close()
    result = await verified(database)
    assert (result.lines, result.breaks) == (80, [])


@pytest.mark.parametrize(
    ("done", "found"),
    [
        ("UPDATE audit_lines SET who = 'somebody' WHERE number = 4", [Break("changed", 4, 4)]),
        ("UPDATE audit_lines SET details = '{ }' WHERE number = 4", [Break("changed", 4, 4)]),
        ("DELETE FROM audit_lines WHERE number IN (4, 5)", [Break("missing", 4, 5)]),
        ("DELETE FROM audit_lines WHERE number = 1", [Break("missing", 1, 1)]),
        ("DELETE FROM audit_lines WHERE number > 8", [Break("missing", 9, 10)]),
        ("DELETE FROM audit_lines", [Break("missing", 1, 10)]),
        ("DELETE FROM audit_head", [Break("head", 0, 10)]),
        ("UPDATE audit_head SET number = 8", [Break("head", 8, 10)]),
    ],
)
async def test_what_was_done_to_it_is_found(database: Database, done: str, found: list[Break]) -> None:
    """And where."""
    await some(database)
    await change(database, done)
    assert (await verified(database)).breaks == found


async def test_lines_in_another_order_are_found(database: Database) -> None:
    """Both that changed their places; the ones behind them hold on to what was noted."""
    await some(database)
    await change(
        database,
        "UPDATE audit_lines SET number = 99 WHERE number = 4",
        "UPDATE audit_lines SET number = 4 WHERE number = 7",
        "UPDATE audit_lines SET number = 7 WHERE number = 99",
    )
    assert [each.number for each in (await verified(database)).breaks] == [4, 5, 7, 8]


async def test_a_tail_that_was_cut_shows_against_a_hash_kept_elsewhere(database: Database) -> None:
    """With its head put right, the rest is a whole chain."""
    await some(database)
    kept = (await lines(database))[-1].hash
    await some(database, 2)
    assert (await verified(database, kept)).expected_at == 10
    before = (await lines(database))[7]
    async with database.begin() as connection:
        await connection.execute(text("DELETE FROM audit_lines WHERE number > 8"))
        await connection.execute(text("UPDATE audit_head SET number = 8, hash = :hash"), {"hash": before.hash})
    result = await verified(database, kept)
    assert (result.lines, result.breaks, result.expected_at) == (8, [], None)


async def test_it_is_kept_with_what_was_done_or_not_at_all(database: Database) -> None:
    """Where nothing is written, or what was is taken back, nobody did anything."""
    with noted_along(deed):
        async with database.begin() as connection:
            await people.find_to_change(connection, "kari")
        async with database.read() as connection:
            await people.find(connection, "kari")
        with pytest.raises(LookupError):
            async with database.begin() as connection:
                await people.create(connection, KARI)
                raise LookupError
        assert await lines(database) == []
        async with database.begin() as connection:
            await people.create(connection, KARI)
        async with database.begin() as connection:
            await people.change(connection, replace(KARI, name="Kari Nordmann"))
    async with database.begin() as connection:
        await people.change(connection, replace(KARI, name="Kari"))
    assert len(await lines(database)) == 1


async def test_reading_on_is_noted_once_an_hour(database: Database) -> None:
    """By several processes too; of each conversation by itself."""
    other = Database(database.url)
    one, two = SupportReads(database), SupportReads(other)

    def read(conversation: str, at: int) -> AuditDeed:
        return AuditDeed(at, "sara", "support", "messages.read", conversation=conversation)

    first = AT - AT % HOUR
    try:
        for reads in (one, two, one):
            await reads.note([read("c1", first + 5), read("c2", first + 5)])
        await two.note([read("c1", first + HOUR - 1)])
        await one.note([read("c1", first + HOUR)])
    finally:
        await other.close()
    async with database.read() as connection:
        assert await support_reads(connection, "c1") == [first + 5, first + HOUR]
        assert await support_reads(connection, "c2") == [first + 5]
    assert len(await lines(database)) == 3


async def test_another_policy_is_noted_with_what_differs(database: Database) -> None:
    """The same one again is not."""
    policy = builtin_policy()
    assert await note_policy(database, policy, AT)
    assert not await note_policy(database, policy, AT)
    assert await note_policy(database, replace(policy, upgrade_url="https://example.org/more"), AT)
    found = [msgspec.json.decode(line.details) for line in await lines(database)]
    assert [each["changed"] for each in found] == [sorted(policy.__struct_fields__), ["upgrade_url"]]
