"""The apps' pages: a shell, what it loads, and what the browser is told to allow."""

import gzip
import json
import re
from html import unescape
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from chatserver.settings import SettingsError, load
from chatserver.web.assets import Assets
from chatserver.web.headers import page_headers
from chatserver.web.look import AppLook, look_of
from chatserver.web.pages import PAGES, app_routes
from quotas.help_policy import HelpPolicy, PhoneLine


def client(
    assets: Assets | None, name: str = "Mentor", look: AppLook | None = None, help_policy: HelpPolicy | None = None
) -> httpx.AsyncClient:
    """Asks a server that has nothing but the apps."""
    app = Starlette(routes=app_routes(assets, look or AppLook(name), help_policy or HelpPolicy()))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://apps")


@pytest.mark.parametrize("path", PAGES.values())
async def test_a_page_loads_what_was_built_and_nothing_else(assets: Assets, path: str) -> None:
    """Scripts and styles by names that change with their content, kept for good."""
    browser = client(assets)
    page = await browser.get(path)
    assert page.status_code == 200
    links = re.findall(r'(?:href|src)="([^"]+)"', page.text)
    loaded = [each for each in links if not each.endswith(".webmanifest")]
    assert len(links) - len(loaded) == (path in ("/app/member", "/app/mentor", "/app/support"))
    assert all(each.startswith("/app/assets/") for each in loaded)
    assert "<script>" not in page.text
    assert "style=" not in page.text
    for each in loaded:
        asset = await browser.get(each)
        assert asset.status_code == 200
        assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert asset.headers["content-type"].startswith(("text/javascript", "text/css", "image/"))


async def test_what_is_loaded_comes_zipped_where_the_browser_takes_that(assets: Assets) -> None:
    """And plain where it does not."""
    name = assets.manifest.pages["member"].script
    browser = client(assets)
    plain = await browser.get(f"/app/assets/{name}", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    async with browser.stream("GET", f"/app/assets/{name}", headers={"Accept-Encoding": "gzip"}) as zipped:
        assert zipped.headers["content-encoding"] == "gzip"
        assert gzip.decompress(b"".join([each async for each in zipped.aiter_raw()])) == plain.content


async def test_names_of_files_lead_nowhere_else(assets: Assets) -> None:
    """Only what was built has a name here."""
    browser = client(assets)
    for name in ("manifest.json", "..%2fpages.py", "%2e%2e/pages.py", "nothing.js"):
        assert (await browser.get(f"/app/assets/{name}")).status_code == 404


async def test_a_platforms_name_is_text(assets: Assets) -> None:
    """Whatever is in it."""
    page = (await client(assets, '<b>"Ask & listen"').get("/app/member")).text
    assert "<title>&lt;b&gt;&quot;Ask &amp; listen&quot;</title>" in page
    assert "<b>" not in page


async def test_pages_of_a_checkout_without_apps_say_what_to_do() -> None:
    """An editable install without a network has none."""
    answer = await client(None).get("/app/member")
    assert answer.status_code == 503
    assert "make web" in answer.text


def test_nothing_runs_but_what_the_server_gives() -> None:
    """No inline script or style, no eval, no other site, no frame, no camera."""
    headers = page_headers()
    policy = dict(each.split(" ", 1) for each in headers["Content-Security-Policy"].split("; "))
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert "camera=(), display-capture=(), microphone=()" in headers["Permissions-Policy"]
    assert "camera=(), display-capture=(), microphone=(self)" in page_headers(voice=True)["Permissions-Policy"]
    assert "microphone=(self)" in page_headers(calls=True)["Permissions-Policy"]
    assert (
        "frame-ancestors https://platform.example"
        in page_headers(("https://platform.example",))["Content-Security-Policy"]
    )


async def test_a_platform_looks_as_its_settings_say(assets: Assets, tmp_path: Path) -> None:
    """Its style comes after the apps' own; its picture runs nothing."""
    (tmp_path / "own.css").write_text(":root { --accent: #0b5c6b }")
    (tmp_path / "own.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    settings, _ = load(
        {"app_style": tmp_path / "own.css", "app_logo": tmp_path / "own.svg"},
        {},
    )
    browser = client(assets, look=look_of(settings))
    page = (await browser.get("/app/sign-in")).text
    styles = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
    assert styles[-1] == "/app/style.css"
    assert 'data-logo="/app/logo"' in page
    assert (await browser.get("/app/style.css")).text == ":root { --accent: #0b5c6b }"
    logo = await browser.get("/app/logo")
    assert logo.headers["content-type"] == "image/svg+xml"
    assert "sandbox" in logo.headers["content-security-policy"]
    plain = client(assets)
    assert "/app/style.css" not in (await plain.get("/app/sign-in")).text
    assert (await plain.get("/app/logo")).status_code == 404


async def test_pages_know_whom_one_can_call(assets: Assets) -> None:
    """Without asking anybody: the lines of each country stand in the page, as text."""
    policy = HelpPolicy(
        lines={"general": (PhoneLine("112", "emergency"),), "NO": (PhoneLine("116 123", name='"Helse"'),)}
    )
    page = (await client(assets, help_policy=policy).get("/app/sign-in")).text
    [said] = re.findall(r'data-help="([^"]+)"', page)
    assert json.loads(unescape(said))["NO"] == [{"number": "116 123", "kind": "talk", "name": '"Helse"', "hours": ""}]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"app_logo": "own.gif"}, "must be an .svg or a .png file"),
        ({"app_logo": "absent.svg"}, "cannot be read"),
        ({"app_style": "absent.css"}, "cannot be read"),
    ],
)
def test_what_cannot_be_shown_is_said(settings: dict[str, object], says: str, tmp_path: Path) -> None:
    """Before anybody comes."""
    given = {key: tmp_path / value if isinstance(value, str) else value for key, value in settings.items()}
    with pytest.raises(SettingsError, match=says):
        look_of(load(given, {})[0])
