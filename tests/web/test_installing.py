"""Pages among the apps of a device: their manifests and pictures, and where their worker stands."""

import re
import struct
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from chatserver.settings import load
from chatserver.web.assets import Assets
from chatserver.web.installing import INSTALLED, PAPER
from chatserver.web.look import AppLook, look_of
from chatserver.web.pages import app_routes
from quotas.help_policy import HelpPolicy

TOKENS = Path("chatserver/web/src/styles/tokens.css")


def client(assets: Assets, look: AppLook) -> httpx.AsyncClient:
    app = Starlette(routes=app_routes(assets, look, HelpPolicy()))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://apps")


@pytest.mark.parametrize("page", INSTALLED)
async def test_a_page_can_be_installed(assets: Assets, page: str) -> None:
    """By the platform's name, with pictures of the sizes that they say they are."""
    browser = client(assets, AppLook('Ask & "listen"'))
    shell = (await browser.get(f"/app/{page}")).text
    answer = await browser.get(*re.findall(r'<link rel="manifest" href="([^"]+)"', shell))
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = answer.json()
    assert (manifest["name"], manifest["display"]) == ('Ask & "listen"', "standalone")
    assert (manifest["start_url"], manifest["scope"]) == (f"/app/{page}", "/app/")
    for icon in manifest["icons"]:
        picture = (await browser.get(icon["src"])).content
        width, height = struct.unpack(">II", picture[16:24])
        assert icon["sizes"] == f"{width}x{height}"
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}


@pytest.mark.parametrize(
    ("name", "content", "sizes"),
    [
        ("own.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "any"),
        ("own.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 96, 48), "96x48"),
        ("torn.png", b"\x89PNG", "any"),
    ],
)
async def test_a_platforms_own_picture_is_its_icon(
    assets: Assets, tmp_path: Path, name: str, content: bytes, sizes: str
) -> None:
    """In the place of ours."""
    (tmp_path / name).write_bytes(content)
    look = look_of(load({"app_logo": tmp_path / name}, {})[0])
    [icon] = (await client(assets, look).get("/app/member.webmanifest")).json()["icons"]
    assert (icon["src"], icon["sizes"]) == ("/app/logo", sizes)
    assert '<link rel="icon" href="/app/logo">' in (await client(assets, look).get("/app/member")).text


async def test_the_worker_sees_to_all_apps_and_asks_this_server_alone(assets: Assets) -> None:
    """It stands above them, and browsers look for a newer one each time."""
    worker = await client(assets, AppLook("Mentor")).get("/app/worker.js")
    assert worker.headers["content-type"] == "text/javascript; charset=utf-8"
    assert worker.headers["cache-control"] == "no-cache"
    assert worker.headers["content-security-policy"] == "default-src 'none'; connect-src 'self'"


def test_around_the_page_it_looks_as_in_it() -> None:
    """The browser's own colours are those of the style sheet."""
    assert f"--paper: light-dark({PAPER['light']}, {PAPER['dark']});" in TOKENS.read_text()
