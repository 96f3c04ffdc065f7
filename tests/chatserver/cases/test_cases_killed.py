"""A server is killed while cases fall due, and the clock is moved over months: each happens once, in its order."""

import asyncio
from collections.abc import Collection
from pathlib import Path

from chatserver.cases.case_requests import CaseAsker, CaseOpening, CaseSeen
from chatserver.cases.case_timer import CASE
from chatserver.cases.rows import case_entries, cases
from chatserver.composition.opening import opened
from chatserver.conversations.requests import ConversationDetails, PersonDetails, Written
from chatserver.operating.clock_shift import settle_shift
from chatserver.replies.clock_move import ClockMove
from chatserver.settings import Settings
from quotas import instant
from quotas.ledger.redis import RedisLedger
from quotas.ledger.waits import REPLY, Waits
from tests.chatserver.realtime.servers import HereServer, here, program
from tests.quotas.ledgers import link_to

COUNT = 8
OPENED, MOVED_TO = "2026-01-06T09:00:00.000Z", "2026-05-01T10:00:00.000Z"
EXPECTED = [
    ("support_trying", "2026-02-05T23:00:00.000Z"),
    ("reminder", "2026-03-29T22:00:00.000Z"),
    ("churned", "2026-04-05T22:00:00.000Z"),
    ("effect:end_conversation", "2026-04-05T22:00:00.000Z"),
    ("by_hand:stop_renewal", "2026-04-05T22:00:00.000Z"),
]


async def furnish(server: HereServer) -> list[str]:
    """A ghosting in each of many conversations; their refs."""
    refs = []
    for number in range(COUNT):
        await server.parts.provisioning.put_person(f"m{number}", PersonDetails("member", "Mia"))
        await server.parts.provisioning.put_person(f"t{number}", PersonDetails("mentor", "Tora"))
        details = ConversationDetails(f"m{number}", f"t{number}", "basic")
        assert isinstance(await server.parts.provisioning.put_conversation(f"c{number}", details), Written)
        opening = CaseOpening("ghosting", f"c{number}", note="She does not answer.")
        made = await server.parts.cases.open("g", opening, CaseAsker(f"t{number}", "mentor"))
        assert isinstance(made, CaseSeen), made
        refs.append(made.case.id)
    return refs


async def move(store_url: str, to: str) -> None:
    """As one who does nothing but that: the servers do what is due."""

    async def unexpected(partitions: Collection[int]) -> None:
        raise AssertionError("servers are running")

    async with link_to(store_url) as link:
        shift = await settle_shift(link, None)
        ledger = RedisLedger(link, shift)
        await ClockMove(ledger, Waits(link, ledger, shift), [REPLY, CASE], unexpected).to(instant.parse(to))


async def histories(folder: Path, refs: list[str]) -> list[list[tuple[str, str, str]]]:
    """Without their openings: what was done, when it was due, and the day on which it was noted. Nobody settles it."""
    async with opened(Settings(data_dir=folder)) as database, database.read() as connection:
        lines = [[each.entry for each in await case_entries.of_case(connection, ref)] for ref in refs]
    return [[(each.did, instant.text(each.at), instant.text(each.noted_at)[:10]) for each in of[1:]] for of in lines]


async def until_one_has_moved(folder: Path) -> None:
    async with opened(Settings(data_dir=folder)) as database:
        while True:
            async with database.read() as connection:
                if await cases.counts(connection, 0) != [("ghosting", "mentor_trying", COUNT, 0)]:
                    return
            await asyncio.sleep(0.02)


async def test_steps_happen_once_while_a_server_is_killed_at_them(store_url: str, tmp_path: Path) -> None:
    """One of two is killed while the clock moves over them."""
    async with here(store_url, tmp_path, now=OPENED) as server:
        refs = await furnish(server)
    with program(tmp_path, store_url=store_url) as one, program(tmp_path, store_url=store_url):
        moving = asyncio.create_task(move(store_url, MOVED_TO))
        await until_one_has_moved(tmp_path)
        one.kill()
        await moving
    expected = [(did, at, at[:10]) for did, at in EXPECTED]
    assert await histories(tmp_path, refs) == [expected] * COUNT


async def test_what_fell_due_while_all_was_down_happens_at_the_start(store_url: str, tmp_path: Path) -> None:
    """With the instants at which it was due."""
    async with here(store_url, tmp_path, now=OPENED) as server:
        refs = await furnish(server)
    async with here(store_url, tmp_path, now=MOVED_TO) as server:
        await server.parts.watch.sweep()
    expected = [(did, at, at[:10]) for did, at in EXPECTED]
    assert await histories(tmp_path, refs) == [expected] * COUNT
