"""A server is killed while messages go out: each goes out once, in its order, and what is refused is told once."""

import asyncio
from pathlib import Path

from chatserver.composition.opening import opened
from chatserver.conversations.requests import ConversationDetails, PersonDetails, Written
from chatserver.notices.rows import notices
from chatserver.settings import Settings
from chatserver.unsent.later import LATER
from chatserver.unsent.rows import later_messages
from quotas import instant
from quotas.instant import MINUTE, SECOND
from tests.chatserver.attachments.making import keep_file
from tests.chatserver.moving import move
from tests.chatserver.realtime.devices import Event
from tests.chatserver.realtime.servers import HereServer, here, program, token

COUNT = 12
EACH = 5
WITH_FILES = (0, 3)
"""One goes out, the other is refused."""
WRITTEN = "2026-01-09T21:00:00.000Z"
"""Friday evening in Oslo: after two hours nobody may write."""
DUE = "2026-01-09T22:59:00.000Z"
AFTER = "2026-01-10T09:00:00.000Z"


def at(number: int) -> str:
    """The last ones are due on Saturday."""
    return instant.text(instant.parse(DUE) + number * 20 * SECOND)


async def furnish(server: HereServer) -> None:
    provisioning = server.parts.provisioning
    assert isinstance(await provisioning.put_person("tora", PersonDetails("mentor", "Tora")), Written)
    for place in range(COUNT):
        member = f"m{place}"
        assert isinstance(await provisioning.put_person(member, PersonDetails("member", "Mia")), Written)
        made = await provisioning.put_conversation(f"c{place}", ConversationDetails(member, "tora", "basic"))
        assert isinstance(made, Written)
        async with server.stranger() as device:
            await device.greet(token(member, "member"), {})
            for number in range(EACH):
                files = [f"file-{number}"] if number in WITH_FILES else []
                for each in files:
                    await keep_file(server, each, member, conversation=f"c{place}")
                of = {"conversation": f"c{place}", "id": f"{number}", "body": f"{number}"}
                await device.say("send", **of, at=at(number), attachments=files)
                assert (await device.answer(f"{number}"))["type"] == "scheduled"


async def waiting(folder: Path) -> int:
    async with opened(Settings(data_dir=folder)) as database, database.read() as connection:
        names = await later_messages.waiting_in(connection, "", COUNT)
        kept = [each for name, _ in names for each in await later_messages.of_conversation(connection, name)]
    return sum(each.state == "waiting" for each in kept)


async def until_some_are_sent(folder: Path) -> None:
    while await waiting(folder) == COUNT * EACH:  # noqa: ASYNC110 - other processes do it
        await asyncio.sleep(0.01)


async def written(server: HereServer, place: int) -> list[Event]:
    async with server.stranger() as device:
        await device.greet(token(f"m{place}", "member"), {})
        await device.say("history", conversation=f"c{place}")
        messages: list[Event] = (await device.hears("history"))["messages"]
        return messages


async def heard(folder: Path, person: str) -> list[str]:
    async with opened(Settings(data_dir=folder)) as database, database.read() as connection:
        return [each.event for each in await notices.page(connection, person, None, 1_000)]


async def test_each_goes_out_once_while_a_server_is_killed(store_url: str, tmp_path: Path) -> None:
    async with here(store_url, tmp_path, now=WRITTEN) as server:
        await furnish(server)
    with program(tmp_path, store_url=store_url) as one, program(tmp_path, store_url=store_url):
        moving = asyncio.create_task(move(store_url, AFTER, [LATER]))
        await until_some_are_sent(tmp_path)
        one.kill()
        async with asyncio.timeout(120):
            await moving
    assert await waiting(tmp_path) == 0
    async with here(store_url, tmp_path, now=None) as server:
        for place in range(COUNT):
            sent = await written(server, place)
            assert [each["body"] for each in sent] == ["0", "1", "2"]
            late = [instant.parse(each["at"]) - instant.parse(at(number)) for number, each in enumerate(sent)]
            assert all(0 <= each < MINUTE for each in late), late
            kept = await server.parts.later.of_person(f"m{place}", f"c{place}")
            assert [(each.body, each.message.state, each.message.reason) for each in kept] == [
                ("3", "refused", "closed"),
                ("4", "refused", "closed"),
            ]
            assert await heard(tmp_path, f"m{place}") == ["message.not_sent"] * 2
            assert [each.get("attachments", []) for each in sent] == [["file-0"], [], []]
            files = await server.parts.attachments.find(f"c{place}", ["file-0", "file-3"])
            assert [(each.id, each.message, each.seq) for each in files] == [("file-0", "0", 1), ("file-3", "3", None)]


async def test_what_was_due_while_all_was_down_goes_out_at_the_start(store_url: str, tmp_path: Path) -> None:
    """In its order, by the rules of then."""
    async with here(store_url, tmp_path, now="2026-01-06T09:00:00.000Z") as server:
        await server.conversation("c1", "light")
        async with server.device("mia") as mia:
            for number, due in enumerate(("2026-01-07T09:00:00.000Z", "2026-01-06T10:00:00.000Z")):
                await mia.say("send", conversation="c1", id=f"{number}", body=f"{number}", at=due)
                await mia.hears("scheduled")
    async with here(store_url, tmp_path, now="2026-01-08T09:00:00.000Z") as server, server.device("mia") as mia:
        while await waiting(tmp_path):  # noqa: ASYNC110 - the server does it by itself
            await asyncio.sleep(0.02)
        await mia.say("history", conversation="c1")
        assert [each["body"] for each in (await mia.hears("history"))["messages"]] == ["1", "0"]
