"""A server is killed while answers escalate: each step is heard once, each miss opens one case, in their order."""

import asyncio
from collections.abc import Collection
from pathlib import Path

from chatserver.cases.rows import cases
from chatserver.composition.opening import opened
from chatserver.conversations.requests import ConversationDetails, PersonDetails, Written
from chatserver.notices.rows import notices
from chatserver.operating.clock_shift import settle_shift
from chatserver.records.tables import CASES
from chatserver.replies.clock_move import ClockMove
from chatserver.settings import Settings
from quotas import instant
from quotas.ledger.redis import RedisLedger
from quotas.ledger.waits import REPLY, Waits
from tests.chatserver.realtime.servers import HereServer, here, program, token
from tests.quotas.ledgers import link_to

COUNT = 8
WRITTEN, MOVED_TO = "2026-01-06T09:00:00.000Z", "2026-01-10T09:00:00.000Z"
POLICY = """
[cases]
reply_missed = true

[plans.basic]
reply = { target_hours = 24, clock = "continuous", escalation = [
    { before_hours = 4, to = ["mentor"] },
    { before_hours = 1, to = ["mentor"] },
    { before_hours = 0, to = ["support"] },
    { after_hours = 48, to = ["mentor", "support"] },
] }
"""
HEARD = {
    "tora": ["warning", "warning", "overtime"],
    "sara": ["missed", "overtime"],
}


async def furnish(server: HereServer) -> None:
    """Tora has an answer to give in each of many conversations; sara is of support."""
    provisioning = server.parts.provisioning
    for person, details in (("tora", PersonDetails("mentor", "Tora")), ("sara", PersonDetails("support", "Sara"))):
        assert isinstance(await provisioning.put_person(person, details), Written)
    for number in range(COUNT):
        member = f"m{number}"
        assert isinstance(await provisioning.put_person(member, PersonDetails("member", "Mia")), Written)
        made = await provisioning.put_conversation(f"c{number}", ConversationDetails(member, "tora", "basic"))
        assert isinstance(made, Written)
        async with server.stranger() as device:
            await device.greet(token(member, "member"), {})
            await device.write("Hello?", conversation=f"c{number}")


async def move_and_record(store_url: str, folder: Path) -> None:
    """The servers do what is due, and record it."""

    async def unexpected(partitions: Collection[int]) -> None:
        raise AssertionError("servers are running")

    async with link_to(store_url) as link:
        shift = await settle_shift(link, None)
        ledger = RedisLedger(link, shift)
        await ClockMove(ledger, Waits(link, ledger, shift), [REPLY], unexpected).to(instant.parse(MOVED_TO))
    while len(await cases_of(folder)) < COUNT or await unheard(folder):  # noqa: ASYNC110 - other processes do it
        await asyncio.sleep(0.05)


async def cases_of(folder: Path) -> list[tuple[str, str]]:
    """Conversation and opening of each."""
    async with opened(Settings(data_dir=folder)) as database, database.read() as connection:
        found = await cases.page(connection, [CASES.c.kind == "reply_missed"], "", 100)
    return sorted((each.case.conversation, instant.text(each.case.opened_at)) for each in found)


async def heard(folder: Path, person: str) -> dict[str, list[str]]:
    """What somebody heard of each conversation, the first thing first."""
    async with opened(Settings(data_dir=folder)) as database, database.read() as connection:
        listed = await notices.page(connection, person, None, 1_000)
    found: dict[str, list[str]] = {}
    for each in sorted(listed, key=lambda notice: (notice.at, notice.id)):
        topic, _, event = each.event.partition(".")
        if topic == "reply":
            found.setdefault(each.conversation, []).append(event)
    return found


async def unheard(folder: Path) -> bool:
    told = [await heard(folder, person) for person in HEARD]
    return any(
        sum(map(len, each.values())) < COUNT * len(steps) for each, steps in zip(told, HEARD.values(), strict=True)
    )


async def until_somebody_is_warned(folder: Path) -> None:
    while not await heard(folder, "tora"):  # noqa: ASYNC110 - other processes do it
        await asyncio.sleep(0.02)


async def test_each_step_is_heard_once_while_a_server_is_killed(store_url: str, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(POLICY, encoding="utf-8")
    async with here(store_url, tmp_path, now=WRITTEN, policy=policy) as server:
        await furnish(server)
    flags = ("--policy", str(policy))
    with program(tmp_path, *flags, store_url=store_url) as one, program(tmp_path, *flags, store_url=store_url):
        moving = asyncio.create_task(move_and_record(store_url, tmp_path))
        await until_somebody_is_warned(tmp_path)
        one.kill()
        async with asyncio.timeout(120):
            await moving
    names = [f"c{number}" for number in range(COUNT)]
    for person, steps in HEARD.items():
        assert await heard(tmp_path, person) == dict.fromkeys(names, steps), person
    opened_at = [at for _, at in await cases_of(tmp_path)]
    assert [name for name, _ in await cases_of(tmp_path)] == names
    assert all(at.startswith("2026-01-07T09:00") for at in opened_at)
