"""Conversations and their messages over HTTP."""

import httpx
import pytest

from chatserver.records.database import Database
from quotas import instant
from tests.chatserver.api.serving import SERVICE, Served, bearer, served
from tests.databases import ON_EACH
from tests.engines import Stores
from tests.plain_http import http_client

pytestmark = ON_EACH
C1 = {"member": "kari", "mentor": "tom", "plan": "basic"}


async def test_the_whole_way(database: Database, store_url: str) -> None:
    """Two people, a conversation, a live chat, messages, a pause and the end: on every store and database."""
    async with served(database, store_url) as server, http_client(server.url, headers=SERVICE) as http:
        assert (await http.put("/v1/people/kari", json={"role": "member", "name": "Kari"})).status_code == 201
        assert (await http.put("/v1/people/tom", json={"role": "mentor", "name": "Tom"})).status_code == 201
        made = await http.put("/v1/conversations/c1", json=C1 | {"plan": "light", "holidays": "NO"})
        assert made.status_code == 201
        assert {name: made.json()[name] for name in ("id", *C1, "zone", "holidays", "status", "last_seq")} == {
            **{"id": "c1", "plan": "light", "member": "kari", "mentor": "tom"},
            **{"zone": "Europe/Oslo", "holidays": "NO", "status": "open", "last_seq": 0},
        }
        assert made.json()["composer"]["windows_left"] == 2
        # In a live chat the member may write whatever day it is.
        live = await server.ledger.start_live("c1", 60_000)
        assert live is not None
        assert await server.write("c1", "member", "kari", "1", "Hei!") == 1
        shown = (await http.get("/v1/conversations/c1")).json()
        assert shown["last_seq"] == 1
        assert shown["composer"]["open"]
        assert shown["composer"]["live_until"] == instant.text(live.usage.live_until)
        assert shown["reply"]["waiting_since"] is not None
        assert shown["reply"]["overdue"] is False
        assert await server.write("c1", "mentor", "tom", "1", "Hei, Kari") == 2
        page = (await http.get("/v1/conversations/c1/messages")).json()
        assert [(each["seq"], each["from"], each["body"]) for each in page["messages"]] == [
            (1, "kari", "Hei!"),
            (2, "tom", "Hei, Kari"),
        ]
        paused = (await http.patch("/v1/conversations/c1", json={"status": "paused", "plan": "video"})).json()
        assert (paused["status"], paused["plan"], paused["composer"]["reason"]) == ("paused", "video", "paused")
        suspended = (await http.patch("/v1/conversations/c1", json={"status": "suspended"})).json()
        assert (suspended["status"], suspended["composer"]["reason"]) == ("suspended", "suspended")
        assert suspended["composer"]["opens_at"] is None
        assert (await http.get("/v1/conversations/c1")).json() == suspended
        lifted = (await http.patch("/v1/conversations/c1", json={"status": "open"})).json()
        assert lifted["status"] == "paused"
        ended = (await http.patch("/v1/conversations/c1", json={"status": "ended"})).json()
        assert (ended["composer"]["reason"], ended["reply"]["waiting_since"]) == ("ended", None)
        assert (await http.patch("/v1/conversations/c1", json={"status": "open"})).status_code == 409
        assert (await http.get("/v1/conversations/c1")).json() == ended


async def test_the_same_again(http: httpx.AsyncClient, two_conversations: None) -> None:
    """200 with the same record."""
    before = (await http.get("/v1/conversations/c1")).json()
    again = await http.put("/v1/conversations/c1", json=C1)
    assert again.status_code == 200
    assert again.json()["updated_at"] == before["updated_at"]
    unchanged = await http.patch("/v1/conversations/c1", json={})
    assert (unchanged.status_code, unchanged.json()["updated_at"]) == (200, before["updated_at"])


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"member": "tom"}, ["member"]),
        ({"member": "nobody", "mentor": "kari"}, ["member", "mentor"]),
        ({"plan": "gold"}, ["plan"]),
        ({"plan": "basic\u0000"}, ["plan"]),
        ({"zone": "Mars", "holidays": "XX"}, ["zone", "holidays"]),
        ({"member": "k\u0000"}, ["member"]),
        ({"member": "kari\n"}, ["member"]),
        ({"status": "open"}, ["status"]),
    ],
)
async def test_wrong_fields(
    http: httpx.AsyncClient, two_conversations: None, changed: dict[str, str], fields: list[str]
) -> None:
    """Each is named, and nothing is written."""
    answer = await http.put("/v1/conversations/c3", json=C1 | changed)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == fields
    assert (await http.get("/v1/conversations/c3")).status_code == 404


async def test_conflicts_and_what_is_not_there(http: httpx.AsyncClient, two_conversations: None) -> None:
    """Its people stay; a change needs something to change; an unknown plan is refused."""
    assert (await http.put("/v1/conversations/c1", json=C1 | {"mentor": "ann"})).status_code == 409
    assert (await http.patch("/v1/conversations/c9", json={"status": "paused"})).status_code == 404
    assert (await http.patch("/v1/conversations/c1", json={"plan": "gold"})).status_code == 422
    assert (await http.patch("/v1/conversations/c1", json={"status": "closed"})).status_code == 422


async def test_people_see_their_own_conversations_only(http: httpx.AsyncClient, two_conversations: None) -> None:
    """Someone else's answers exactly as one that does not exist; support sees all. The token's role decides."""
    for path in ("/v1/conversations/{}", "/v1/conversations/{}/messages"):
        for headers, c1, c2 in (
            (bearer("kari", "member"), 200, 404),
            (bearer("tom", "mentor"), 200, 404),
            (bearer("ann", "mentor"), 404, 200),
            (bearer("kari", "mentor"), 404, 404),
            (bearer("eva", "support"), 200, 200),
        ):
            for id, status in (("c1", c1), ("c2", c2), ("c9", 404)):
                answer = await http.get(path.format(id), headers=headers)
                assert answer.status_code == status
                if status == 404:
                    assert answer.json()["detail"] == f"there is no conversation '{id}' for this token"


async def test_members_and_mentors_write_nothing(http: httpx.AsyncClient, two_conversations: None) -> None:
    """403 for every write, whether the thing is theirs, someone else's or nobody's."""
    for headers in (bearer("kari", "member"), bearer("tom", "mentor")):
        for method, path in (
            ("PUT", "/v1/people/kari"),
            ("PUT", "/v1/conversations/c1"),
            ("PATCH", "/v1/conversations/c1"),
            ("PATCH", "/v1/conversations/c9"),
        ):
            answer = await http.request(method, path, json={}, headers=headers)
            assert answer.status_code == 403
            assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


async def test_pages_of_messages(http: httpx.AsyncClient, server: Served, two_conversations: None) -> None:
    """From the newest backwards, without holes or repeats, until there are no more."""
    for number in range(1, 8):
        assert await server.write("c1", "mentor", "tom", str(number), f"text {number}") == number
    empty = (await http.get("/v1/conversations/c2/messages")).json()
    assert empty == {"messages": [], "more": False, "first": 1}

    async def page(**query: int) -> tuple[list[int], bool]:
        answer = (await http.get("/v1/conversations/c1/messages", params=query)).json()
        return [message["seq"] for message in answer["messages"]], answer["more"]

    assert await page() == ([1, 2, 3, 4, 5, 6, 7], False)
    assert await page(limit=3) == ([5, 6, 7], True)
    assert await page(limit=3, before=5) == ([2, 3, 4], True)
    assert await page(limit=3, before=2) == ([1], False)
    assert await page(limit=3, before=4) == ([1, 2, 3], False)
    assert await page(before=1) == ([], False)
    assert await page(limit=2, before=2**53 - 1) == ([6, 7], True)


async def test_a_message(http: httpx.AsyncClient, server: Served, two_conversations: None) -> None:
    """What the socket says, without `type`."""
    before = await server.ledger.now()
    await server.write("c1", "mentor", "tom", "app-1", "Hei 👋")
    (message,) = (await http.get("/v1/conversations/c1/messages")).json()["messages"]
    assert before <= instant.parse(message.pop("at")) <= await server.ledger.now()
    assert message == {"conversation": "c1", "seq": 1, "from": "tom", "role": "mentor", "id": "app-1", "body": "Hei 👋"}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("before=0", "before"),
        ("before=-1", "before"),
        ("before=9007199254740992", "before"),
        ("before=x", "before"),
        ("before=", "before"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=1.5", "limit"),
        ("limit=1&limit=2", "limit"),
        ("after=1", "after"),
        ("=1", ""),
    ],
)
async def test_wrong_queries(http: httpx.AsyncClient, two_conversations: None, query: str, field: str) -> None:
    """Each is named with what is allowed."""
    answer = await http.get(f"/v1/conversations/c1/messages?{query}")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_conversation_that_the_store_lost(
    http: httpx.AsyncClient, server: Served, stores: Stores, two_conversations: None
) -> None:
    """Reading it tells the store of it again."""
    stores.cleared("valkey")
    assert await server.ledger.standing("c1") is None
    assert (await http.get("/v1/conversations/c1")).json()["last_seq"] == 0
    assert await server.ledger.conversations_of("kari") == ["c1"]


async def test_why_it_ended(server: Served, two_conversations: None) -> None:
    """Its people see it, but where somebody was removed: then it ended, and that is all they see."""
    async with http_client(server.url) as anyone:
        for id, reason in (("c1", "churned"), ("c2", "removed")):
            change = {"status": "ended", "ended_reason": reason}
            ended = await anyone.patch(f"/v1/conversations/{id}", json=change, headers=bearer("robot", "service"))
            assert (ended.status_code, ended.json()["ended_reason"]) == (200, reason)
        by_mentor = {"c1": bearer("tom", "mentor"), "c2": bearer("ann", "mentor")}
        for id, seen in (("c1", "churned"), ("c2", None)):
            found = (await anyone.get(f"/v1/conversations/{id}", headers=by_mentor[id])).json()
            assert (found["status"], found["ended_reason"]) == ("ended", seen)
        assert (await anyone.get("/v1/conversations/c2", headers=bearer("sara", "support"))).json()[
            "ended_reason"
        ] == "removed"


async def test_a_member_chooses_a_mentor(server: Served, http: httpx.AsyncClient, two_conversations: None) -> None:
    """By the plan that was agreed; another one only a service can name."""
    for id, mentor in (("t1", "tom"), ("t2", "ann")):
        trial = {"member": "kari", "mentor": mentor, "plan": "trial", "trial": True, "chosen_plan": "live"}
        made = (await http.put(f"/v1/conversations/{id}", json=trial)).json()
        assert (made["trial"], made["chosen_plan"], made["chosen_at"]) == (True, "live", None)
    async with http_client(server.url, headers=bearer("kari", "member")) as kari:
        other = await kari.post("/v1/conversations/t1/choose", json={"plan": "live+"})
        assert other.status_code == 403
        chosen = await kari.post("/v1/conversations/t1/choose", json={})
        assert (chosen.status_code, chosen.json()["plan"], chosen.json()["trial"]) == (200, "live", False)
        assert chosen.json()["chosen_at"] is not None
        ended = (await kari.get("/v1/conversations/t2")).json()
        assert (ended["status"], ended["ended_reason"]) == ("ended", "not_chosen")
        assert (await kari.post("/v1/conversations/t2/choose", json={})).status_code == 409
    unknown = await http.post("/v1/conversations/t1/choose", json={"plan": "gold"})
    assert [each["field"] for each in unknown.json()["errors"]] == ["plan"]
