"""`/metrics` of a running server: what is counted, who may read it; alerts and dashboard name what there is."""

import json
import re
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from redis import Redis

from chatserver.protocol.commands import MAX_FRAME_BYTES
from quotas.instant import DAY, MINUTE
from quotas.ledger import keys
from quotas.ledger.archive import Keep
from tests.chatserver.realtime.servers import Server, here, token

ROOT = Path(__file__).parents[3]
ALERTS = (ROOT / "deploy/prometheus/alerts.yml").read_text(encoding="utf-8")
DASHBOARD = json.loads((ROOT / "deploy/grafana/chatserver.json").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs/metrics.md").read_text(encoding="utf-8")

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


async def read(server: Server, *, reader: str | None = "robot") -> httpx.Response:
    """GET /metrics."""
    async with httpx.AsyncClient(base_url=server.http) as http:
        return await asked(http, reader)


async def asked(http: httpx.AsyncClient, reader: str | None = "robot") -> httpx.Response:
    """GET /metrics, on a connection that there is."""
    return await http.get("/metrics", headers={"Authorization": f"Bearer {token(reader)}"} if reader else {})


async def samples(server: Server, http: httpx.AsyncClient | None = None) -> Samples:
    """Every number, by name and labels."""
    answer = await read(server) if http is None else await asked(http)
    assert answer.status_code == 200, answer.text
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def of(found: Samples, name: str, **labels: str) -> float:
    """One number; the name without its prefix."""
    return found[f"chatserver_{name}", frozenset(labels.items())]


def names(text: str) -> set[str]:
    """The metrics that a text names."""
    return set(re.findall(r"\b(?:chatserver|process|python)_[a-z_]+[a-z]\b", text))


async def test_messages_are_counted_by_what_became_of_them(valkey_url: str, tmp_path: Path) -> None:
    """Each once; and how long they took."""
    async with here(valkey_url, tmp_path) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia, server.device("tora", encoding="msgpack") as tora:
            await mia.write("one")
            await mia.write("one")
            await mia.write(" ")
            await mia.write("two", conversation="elsewhere")
            await tora.messages(1)
            found = await samples(server)
            assert of(found, "messages_total", outcome="accepted", reason="") == 1
            assert of(found, "messages_total", outcome="repeated", reason="") == 1
            assert of(found, "messages_total", outcome="error", reason="text_empty") == 1
            assert of(found, "messages_total", outcome="error", reason="not_found") == 1
            assert of(found, "errors_total", code="not_found") == 1
            assert of(found, "admission_seconds_count") == of(found, "ack_seconds_count") == 2
            assert 0 < of(found, "ack_seconds_sum") < 2
            assert of(found, "feed_lag_seconds_count") == 1
            assert of(found, "feed_lag_seconds_sum") < 0.5
            assert of(found, "connections", role="member", encoding="json") == 1
            assert of(found, "connections", role="mentor", encoding="msgpack") == 1
            assert (of(found, "welcomes_total"), of(found, "rooms")) == (2, 1)
            assert (of(found, "open_waits"), of(found, "overdue_waits"), of(found, "late_timers")) == (1, 0, 0)
            assert (of(found, "store_up"), of(found, "ready"), of(found, "check_ok", check="durability")) == (1, 1, 0)
            assert of(found, "http_requests_total", method="PUT", status="201") == 3


async def test_refusals_and_closes_are_counted(valkey_url: str, tmp_path: Path) -> None:
    """By reason, and by close code."""
    async with here(valkey_url, tmp_path, now="2026-01-10T09:00:00Z") as server:  # a Saturday
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia:
            assert (await mia.write("weekend"))["type"] == "refused"
        async with server.stranger() as stranger:
            await stranger.say("typing", conversation="c1")
            await stranger.end()
        found = await samples(server)
        assert of(found, "messages_total", outcome="refused", reason="closed") == 1
        assert of(found, "closes_total", code="4503") == 1
        assert of(found, "clock_shift_seconds") != 0


async def test_closes_by_the_rules_of_websocket_are_counted(valkey_url: str, tmp_path: Path) -> None:
    """Before hello and after, each once; an app that closes by itself is not the server's close."""
    async with here(valkey_url, tmp_path) as server:
        await server.conversation("c1", "basic")
        for text in (b"\xff\xfe", " " * (MAX_FRAME_BYTES + 1)):
            async with server.stranger() as stranger, server.device("mia") as mia:
                for device in (stranger, mia):
                    await device.socket.send(text, text=True)
                    await device.end()
        async with server.device("tora") as tora:
            await tora.socket.close()
        found = await samples(server)
        closes = {
            dict(labels)["code"]: value
            for (name, labels), value in found.items()
            if name == "chatserver_closes_total" and value
        }
        assert closes == {"1007": 2, "1009": 2}


async def test_misses_are_counted_with_how_late_they_were_noted(valkey_url: str, tmp_path: Path) -> None:
    """A process that was not there when the deadline passed notes it at its start."""
    async with here(valkey_url, tmp_path) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia:
            await mia.write("waiting")
    with Redis.from_url(valkey_url) as store:  # Time passes, and no server is there.
        store.hincrby(keys.META, "shift", DAY + 30 * MINUTE)
        for moved in store.scan_iter("{*}:shift"):
            store.incrby(moved, DAY + 30 * MINUTE)
    async with here(valkey_url, tmp_path, now=None) as server, server.device("sara", {"c1": 0}) as sara:
        if not server.parts.hub.metrics.deadlines["missed"]:
            await sara.hears("deadline")
        found = await samples(server)
        assert of(found, "deadlines_total", kind="missed") == 1
        assert 1700 < of(found, "timer_lag_seconds_sum") < 1900
        assert (of(found, "open_waits"), of(found, "overdue_waits")) == (1, 1)


async def test_archived_messages_are_counted_with_how_far_the_archive_is_behind(
    valkey_url: str, tmp_path: Path
) -> None:
    async with here(valkey_url, tmp_path) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia:
            await mia.write("one")
            await mia.write("two")
            found = await samples(server)
        assert of(found, "archived_messages_total") == 0
        assert of(found, "archive_lag_seconds") >= 0
        await server.parts.archive.archive(["c1"], Keep(0, DAY))
        assert of(await samples(server), "archived_messages_total") == 2


async def test_only_services_and_support_may_read(valkey_url: str, tmp_path: Path) -> None:
    """Unless the settings open it to anyone."""
    async with here(valkey_url, tmp_path) as server:
        assert (await read(server, reader=None)).status_code == 401
        assert (await read(server, reader="mia")).status_code == 403
        assert (await read(server, reader="sara")).status_code == 200


async def test_alerts_and_dashboard_and_page_name_what_is_exposed(valkey_url: str, tmp_path: Path) -> None:
    """Nothing that there is not; and the page names everything of ours."""
    async with here(valkey_url, tmp_path) as server:
        await server.conversation("c1", "basic")
        async with server.device("mia") as mia:
            await mia.write("one")
            exposed = {name for name, _ in await samples(server)}
    expressions = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    assert expressions
    for expression in expressions:
        assert names(expression)
        assert names(expression) <= exposed
    for rule in re.findall(r"expr:((?:.|\n)*?)\n +(?:for|labels):", ALERTS):
        assert names(rule.replace('"chatserver"', "")) | {"up"} <= exposed | {"up"}, rule
    ours = {re.sub(r"_(bucket|count|sum)$", "", name) for name in exposed if name.startswith("chatserver_")}
    for name in ours:
        assert f"| `{name}` |" in PAGE, name
    for alert in re.findall(r"alert: (\w+)", ALERTS):
        assert f"| `{alert}` |" in PAGE, alert


@pytest.mark.parametrize("panel", DASHBOARD["panels"], ids=lambda panel: panel["title"])
def test_panels_do_not_overlap(panel: dict[str, dict[str, int]]) -> None:
    """Each has its place on a page of 24 columns."""

    def cells(one: dict[str, dict[str, int]]) -> set[tuple[int, int]]:
        at = one["gridPos"]
        return {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}

    assert all(x < 24 for x, _ in cells(panel))
    assert not [other for other in DASHBOARD["panels"] if other is not panel and cells(other) & cells(panel)]
