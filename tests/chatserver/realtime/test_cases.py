"""Changes of cases on the socket: to each who sees them as they see them, on every server, in both encodings."""

from pathlib import Path
from typing import Any

import pytest

from chatserver.cases.case_requests import CaseAsker, CaseOpening, CaseSeen
from chatserver.protocol.codec import Encoding
from quotas import instant
from quotas.cases.acts import CaseDoing
from quotas.cases.facts import CaseFacts
from quotas.cases.rules import CaseAction, CaseKind
from quotas.instant import DAY
from tests.chatserver.realtime.devices import Device, Event
from tests.chatserver.realtime.servers import HereServer, here
from tests.engines import StoreProcess

MIA = CaseAsker("mia", "member")
TORA = CaseAsker("tora", "mentor")
SARA = CaseAsker("sara", "support")


async def opens(server: HereServer, kind: CaseKind, by: CaseAsker, **facts: Any) -> str:
    """The ref of a case of c1."""
    seen = await server.parts.cases.open(kind, CaseOpening(kind, "c1", CaseFacts(**facts), "a note"), by)
    assert isinstance(seen, CaseSeen), seen
    return seen.case.id


async def acts(server: HereServer, ref: str, action: CaseAction, by: CaseAsker, note: str = "", **facts: Any) -> None:
    seen = await server.parts.cases.act(ref, CaseDoing(action, CaseFacts(**facts), note), by)
    assert isinstance(seen, CaseSeen), seen


async def cases_of(device: Device) -> list[tuple[str, str]]:
    """State and what was done of each change that it hears of."""
    return [(each["case"]["state"], each["did"]) for each in await device.silence() if each["type"] == "case"]


def glance(event: Event) -> Event:
    found: Event = event["case"]
    return found


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
async def test_a_change_of_mentor_on_two_servers(store_url: str, tmp_path: Path, encoding: Encoding) -> None:
    """Support hears all of it, the member what they see, the mentor of the end alone; each on any server."""
    async with here(store_url, tmp_path) as one, here(store_url, tmp_path, now=None) as other:
        await one.conversation("c1", "basic")
        await one.conversation("c2", "basic", member="ola", mentor="ulf")
        async with (
            other.device("mia", encoding=encoding) as mia,
            other.device("tora", encoding=encoding) as tora,
            other.device("sara", encoding=encoding) as sara,
            other.device("ola") as ola,
        ):
            ref = await opens(one, "mentor_switch", TORA)
            first = await sara.hears("case")
            assert await tora.hears("case") == first
            since, due_at = glance(first)["since"], glance(first)["due"]["at"]
            assert instant.parse(due_at) - instant.parse(since) == 2 * DAY
            assert first == {
                "type": "case",
                "case": {
                    "id": ref,
                    "kind": "mentor_switch",
                    "conversation": "c1",
                    "member": "mia",
                    "state": "requested",
                    "since": since,
                    "ended_at": None,
                    "assignee": "",
                    "due": {"at": due_at, "by": "support", "what": "exploring", "then": None},
                },
                "did": "opened",
            }
            await acts(one, ref, "note", SARA, "for support alone")
            await acts(one, ref, "assign", SARA)
            await acts(one, ref, "proposed", SARA, mentor="ulf", chemistry=False)
            await acts(one, ref, "kept", MIA)
            assert await cases_of(sara) == [
                ("requested", "note"),
                ("requested", "assign"),
                ("proposed", "proposed"),
                ("kept", "kept"),
            ]
            assert await cases_of(mia) == [("proposed", "proposed"), ("kept", "kept")]
            assert await cases_of(tora) == [("requested", "assign"), ("proposed", "proposed"), ("kept", "kept")]
            assert await cases_of(ola) == []


async def test_who_is_reported_hears_nothing(store_url: str, tmp_path: Path) -> None:
    """And who reports, the state alone: neither who works on it, nor until when."""
    async with here(store_url, tmp_path) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia, server.device("tora") as tora, server.device("sara") as sara:
            ref = await opens(server, "misconduct", MIA, person="tora")
            await acts(server, ref, "assign", SARA)
            await acts(server, ref, "note", SARA, "a note")
            await acts(server, ref, "suspend", SARA)
            await acts(server, ref, "reviewing", SARA)
            await acts(server, ref, "dismissed", SARA)
            assert [state for state, did in await cases_of(sara)][-1] == "dismissed"
            heard = [each for each in await mia.silence() if each["type"] == "case"]
            assert [glance(each)["state"] for each in heard] == ["reported", "reviewing", "dismissed"]
            assert all((glance(each)["due"], glance(each)["assignee"], each["did"]) == (None, "", "") for each in heard)
            assert await cases_of(tora) == []


async def test_a_token_of_another_role_hears_what_that_role_sees(store_url: str, tmp_path: Path) -> None:
    """Tora as support hears as support; her mentor's devices hear as the mentor does."""
    async with here(store_url, tmp_path) as server:
        await server.conversation("c1", "basic")
        async with server.device("tora") as mentor, server.device("tora", role="support") as support:
            await opens(server, "question", MIA)
            assert await cases_of(support) == [("open", "opened")]
            assert await cases_of(mentor) == []


async def test_services_hear_of_no_case(store_url: str, tmp_path: Path) -> None:
    async with here(store_url, tmp_path) as server:
        await server.conversation("c1", "basic")
        async with server.device("robot") as robot, server.device("mia", role="service") as service:
            await opens(server, "question", MIA)
            assert await cases_of(robot) == await cases_of(service) == []


async def test_apps_ask_again_where_some_may_have_been_missed(tmp_path: Path) -> None:
    """The store was away: what was published meanwhile nobody heard."""
    store = StoreProcess(durable=True).start()
    try:
        async with here(store.url, tmp_path) as server:
            await server.conversation("c1", "basic")
            async with server.device("mia") as mia, server.device("sara") as sara:
                store.restart()
                for device in (mia, sara):
                    assert await device.hears("case") == {"type": "case", "case": None, "did": ""}
    finally:
        store.stop()
