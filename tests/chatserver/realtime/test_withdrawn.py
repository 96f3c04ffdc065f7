"""A wait whose messages are all deleted is over as withdrawn: live, in the explanation, in records and reports."""

from typing import Any

import httpx

from chatserver.protocol.entry import acknowledgement_entry
from tests.chatserver.realtime.devices import Device
from tests.chatserver.realtime.servers import HereServer, token
from tests.plain_http import http_client

NOTHING = {"waiting_since": None, "due_at": None, "overdue": False}


async def delete(device: Device, about: int) -> None:
    await device.say("delete", conversation="c1", id=f"delete {about}", about=about)
    assert (await device.answer(f"delete {about}"))["type"] == "accepted"


async def told(api: httpx.AsyncClient, path: str) -> Any:
    answer = await api.get(path, headers={"Authorization": f"Bearer {token('robot')}"})
    assert answer.is_success, answer.text
    return answer.json()


async def test_the_last_unanswered_message_that_is_deleted_ends_the_wait(server: HereServer) -> None:
    async with server.device("mia") as mia, server.device("tora") as tora, http_client(server.http) as api:
        await mia.write("question")
        began = (await tora.hears("reply"))["reply"]["waiting_since"]
        await mia.write("more of it")
        await delete(mia, 1)
        why = await told(api, "/v1/conversations/c1/why")
        assert why["reply"]["waiting_since"] == began
        await delete(mia, 2)
        assert await tora.hears("reply", reply=NOTHING)
        why = await told(api, "/v1/conversations/c1/why")
        ended, nothing = [each["step"] for each in why["steps"] if each["about"] == "reply"]
        assert (ended["kind"], ended["seq"], ended["how"], ended["late"]) == ("wait_ended", 4, "withdrawn", False)
        assert nothing["kind"] == "nothing_owed"
        assert not [each for each in why["steps"] if each["step"]["kind"] == "unexplained"]

        await mia.write("another question")
        assert (await tora.hears("reply"))["reply"]["waiting_since"] is not None
        why = await told(api, "/v1/conversations/c1/why")
        assert not [each for each in why["steps"] if each["step"]["kind"] == "unexplained"]
        await tora.write("answer")
        await server.parts.records.sweep()
        total = (await told(api, "/v1/replies/report?by=mentor&from=2026-01-05&to=2026-01-11"))["total"]
        counted = {name: total[name] for name in ("answered", "in_time", "missed", "dropped", "withdrawn")}
        assert counted == {"answered": 1, "in_time": 1, "missed": 0, "dropped": 0, "withdrawn": 1}
        assert server.parts.metrics.waits["withdrawn"] >= 1  # the server has a recorder of its own


async def test_a_deleted_message_of_an_answered_wait_ends_no_other(server: HereServer) -> None:
    """Nor one that the mentor wrote, nor one that needed no answer."""
    async with server.device("mia") as mia, server.device("tora") as tora:
        await mia.write("question")
        await tora.write("answer")
        await mia.write("another question")
        await delete(mia, 1)
        await delete(tora, 2)
        standing = await server.parts.ledger.standing("c1")
        assert standing is not None
        since = standing.usage.waiting_since
        done = await server.parts.ledger.acknowledge("c1", since, 0, acknowledgement_entry("tora", since))
        assert done is not None
        await mia.write("one more")
        await delete(mia, 3)
        standing = await server.parts.ledger.standing("c1")
        assert standing is not None
        assert standing.usage.waiting_since
