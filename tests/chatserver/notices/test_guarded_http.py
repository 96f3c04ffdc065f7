"""Requests to addresses that others chose, against real endpoints."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_network

import pytest

from chatserver.notices import guarded_http
from chatserver.notices.guarded_http import GuardedHttp, HttpAnswered, HttpUnanswered
from quotas.instant import SECOND
from tests.certificates import server_context, trusting
from tests.http_endpoint import answer, http_endpoint

HERE = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
NAME = "hooks.example.org"


class Names:
    """A resolver that knows one name. It answers in turn, and with the last for ever."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str, port: int) -> Collection[str]:
        self.asked += 1
        if host != NAME:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@asynccontextmanager
async def guarded(*answers: list[str], own: bool = True) -> AsyncIterator[GuardedHttp]:
    http = GuardedHttp(own=HERE if own else (), resolve=Names(*(answers or (["127.0.0.1"],))), tls=trusting())
    try:
        yield http
    finally:
        await http.close()


async def posted(http: GuardedHttp, url: str) -> HttpAnswered | HttpUnanswered:
    return await http.post(url, headers={"Content-Type": "application/json", "webhook-id": "evt_1"}, content=b'{"a":1}')


def why(outcome: HttpAnswered | HttpUnanswered) -> str:
    assert isinstance(outcome, HttpUnanswered), outcome
    return outcome.reason


# What goes out


async def test_a_request_arrives_as_it_was_given() -> None:
    async with http_endpoint(tls=server_context(NAME)) as endpoint, guarded() as http:
        outcome = await posted(http, f"https://{NAME}:{endpoint.port}/hooks?a=b")
        assert isinstance(outcome, HttpAnswered)
        assert outcome.status == 204
        (received,) = endpoint.received
    assert received.line == "POST /hooks?a=b HTTP/1.1"
    assert received.body == b'{"a":1}'
    assert received.headers == {
        "host": f"{NAME}:{endpoint.port}",
        "content-type": "application/json",
        "content-length": "7",
        "webhook-id": "evt_1",
    }


async def test_a_burst_takes_one_connection_and_one_look_at_the_name() -> None:
    names = Names(["127.0.0.1"])
    http = GuardedHttp(own=HERE, resolve=names, tls=trusting())
    async with http_endpoint(tls=server_context(NAME)) as endpoint:
        for _ in range(5):
            assert isinstance(await posted(http, f"https://{NAME}:{endpoint.port}/"), HttpAnswered)
        assert (endpoint.connections, names.asked) == (1, 1)
        await http.close()


async def test_no_cookie_is_kept() -> None:
    async with http_endpoint() as endpoint, guarded() as http:
        endpoint.otherwise = answer(200, Set_Cookie="a=b; Path=/")
        for _ in range(2):
            await posted(http, f"http://127.0.0.1:{endpoint.port}/")
        assert all("cookie" not in each.headers for each in endpoint.received)


async def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with http_endpoint() as proxy, http_endpoint() as endpoint, guarded() as http:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert isinstance(await posted(http, f"http://{NAME}:{endpoint.port}/"), HttpAnswered)
        assert (proxy.connections, endpoint.connections) == (0, 1)


# Where it may not go


def reached(address: str, port: int) -> bool:
    """Whether whoever is not guarded gets there."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as plain:
        return plain.connect_ex((address, port)) == 0


HERE_BY_ANY_NAME = ["127.0.0.1", "127.9.9.9", "0.0.0.0"] + (  # noqa: S104
    ["::1", "::", "::ffff:127.0.0.1"] if socket.has_dualstack_ipv6() else []
)


@pytest.mark.parametrize("address", HERE_BY_ANY_NAME)
async def test_an_endpoint_on_this_machine_is_not_asked_by_any_of_its_addresses(address: str) -> None:
    async with http_endpoint(everywhere=True) as endpoint, guarded([address], own=False) as http:
        assert await asyncio.to_thread(reached, address, endpoint.port)
        assert "not public" in why(await posted(http, f"https://{NAME}:{endpoint.port}/"))
        in_url = f"[{address}]" if ":" in address else address
        assert isinstance(await posted(http, f"https://{in_url}:{endpoint.port}/"), HttpUnanswered)
        assert isinstance(await posted(http, f"http://{in_url}:{endpoint.port}/"), HttpUnanswered)
        assert endpoint.connections <= 1


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "fd00::2",
        "fe80::1",
        "fec0::1",
        "64:ff9b::7f00:1",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "ff02::1",
    ],
)
async def test_no_name_leads_to_other_networks(address: str) -> None:
    async with guarded([address]) as http:
        assert "not public" in why(await posted(http, f"https://{NAME}/"))


async def test_one_private_answer_among_public_ones_is_enough() -> None:
    for answers in (["93.184.216.34", "127.0.0.1"], ["127.0.0.1", "93.184.216.34"], ["2606:4700::1", "10.0.0.1"]):
        async with guarded(answers, own=False) as http:
            assert why(await posted(http, f"https://{NAME}/")).startswith("it leads to an address that is not public")


async def test_a_name_that_changes_between_two_looks_is_looked_at_once() -> None:
    """DNS rebinding: what was looked at is what is connected to."""
    async with http_endpoint(tls=server_context(NAME)) as endpoint:
        names = Names(["127.0.0.1"], ["10.0.0.1"])
        http = GuardedHttp(own=HERE, resolve=names, tls=trusting())
        assert isinstance(await posted(http, f"https://{NAME}:{endpoint.port}/"), HttpAnswered)
        assert names.asked == 1
        await http.close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(status: int) -> None:
    async with http_endpoint() as inside, http_endpoint() as endpoint, guarded() as http:
        endpoint.otherwise = answer(status, Location=f"http://127.0.0.1:{inside.port}/")
        outcome = await posted(http, f"http://{NAME}:{endpoint.port}/")
        assert isinstance(outcome, HttpAnswered)
        assert (outcome.status, inside.connections) == (status, 0)


async def test_plain_http_goes_to_the_operators_own_networks_only() -> None:
    async with guarded(["93.184.216.34"]) as http:
        assert why(await posted(http, f"http://{NAME}/")) == "it is asked over https only"
    async with guarded(own=False) as http:
        outcome = await posted(http, f"http://{NAME}/")
        assert isinstance(outcome, HttpUnanswered)
        assert outcome.never


@pytest.mark.parametrize("url", ["https://127.1/", "https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/"])
async def test_odd_ways_to_write_an_address_lead_nowhere_else(url: str) -> None:
    """By the machine's own resolver, which reads them as 127.0.0.1."""
    http = GuardedHttp(tls=trusting())
    outcome = await posted(http, url)
    assert isinstance(outcome, HttpUnanswered)
    assert "not public" in outcome.reason or "no address" in outcome.reason
    await http.close()


# TLS


async def test_the_certificate_is_checked_against_the_name() -> None:
    async with http_endpoint(tls=server_context("other.example.org")) as endpoint, guarded() as http:
        reason = why(await posted(http, f"https://{NAME}:{endpoint.port}/"))
        assert reason == f"its certificate is not accepted: hostname mismatch, certificate is not valid for '{NAME}'"
        assert endpoint.received == []


async def test_a_certificate_of_an_unknown_authority_is_not_accepted() -> None:
    async with http_endpoint(tls=server_context(NAME)) as endpoint:
        http = GuardedHttp(own=HERE, resolve=Names(["127.0.0.1"]))
        reason = why(await posted(http, f"https://{NAME}:{endpoint.port}/"))
        assert reason.startswith("its certificate is not accepted: unable to get")
        await http.close()


async def test_what_is_no_tls_is_said() -> None:
    async with http_endpoint() as endpoint, guarded() as http:
        endpoint.greeting = b"220 mail.example.org ESMTP\r\n"
        assert why(await posted(http, f"https://{NAME}:{endpoint.port}/")) == "TLS failed there"


# What comes back


async def test_a_large_answer_is_not_read_to_its_end() -> None:
    async with http_endpoint() as endpoint, guarded() as http:
        endpoint.otherwise = answer(200, b"x" * 50_000_000)
        outcome = await posted(http, f"http://{NAME}:{endpoint.port}/")
        assert isinstance(outcome, HttpAnswered)
        assert outcome.status == 200
        assert isinstance(await posted(http, f"http://{NAME}:{endpoint.port}/"), HttpAnswered)
        assert endpoint.connections == 2


@pytest.mark.parametrize(
    "rest", [b"Content-Length: 50\r\n\r\nless", b"Transfer-Encoding: chunked\r\n\r\n4\r\nwait\r\n", b"\r\n"]
)
async def test_a_body_that_does_not_end_is_not_waited_for(rest: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The status was there: what is taken for a failure is sent again."""
    monkeypatch.setattr("chatserver.notices.guarded_http.BODY_WITHIN", 0.1)
    async with http_endpoint() as endpoint, guarded() as http:
        endpoint.otherwise = b"HTTP/1.1 200 OK\r\n" + rest
        for _ in range(2):
            outcome = await posted(http, f"http://{NAME}:{endpoint.port}/")
            assert isinstance(outcome, HttpAnswered)
            assert outcome.status == 200
            assert outcome.took_ms < 5000
        assert len(endpoint.received) == 2


async def test_a_body_that_breaks_off_was_an_answer() -> None:
    async with http_endpoint() as endpoint, guarded() as http:
        endpoint.otherwise = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno length\r\n"
        outcome = await posted(http, f"http://{NAME}:{endpoint.port}/")
        assert isinstance(outcome, HttpAnswered)
        assert outcome.status == 200


async def test_a_compressed_answer_stays_so() -> None:
    async with http_endpoint() as endpoint, guarded() as http:
        endpoint.otherwise = answer(200, b"no gzip at all", Content_Encoding="gzip")
        assert isinstance(await posted(http, f"http://{NAME}:{endpoint.port}/"), HttpAnswered)


async def test_a_slow_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded_http, "ANSWER_WITHIN", 0.3)
    async with http_endpoint() as endpoint, guarded() as http:
        endpoint.delay = 600
        outcome = await posted(http, f"http://{NAME}:{endpoint.port}/")
        assert why(outcome) == "it did not answer within 0.3 s"
        assert 250 < outcome.took_ms < 1_000 * endpoint.delay
        monkeypatch.setattr(guarded_http, "ANSWER_WITHIN", 60.0)
        endpoint.delay = 0
        assert isinstance(await posted(http, f"http://{NAME}:{endpoint.port}/"), HttpAnswered)


async def test_a_slow_resolver_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(host: str, port: int) -> list[str]:
        await asyncio.sleep(30)
        return []

    monkeypatch.setattr(guarded_http, "CONNECT_WITHIN", 0.2)
    http = GuardedHttp(resolve=slow, tls=trusting())
    assert why(await posted(http, f"https://{NAME}/")) == "nobody answered there within 0.2 s"
    await http.close()


async def test_nobody_there_is_said_without_an_address() -> None:
    async with http_endpoint() as endpoint:
        port = endpoint.port
    async with guarded() as http:
        assert why(await posted(http, f"http://{NAME}:{port}/")) == "nobody listens there"
        assert why(await posted(http, "https://nowhere.example/")) == "its name does not resolve"


async def test_what_is_no_http_is_said() -> None:
    async with http_endpoint() as endpoint, guarded() as http:
        endpoint.greeting = b"220 mail.example.org ESMTP\r\n"
        assert why(await posted(http, f"http://{NAME}:{endpoint.port}/")).startswith("what came back is not HTTP")


@pytest.mark.parametrize(
    ("given", "expected"),
    [("120", 120 * SECOND), ("0", 0), ("99999999", 86_400 * SECOND), ("soon", None), ("-5", None), ("", None)],
)
async def test_retry_after_in_seconds(given: str, expected: int | None) -> None:
    async with http_endpoint() as endpoint, guarded() as http:
        endpoint.otherwise = answer(503, Retry_After=given)
        outcome = await posted(http, f"http://{NAME}:{endpoint.port}/")
        assert isinstance(outcome, HttpAnswered)
        assert outcome.retry_after == expected


async def test_retry_after_as_a_date() -> None:
    async with http_endpoint() as endpoint, guarded() as http:
        at = datetime.now(UTC) + timedelta(minutes=10)
        endpoint.otherwise = answer(429, Retry_After=format_datetime(at, usegmt=True))
        outcome = await posted(http, f"http://{NAME}:{endpoint.port}/")
        assert isinstance(outcome, HttpAnswered)
        assert outcome.retry_after is not None
        assert 590 * SECOND < outcome.retry_after <= 600 * SECOND


@pytest.mark.parametrize(
    "given",
    [
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Thu, 01 Jan 2026 00:00:00 +99999999999999",
        "1 Jan 2026 9:9:9999999999",
    ],
)
async def test_retry_after_that_is_no_date_says_nothing(given: str) -> None:
    """It was answered all the same: what counts as a fault of ours would be sent again and again."""
    async with http_endpoint() as endpoint, guarded() as http:
        endpoint.otherwise = answer(200, Retry_After=given)
        outcome = await posted(http, f"http://{NAME}:{endpoint.port}/")
        assert isinstance(outcome, HttpAnswered)
        assert (outcome.status, outcome.retry_after) == (200, None)


# Which addresses can be at all


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org/",
        "https://",
        "https:///path",
        "example.org",
        "https://user@example.org/",
        "https://user:word@example.org/",
        "https://example.org/#part",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://example.org/a b",
        "https://exämple.org/",
        "https://[::1/",
        "https://127.0.0.1/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[fe80::1%25eth0]/",
        "https://example.org/" + "x" * 2000,
        "https://example.org/\r\nX: y",
    ],
)
def test_what_is_no_address_to_ask(url: str) -> None:
    assert GuardedHttp().url_problem(url) is not None


@pytest.mark.parametrize(
    "url", ["https://example.org", "https://example.org:8443/a?b=c", "https://xn--exmple-cua.org/", "https://8.8.8.8/"]
)
def test_what_may_be_asked(url: str) -> None:
    assert GuardedHttp().url_problem(url) is None


def test_who_asks_nobody_imports_nothing() -> None:
    code = """if True:
        import sys
        from chatserver.notices.guarded_http import GuardedHttp
        GuardedHttp().url_problem("https://example.org/")
        assert not {"httpcore", "httpx", "anyio"} & set(sys.modules), sorted(sys.modules)
    """
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ)
