"""How often one person may ask: over it a request does nothing and says when to come again."""

from collections import Counter
from pathlib import Path

import httpx

from chatserver.setting_values import Rate
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.plain_http import http_client

RATE = Rate(1, "hour", 2)
"""Twenty requests at once, then one in six minutes: no test is slow enough to get one more."""
BURST = 20


async def asked(server: HereServer, person: str, count: int, path: str = "/v1/people/mia") -> list[httpx.Response]:
    """GET as often as that."""
    headers = {"Authorization": f"Bearer {token(person)}"}
    async with http_client(server.http, headers=headers) as api:
        return [await api.get(path) for _ in range(count)]


async def test_a_flood_of_requests_is_turned_away_with_when_to_come_again(valkey_url: str, tmp_path: Path) -> None:
    """Each person has a bucket of their own, whatever they ask for."""
    async with here(valkey_url, tmp_path, rate_limit=RATE) as server:
        await server.conversation("c1", "basic")
        answers = await asked(server, "mia", BURST + 3)
        assert [answer.status_code for answer in answers] == [200] * BURST + [429] * 3
        problem = answers[-1].json()
        assert problem["type"] == "urn:chatserver:problem:too-many-requests"
        assert 0 < int(answers[-1].headers["Retry-After"]) <= 360
        assert answers[-1].headers["Retry-After"] in problem["detail"]
        [elsewhere] = await asked(server, "mia", 1, "/v1/conversations/c1/messages")
        [other] = await asked(server, "tora", 1, "/v1/conversations/c1")
        assert (elsewhere.status_code, other.status_code) == (429, 200)
        assert server.parts.metrics.rate_limited["person"] == 4


async def test_support_is_bounded_and_services_are_not(valkey_url: str, tmp_path: Path) -> None:
    """A service brings all people of a platform here."""
    async with here(valkey_url, tmp_path, rate_limit=RATE) as server:
        await server.conversation("c1", "basic")
        found = {
            person: Counter(each.status_code for each in await asked(server, person, 25))
            for person in ("sara", "robot")
        }
        assert found == {"sara": {200: BURST, 429: 5}, "robot": {200: 25}}


async def test_a_persons_requests_and_commands_share_a_bucket(valkey_url: str, tmp_path: Path) -> None:
    """Neither way in gives more than the other leaves."""
    async with here(valkey_url, tmp_path, rate_limit=RATE) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia:
            assert (await mia.write("one"))["type"] == "accepted"
            assert (await mia.write("two"))["type"] == "accepted"
            assert [answer.status_code for answer in await asked(server, "mia", 1)] == [429]
