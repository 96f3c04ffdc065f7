"""A mentor is away for a week, and somebody else answers «senest innen 24 timer på hverdager»: over real sockets."""

from pathlib import Path
from typing import Any

from chatserver.sessions.absence_requests import AbsenceDetails
from chatserver.sessions.absences import AbsenceWritten
from quotas import instant
from quotas.instant import DAY, HOUR
from tests.chatserver.realtime.devices import bodies
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.plain_http import http_client
from tests.stories.clock import move_clock, when

SUNDAY, NEXT_MONDAY = when("sunday", "12:00", weeks=-1), when("monday", "09:00", weeks=1)


async def report(server: HereServer, person: str) -> dict[str, dict[str, Any]]:
    """The week by mentor, as that person sees it, once what happened is recorded."""
    while await server.parts.records.sweep():
        pass
    async with http_client(server.http, headers={"Authorization": f"Bearer {token(person)}"}) as api:
        answer = await api.get("/v1/replies/report", params={"from": "2026-01-05", "to": "2026-01-11"})
    assert answer.is_success, answer.text
    return {group["name"]: group for group in answer.json()["groups"]}


def counts(group: dict[str, Any]) -> dict[str, int]:
    """How many were answered, and for whom."""
    return {name: group[name] for name in ("answered", "in_time", "by_substitutes", "stood_in", "mentor_days")}


async def test_an_absence_with_a_substitute_who_answers_in_time(store_url: str, tmp_path: Path) -> None:
    """The member knows before they write; the promise is kept; the mentor finds all of it when they are back."""
    async with here(store_url, tmp_path / "data", now=SUNDAY) as server:
        await server.conversation("c1", "basic")
        await server.conversation("c2", "basic", member="uma", mentor="ulf")
        details = AbsenceDetails(when("monday", "00:00"), NEXT_MONDAY, "ulf")
        assert isinstance(await server.parts.absences.put("tora", "skiing", details), AbsenceWritten)
        async with server.device("mia") as mia, server.device("ulf") as substitute:
            await move_clock(store_url, when("tuesday", "10:00"))
            seen = (await mia.hears("conversation"))["conversation"]["away"]
            assert seen == {"until": NEXT_MONDAY, "substitute": "ulf"}
            view = (await substitute.hears("conversation"))["conversation"]
            assert (view["id"], view["reply"]["waiting_since"]) == ("c1", None)

            asked = instant.parse((await mia.write("I am stuck"))["at"])
            assert (await substitute.hears("message"))["body"] == "I am stuck"
            due_at = (await substitute.hears("reply", conversation="c1"))["reply"]["due_at"]
            assert instant.parse(due_at) == asked + DAY

            await move_clock(store_url, instant.text(asked + 20 * HOUR))
            assert (await substitute.hears("deadline", conversation="c1"))["kind"] == "warning"
            answered = await substitute.write("Start with the smallest step")
            assert instant.parse(answered["at"]) < asked + DAY
            heard = await mia.hears("message")
            assert (heard["from"], heard["role"]) == ("ulf", "mentor")

            await move_clock(store_url, NEXT_MONDAY)
            await substitute.hears("unfollowed", conversation="c1")
            assert (await substitute.write("one more thing"))["code"] == "not_found"

        async with server.device("tora") as back:
            [conversation] = back.welcome["conversations"]
            assert (conversation["last_seq"], conversation["read_seq"], conversation["away"]) == (2, 0, None)
            await back.say("history", conversation="c1", before=None, limit=10)
            assert bodies((await back.hears("history"))["messages"]) == ["I am stuck", "Start with the smallest step"]
        tora = {"answered": 1, "in_time": 1, "by_substitutes": 1, "stood_in": 0, "mentor_days": 0}
        ulf = {"answered": 0, "in_time": 0, "by_substitutes": 0, "stood_in": 1, "mentor_days": 0}
        for person, told in (("sara", {"tora": tora, "ulf": ulf}), ("tora", {"tora": tora}), ("ulf", {"ulf": ulf})):
            assert {name: counts(group) for name, group in (await report(server, person)).items()} == told
