"""Why, over HTTP: who sees what, in which language."""

import httpx
import pytest
from msgspec.structs import replace
from redis import Redis

from chatserver.api.writing_week import freer
from quotas.ledger import keys
from quotas.plans import Always, Plan
from quotas.policy_file import builtin_policy
from tests.chatserver.api.serving import Served, bearer

WHY = "/v1/conversations/c1/why"


async def test_a_member_sees_writing_and_a_mentor_everything(
    http: httpx.AsyncClient, server: Served, two_conversations: None
) -> None:
    live = await server.ledger.start_live("c1", 1_800_000)
    assert live
    assert await server.write("c1", "member", "kari", "1", "Hei") == 1
    for headers, abouts in (
        (bearer("kari", "member"), {"writing"}),
        (bearer("tom", "mentor"), {"writing", "reply"}),
        (bearer("eva", "support"), {"writing", "reply"}),
    ):
        answer = await http.get(WHY, headers=headers)
        assert answer.status_code == 200
        said = answer.json()
        assert {step["about"] for step in said["steps"]} == abouts
        assert (said["reply"] is None) == ("reply" not in abouts)
        assert said["conversation"] == "c1"
        assert said["composer"]["live_until"]
        assert all(step["sentence"] and step["step"]["kind"] for step in said["steps"])
        assert "against_rules" not in {step["step"]["kind"] for step in said["steps"]}
    assert said["reply"]["waiting_since"]
    [deadline] = [step["step"] for step in said["steps"] if step["step"]["kind"] == "deadline_set"]
    assert (deadline["due_at"], deadline["seq"]) == (said["reply"]["due_at"], 1)


@pytest.mark.parametrize(
    ("accepted", "query", "language", "heading"),
    [
        ("", "", "en", "No message"),
        ("nb-NO,nb;q=0.9,en;q=0.8", "", "nb", "Ingen melding venter"),
        ("sv, da;q=0.5, en;q=0.1", "", "da", "Ingen besked venter"),
        ("en;q=0, nn", "", "nb", "Ingen melding venter"),
        ("da", "?language=en", "en", "No message"),
        ("*", "", "en", "No message"),
    ],
)
async def test_the_language(
    http: httpx.AsyncClient, two_conversations: None, accepted: str, query: str, language: str, heading: str
) -> None:
    """The query decides, else what the app likes best, else English."""
    said = (await http.get(WHY + query, headers={"Accept-Language": accepted})).json()
    assert said["language"] == language
    assert said["steps"][-1]["sentence"].startswith(heading)


async def test_others_and_wrong_languages(http: httpx.AsyncClient, two_conversations: None) -> None:
    assert (await http.get(WHY, headers=bearer("ola", "member"))).status_code == 404
    assert (await http.get("/v1/conversations/c9/why")).status_code == 404
    wrong = await http.get(f"{WHY}?language=sv")
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["field"] == "language"


async def test_a_log_that_lost_its_beginning(
    http: httpx.AsyncClient, server: Served, two_conversations: None, valkey_url: str
) -> None:
    """What is no longer at hand is said, and the state is the stored one."""
    await server.ledger.start_live("c1", 1_800_000)
    for number in range(3):
        await server.write("c1", "member", "kari", str(number), "Hei")
    with Redis.from_url(valkey_url) as store:
        for length in (2, 0):
            store.xtrim(keys.log("c1"), maxlen=length, approximate=False)
            said = (await http.get(WHY)).json()
            kinds = [step["step"]["kind"] for step in said["steps"] if step["about"] == "reply"]
            assert kinds[:2] == ["beginning", "wait_began"]
            assert kinds[-1] == "answer_due"
            assert said["steps"][-1]["step"]["due_at"] == said["reply"]["due_at"]
            assert ("unexplained" in kinds) == (length == 0)


async def test_the_week_for_a_figure(monday: Served, anyone: httpx.AsyncClient) -> None:
    """Seven days from Monday on, two of them closed, and the window that was opened."""
    robot = bearer("robot", "service")
    assert (await anyone.patch("/v1/conversations/c1", json={"plan": "light"}, headers=robot)).is_success
    before = (await anyone.get(WHY, headers=robot)).json()
    assert before["week"]["windows"] == []
    assert await monday.write("c1", "member", "kari", "1", "Hei")
    said = (await anyone.get(WHY, headers=bearer("kari", "member"))).json()
    week = said["week"]
    assert [day["closed"] for day in week["days"]] == [*[False] * 5, True, True]
    assert week["days"][0]["starts_at"] <= said["now"] < week["ends_at"]
    assert (week["kind"], week["per_week"], week["hours"], week["freer"]) == ("windows", 2, 24, "basic")
    assert (week["freer_kind"], week["upgrade_url"]) == ("weekdays", None)
    [window] = week["windows"]
    assert window["ends_at"] == said["composer"]["window_ends_at"]


def test_which_plan_would_let_them_write_now() -> None:
    """The nearest that counts nothing today and has all of the plan's sessions; on closed days one that never rests."""
    policy = builtin_policy()
    always = policy.plans | {"day_and_night": Plan(Always())}
    offered = {plan: freer(policy, plan, open_day=True) for plan in policy.plans}
    assert offered == {
        **{"light": "basic", "video": "live+"},
        **dict.fromkeys(["basic", "live", "live+", "trial", "guest"]),
    }
    assert freer(policy, "light", open_day=False) is None
    assert freer(replace(policy, plans=always), "basic", open_day=False) == "day_and_night"
    assert freer(replace(policy, plans=always), "live", open_day=False) is None
    assert freer(replace(policy, plans=always), "day_and_night", open_day=False) is None
