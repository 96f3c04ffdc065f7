"""Signing in with a browser, against a real server: links, cookies, tickets, the list, signing out, other sites."""

import asyncio
from pathlib import Path

import jwt
import pytest
from websockets.exceptions import InvalidStatus

from chatserver.notices.push_subscriptions import Subscribed
from chatserver.sign_ins.sign_in import SIGN_IN_LASTS
from chatserver.sign_ins.sign_in_book import SignInBook
from chatserver.sign_ins.sign_in_links import LINK_LASTS, SignInLinks
from tests.chatserver.notices.browser import Browser as PushedBrowser
from tests.web.signing_in import serving


async def test_a_link_signs_in_once(valkey_url: str, tmp_path: Path) -> None:
    """The cookie is kept from scripts and from other sites, and the page learns where its person's app is."""
    async with serving(valkey_url, tmp_path) as place:
        browser, secret = await place.browser(), await place.secret()
        answer = await browser.post("/app/sign-in/link", {"secret": secret})
        assert answer.json() == {"app": "/app/member"}
        [cookie] = answer.headers.get_list("set-cookie")
        assert {"HttpOnly", "Path=/", "SameSite=lax", f"Max-Age={SIGN_IN_LASTS // 1000}"} <= set(cookie.split("; "))
        again = await (await place.browser()).post("/app/sign-in/link", {"secret": secret})
        assert again.status_code == 404


async def test_a_link_can_be_looked_at_without_being_used(valkey_url: str, tmp_path: Path) -> None:
    """The page greets whom it is for, and programs that open links in mails use nothing up."""
    async with serving(valkey_url, tmp_path) as place:
        browser, secret = await place.browser(), await place.secret()
        for _ in range(2):
            seen = await browser.post("/app/sign-in/link/seen", {"secret": secret})
            assert seen.json() == {"name": "Mia", "other": "Tora", "locale": "nb", "once": True, "minutes": 15}
        mentors = await browser.post("/app/sign-in/link/seen", {"secret": await place.secret("tora")})
        assert mentors.json()["other"] is None
        assert (await browser.post("/app/sign-in/link", {"secret": secret})).status_code == 200
        for gone in (secret, "nothing"):
            assert (await browser.post("/app/sign-in/link/seen", {"secret": gone})).status_code == 404


async def test_of_many_who_use_a_link_at_once_one_is_in(valkey_url: str, tmp_path: Path) -> None:
    """However close together."""
    async with serving(valkey_url, tmp_path) as place:
        secret = await place.secret()
        browsers = [await place.browser() for _ in range(10)]
        answers = await asyncio.gather(*(each.post("/app/sign-in/link", {"secret": secret}) for each in browsers))
        assert sorted(each.status_code for each in answers) == [200, *[404] * 9]


async def test_a_ticket_opens_the_chat_and_http_and_its_expiry_bounds_only_that(
    valkey_url: str, tmp_path: Path
) -> None:
    """The connection lasts as long as the sign-in."""
    async with serving(valkey_url, tmp_path) as place:
        browser = await place.browser()
        await browser.sign_in()
        ticket = await browser.ticket()
        claims = jwt.decode(ticket, options={"verify_signature": False})
        assert (claims["sub"], claims["role"], claims["exp"] - claims["iat"]) == ("mia", "member", 60)
        assert claims["lasts_until"] - claims["iat"] * 1000 > SIGN_IN_LASTS - 3_600_000
        assert await place.api(ticket) == 200
        device = await place.device(ticket)
        assert device.welcome["user"] == "mia"


async def test_whoever_signs_out_is_out_everywhere_that_this_sign_in_was(valkey_url: str, tmp_path: Path) -> None:
    """Its sockets close, its tickets are refused; another sign-in of the person stays."""
    async with serving(valkey_url, tmp_path) as place:
        phone, desk = await place.browser("a phone"), await place.browser("a desk")
        await phone.sign_in()
        await desk.sign_in()
        ticket, other = await phone.ticket(), await desk.ticket()
        gone, stays = await place.device(ticket), await place.device(other)
        answer = await phone.post("/app/sign-out")
        assert answer.status_code == 204
        assert "storage" in answer.headers["clear-site-data"]
        assert (await gone.end())[0] == 4505
        assert await stays.is_alive()
        assert await place.api(ticket) == 401
        assert (await phone.post("/app/ticket")).status_code == 401


async def test_ones_sign_ins_are_listed_and_ended_by_their_owner(valkey_url: str, tmp_path: Path) -> None:
    """Another person's cannot be."""
    async with serving(valkey_url, tmp_path) as place:
        phone, desk, tora = await place.browser("a phone"), await place.browser("a desk"), await place.browser()
        for browser, person in ((phone, "mia"), (desk, "mia"), (tora, "tora")):
            await browser.sign_in(person)
        listed = (await desk.post("/app/sign-ins")).json()["sign_ins"]
        assert {each["device"]: each["current"] for each in listed} == {"a phone": False, "a desk": True}
        lost = next(each["id"] for each in listed if not each["current"])
        assert (await tora.post("/app/sign-ins/end", {"id": lost})).status_code == 404
        assert (await phone.post("/app/ticket")).status_code == 200
        assert (await desk.post("/app/sign-ins/end", {"id": lost})).status_code == 204
        assert (await phone.post("/app/ticket")).status_code == 401


async def test_push_ends_with_the_sign_in_whose_browser_it_reaches(valkey_url: str, tmp_path: Path) -> None:
    """Also where it is ended from elsewhere; what reaches the person on other devices stays."""
    async with serving(valkey_url, tmp_path) as place:
        phone, desk = await place.browser("a phone", "mia"), await place.browser("a desk", "mia")
        push, devices = place.server.parts.push, []
        for number, browser in enumerate((phone, desk)):
            devices.append((await browser.post("/app/ticket")).json()["sign_in"])
            subscription = PushedBrowser(f"https://push.example/{number}").subscription()
            assert isinstance(await push.put("mia", devices[-1], subscription), Subscribed)
        assert (await desk.post("/app/sign-ins/end", {"id": devices[0]})).status_code == 204
        assert [each.device for each in await push.of_person("mia")] == devices[1:]
        await desk.post("/app/sign-out")
        assert await push.of_person("mia") == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
async def test_other_sites_cannot_ask(valkey_url: str, tmp_path: Path, headers: dict[str, str]) -> None:
    """Whatever of it the browser tells."""
    async with serving(valkey_url, tmp_path) as place:
        browser = await place.browser()
        await browser.sign_in()
        for path in (
            "/app/ticket",
            "/app/sign-out",
            "/app/sign-ins",
            "/app/sign-ins/end",
            "/app/sign-in/link",
            "/app/sign-in/mail",
        ):
            assert (await browser.post(path, **headers)).status_code == 403
        assert (await browser.post("/app/ticket")).status_code == 200


async def test_nothing_is_written_by_get_nor_by_a_form(valkey_url: str, tmp_path: Path) -> None:
    """Forms of other sites need no leave of a browser."""
    async with serving(valkey_url, tmp_path) as place:
        browser = await place.browser()
        assert (await browser.http.get("/app/sign-out")).status_code == 405
        form = await browser.http.post("/app/sign-in/link", data={"secret": await place.secret()})
        assert form.status_code == 415


async def test_behind_tls_the_cookie_is_the_hosts_own(valkey_url: str, tmp_path: Path) -> None:
    """No other host, and no plain connection, can set or read it."""
    async with serving(valkey_url, tmp_path) as place:
        browser = await place.browser()
        host = place.url.removeprefix("http://")
        answer = await browser.post("/app/sign-in/link", {"secret": await place.secret()}, Origin=f"https://{host}")
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-signed-in=")
        assert "Secure" in cookie


async def test_who_is_revoked_or_erased_is_signed_out(valkey_url: str, tmp_path: Path) -> None:
    """As by any token."""
    async with serving(valkey_url, tmp_path) as place:
        browser = await place.browser()
        await browser.sign_in()
        now = place.server.parts.sign_ins._clock()
        await place.server.parts.revocations.revoke("mia", now + 1, now)
        assert (await browser.post("/app/ticket")).status_code == 401


async def test_sign_ins_and_links_run_out(valkey_url: str, tmp_path: Path) -> None:
    """A link after a quarter of an hour, a sign-in a month after its last use."""
    async with serving(valkey_url, tmp_path) as place:
        parts, now = place.server.parts, [1_800_000_000_000]
        links = SignInLinks(parts.database, place.url, lambda: now[0])
        book = SignInBook(
            database=parts.database,
            revocations=parts.revocations,
            tickets=parts.tickets,
            push=parts.push,
            clock=lambda: now[0],
        )
        late, soon = [str(await links.make("mia")).partition("#")[2] for _ in range(2)]
        now[0] += LINK_LASTS - 1
        assert await links.use(soon) == "mia"
        now[0] += 1
        assert await links.use(late) is None
        signed_in = await book.begin("mia", "a browser")
        assert signed_in is not None
        for _ in range(3):
            now[0] += SIGN_IN_LASTS - 1
            assert await book.ticket(signed_in.cookie) is not None
        now[0] += SIGN_IN_LASTS
        assert await book.ticket(signed_in.cookie) is None
        assert await book.listed("mia") == []


async def test_a_ticket_of_another_server_is_none(valkey_url: str, tmp_path: Path) -> None:
    """Whoever signs it: its key is the server's own, and what is no ticket is looked at as any token."""
    async with serving(valkey_url, tmp_path) as place:
        claims = {"sub": "mia", "role": "support", "sid": "x", "lasts_until": 2**50, "aud": "chatserver tickets"}
        forged = jwt.encode({**claims, "exp": 2**31}, "x" * 48, "HS256", headers={"typ": "ticket+jwt"})
        unsigned = jwt.encode({**claims, "exp": 2**31}, "", "none", headers={"typ": "ticket+jwt"})
        for token in (forged, unsigned):
            assert await place.api(token) == 401


async def test_pages_of_this_server_may_open_the_chat(valkey_url: str, tmp_path: Path) -> None:
    """Without being named among the allowed origins; others may not."""
    async with serving(valkey_url, tmp_path) as place:
        browser = await place.browser()
        await browser.sign_in()
        device = await place.device(await browser.ticket(), origin=place.url)
        assert device.welcome["user"] == "mia"
        with pytest.raises(InvalidStatus):
            await place.device(await browser.ticket(), origin="https://elsewhere.example")
