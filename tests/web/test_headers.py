"""What every answer under /app says to the browser, whatever is asked for and however it ends."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import httpx
import pytest
from starlette.routing import BaseRoute, Mount, Route

from chatserver.web.assets import PREFIX, Assets
from chatserver.web.pages import PAGES
from tests.chatserver.realtime.servers import here
from tests.plain_http import http_client

APPS = "/app"
ALWAYS = {"x-content-type-options": "nosniff", "cross-origin-resource-policy": "same-origin"}
OF_PAGES = {
    **ALWAYS,
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
}
DEVICES = ("camera", "display-capture")
"""What a call needs, and nothing else."""
NEVER = ("geolocation", "payment", "usb", "serial", "hid", "midi", "publickey-credentials-get")


def routes(of: Iterable[BaseRoute], before: str = "") -> Iterator[tuple[str, set[str]]]:
    """Path and methods of each, those inside others too."""
    for each in of:
        if isinstance(each, Mount):
            yield from routes(each.routes, before + each.path)
        elif isinstance(each, Route):
            yield before + each.path, each.methods or set()


def policy_of(answer: httpx.Response) -> dict[str, str]:
    given = answer.headers["content-security-policy"]
    # A picture or a style of the operator's may have a look of its own, but is no page: it runs nothing.
    assert "unsafe" not in given or given.endswith("; sandbox"), answer.url
    assert "*" not in given, answer.url
    parts = (each.partition(" ") for each in given.split("; "))
    return {directive: sources for directive, _, sources in parts}


def devices_of(answer: httpx.Response) -> dict[str, str]:
    parts = (each.partition("=") for each in answer.headers["permissions-policy"].split(", "))
    return {device: who for device, _, who in parts}


def has(answer: httpx.Response, headers: dict[str, str]) -> None:
    for name, value in headers.items():
        assert answer.headers.get(name) == value, (answer.url, name)


async def test_every_answer_under_app_has_its_headers(assets: Assets, valkey_url: str, tmp_path: Path) -> None:
    """Pages, what they load, sign-in, and what is not there: by the server's own list of routes."""
    async with here(valkey_url, tmp_path) as server, http_client(server.http) as http:
        found = {path: methods for path, methods in routes(server.parts.app.routes) if path.startswith(APPS)}
        assert set(PAGES.values()) <= found.keys()
        paths = [path for path in found if "{" not in path]
        paths += [f"{PREFIX}/{name}" for name in assets.files]
        paths += [f"{PREFIX}/nothing.js", f"{APPS}/nothing", f"{APPS}/call/nothing", f"{APPS}/../v1/openapi.json"]
        for path in paths:
            for method in sorted(found.get(path, {"GET"}) - {"HEAD"}):
                answer = await http.request(method, path)
                has(answer, ALWAYS)
                policy = policy_of(answer) if "content-security-policy" in answer.headers else {}
                if answer.headers.get("content-type", "").startswith("text/html"):
                    has(answer, OF_PAGES)
                    assert policy.items() >= POLICY.items()
                elif not path.startswith(PREFIX):
                    assert policy["default-src"] == "'none'", path
                assert "set-cookie" not in answer.headers or method != "GET", path


@pytest.mark.parametrize("path", PAGES.values())
async def test_a_page_asks_for_no_device_that_it_does_not_use(
    assets: Assets, valkey_url: str, tmp_path: Path, path: str
) -> None:
    """Cameras are for calls alone, microphones for voice messages too."""
    async with here(valkey_url, tmp_path) as server, http_client(server.http) as http:
        allowed = devices_of(await http.get(path.replace("{booking}", "b1")))
        assert {allowed[each] for each in NEVER} == {"()"}
        assert {allowed[each] for each in DEVICES} == ({"(self)"} if "/call" in path else {"()"})
        hears = any(each in path for each in ("/call", "/member", "/mentor"))
        assert allowed["microphone"] == ("(self)" if hears else "()")
