"""Signing in by an identity provider: there and back, with real tokens, and with all that must not sign anybody in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from chatserver.app import assembled
from chatserver.conversations.requests import PersonDetails
from chatserver.settings import Settings
from chatserver.sign_ins import identity_provider
from tests.chatserver.migrated import migrated_sqlite
from tests.chatserver.realtime.servers import SECRET as JWT_SECRET
from tests.web.identity_provider import CLIENT, SECRET, Provider, provider

CHAT = "https://chat.example"
LEAVE = f"{CHAT}/app/sign-in/platform"


class Visit:
    """A browser at a chat whose people a provider signs in."""

    def __init__(self, http: httpx.AsyncClient, provider: Provider) -> None:
        self.http = http
        self.provider = provider

    async def led_to(self) -> str:
        """Where whoever leaves for the provider ends up, as the address says."""
        answer = await self.http.get(LEAVE)
        for _ in range(5):
            if answer.next_request is None or not self._goes_on(answer):
                break
            answer = await self.http.send(answer.next_request)
        return answer.headers["location"].removeprefix(CHAT)

    def _goes_on(self, answer: httpx.Response) -> bool:
        return "/app/sign-in/platform/back" in answer.headers["location"] or self.provider.issuer in str(
            answer.next_request.url if answer.next_request else ""
        )

    async def role(self) -> str | None:
        """Of whoever is signed in with this browser; None where nobody is."""
        answer = await self.http.post(f"{CHAT}/app/ticket", json={}, headers={"Origin": CHAT})
        return answer.json()["role"] if answer.is_success else None


@asynccontextmanager
async def visiting(valkey_url: str, folder: Path, **more: Any) -> AsyncIterator[Visit]:
    """Mia has an address, and so have two others the same one."""
    async with provider() as signs:
        settings = Settings(
            data_dir=folder,
            jwt_secret=JWT_SECRET,
            public_url=CHAT,
            oidc_issuer=signs.issuer,
            oidc_client_id=CLIENT,
            oidc_client_secret=SECRET,
            **more,
        )
        migrated_sqlite(folder)
        async with assembled(settings, valkey_url, at_work=False) as parts:
            for id, email in (("mia", "mia@example.org"), ("ola", "two@example.org"), ("uma", "two@example.org")):
                await parts.provisioning.put_person(id, PersonDetails("member", id.title(), email=email))
            await parts.provisioning.put_person("robot", PersonDetails("service", "Robot", email="robot@example.org"))
            chat = httpx.ASGITransport(app=parts.app)
            async with httpx.AsyncClient(mounts={CHAT: chat}, trust_env=False) as http:
                yield Visit(http, signs)


async def test_whoever_the_provider_knows_is_signed_in(valkey_url: str, tmp_path: Path) -> None:
    """By their verified address, in whatever case; nothing is left of the attempt."""
    async with visiting(valkey_url, tmp_path) as visit:
        visit.provider.who["email"] = "Mia@Example.org"
        assert await visit.led_to() == "/app/member"
        assert await visit.role() == "member"
        assert set(visit.http.cookies) == {"__Host-signed-in"}


async def test_ids_of_people_may_be_what_the_provider_says(valkey_url: str, tmp_path: Path) -> None:
    """In the claim that the settings name."""
    async with visiting(valkey_url, tmp_path, oidc_person_claim="sub") as visit:
        visit.provider.who = {"sub": "ola"}
        assert await visit.led_to() == "/app/member"
        visit.provider.who = {"sub": "nobody", "email": "mia@example.org", "email_verified": True}
        assert await visit.led_to() == "/app/sign-in#not-known"


@pytest.mark.parametrize(
    "who",
    [
        {"sub": "s", "email": "eve@example.org", "email_verified": True},
        {"sub": "s", "email": "mia@example.org", "email_verified": False},
        {"sub": "s", "email": "mia@example.org"},
        {"sub": "s", "email": "mia@example.org", "email_verified": "true"},
        {"sub": "s", "email": "two@example.org", "email_verified": True},
        {"sub": "s", "email": "robot@example.org", "email_verified": True},
        {"sub": "mia"},
    ],
)
async def test_whoever_is_not_known_stays_outside(valkey_url: str, tmp_path: Path, who: dict[str, Any]) -> None:
    """Also with an address that is not verified, or that several have."""
    async with visiting(valkey_url, tmp_path) as visit:
        visit.provider.who = who
        assert await visit.led_to() == "/app/sign-in#not-known"
        assert await visit.role() is None


@pytest.mark.parametrize(
    "forged",
    [{"iss": "https://elsewhere.example"}, {"aud": "another"}, {"exp": 1}, {"nonce": "another"}, {"azp": "another"}],
)
async def test_a_token_for_something_else_signs_nobody_in(
    valkey_url: str, tmp_path: Path, forged: dict[str, Any]
) -> None:
    """Of another provider, for another platform, old, of another attempt."""
    async with visiting(valkey_url, tmp_path) as visit:
        visit.provider.forged = forged
        assert await visit.led_to() == "/app/sign-in#not-signed-in"
        assert await visit.role() is None


async def test_keys_change_and_others_do_not_count(
    valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new key is looked for, where that was not done just now; one that the provider does not show is nobody's."""
    monkeypatch.setattr(identity_provider, "KEYS_AGAIN_AFTER", 0.0)
    async with visiting(valkey_url, tmp_path) as visit:
        assert await visit.led_to() == "/app/member"
        visit.provider.new_key()
        assert await visit.led_to() == "/app/member"
        assert visit.provider.keys_asked == 2
        visit.http.cookies.clear()
        visit.provider.new_key(publish=False)
        assert await visit.led_to() == "/app/sign-in#not-signed-in"
        assert await visit.role() is None


async def test_an_attempt_belongs_to_its_browser(valkey_url: str, tmp_path: Path) -> None:
    """A code that somebody else got signs nobody in here: neither without the cookie, nor with another state."""
    async with visiting(valkey_url, tmp_path) as visit:
        leaving = await visit.http.get(LEAVE)
        there = await visit.http.get(leaving.headers["location"])
        back = there.headers["location"]
        visit.http.cookies.clear()
        assert (await visit.http.get(back)).headers["location"] == "/app/sign-in#not-signed-in"
        await visit.http.get(LEAVE)
        assert (await visit.http.get(back)).headers["location"] == "/app/sign-in#not-signed-in"
        assert await visit.role() is None


async def test_a_provider_that_refuses_or_is_gone_leaves_people_at_the_door(valkey_url: str, tmp_path: Path) -> None:
    """With what they can do now."""
    async with visiting(valkey_url, tmp_path) as visit:
        await visit.http.get(LEAVE)
        refused = await visit.http.get(f"{LEAVE}/back?error=access_denied")
        assert refused.headers["location"] == "/app/sign-in#not-signed-in"
        door = await visit.http.get(f"{CHAT}/app/sign-in")
        assert 'data-provider="/app/sign-in/platform"' in door.text or door.status_code == 503
    gone = "http://127.0.0.1:9"
    settings = Settings(
        data_dir=tmp_path, jwt_secret=JWT_SECRET, public_url=CHAT, oidc_issuer=gone, oidc_client_id=CLIENT
    )
    async with (
        assembled(settings, valkey_url, at_work=False) as parts,
        httpx.AsyncClient(transport=httpx.ASGITransport(app=parts.app), base_url=CHAT) as http,
    ):
        answer = await http.get("/app/sign-in/platform")
        assert answer.headers["location"] == "/app/sign-in#not-signed-in"
