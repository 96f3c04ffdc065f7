"""Who we are to push services: one key for ever, short tokens by the real time."""

import re
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

from chatserver.keys.server_seal import ServerSeal
from chatserver.notices import vapid as vapid_module
from chatserver.notices.server_secrets import ServerSecrets
from chatserver.notices.vapid import TOKEN_SECONDS, Vapid, contact_of, origin_of
from chatserver.records.database import Database
from tests import databases
from tests.chatserver.keys.making import conversation_keys
from tests.chatserver.notices.test_push_message import raw
from tests.chatserver.realtime.servers import here

ENDPOINT = "https://push.example.net/a/b?c=d"


@pytest.fixture
def database_kind() -> databases.Database:
    """Where the secret is kept is told elsewhere, on each kind."""
    return "sqlite"


async def clock() -> int:
    return 0


def vapid_in(database: Database, contact: str | None = None, now: list[float] | None = None) -> Vapid:
    """As a process has it that has just started; `now` is its clock."""
    secrets = ServerSecrets(database, ServerSeal(conversation_keys(database), "secrets"), clock)
    return Vapid(secrets, contact, (lambda: now[0]) if now else time.time)


def claims_in(authorization: str, audience: str = "https://push.example.net") -> dict[str, Any]:
    """What a push service reads, once it has verified it with the key that is sent along."""
    found = re.fullmatch(r"vapid t=([\w.-]+), k=([\w-]+)", authorization)
    assert found is not None
    point = raw(found[2])
    key = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    options: Any = {"verify_exp": False}
    claims: dict[str, Any] = jwt.decode(found[1], key, ["ES256"], audience=audience, options=options)
    return claims


async def test_one_key_for_ever(database: Database) -> None:
    key = await vapid_in(database).public_key()
    assert (len(raw(key)), raw(key)[0]) == (65, 4)
    assert await vapid_in(database).public_key() == key
    assert (await vapid_in(database).authorization(ENDPOINT)).endswith(f", k={key}")


async def test_a_token_says_for_whom_until_when_and_whom_to_write_to(database: Database) -> None:
    now = [1_780_000_000.5]
    vapid = vapid_in(database, "mailto:chat@example.org", now)
    claims = claims_in(await vapid.authorization(ENDPOINT))
    assert claims == {
        "aud": "https://push.example.net",
        "exp": 1_780_000_000 + TOKEN_SECONDS,
        "sub": "mailto:chat@example.org",
    }
    assert TOKEN_SECONDS <= 24 * 3600
    assert "sub" not in claims_in(await vapid_in(database).authorization(ENDPOINT))


async def test_a_token_is_used_again_while_it_is_young(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """For its push service only; also where the machine's clock is set back."""
    now = [1_780_000_000.0]
    vapid = vapid_in(database, None, now)
    first = await vapid.authorization(ENDPOINT)
    assert await vapid.authorization("https://push.example.net/another") == first
    assert claims_in(await vapid.authorization("https://example.org/1"), "https://example.org")
    now[0] += TOKEN_SECONDS / 2
    second = await vapid.authorization(ENDPOINT)
    assert claims_in(second)["exp"] == now[0] + TOKEN_SECONDS
    now[0] -= 10 * TOKEN_SECONDS
    assert claims_in(await vapid.authorization(ENDPOINT))["exp"] == now[0] + TOKEN_SECONDS
    monkeypatch.setattr(vapid_module, "MOST_TOKENS", 2)
    for number in range(9):
        host = f"https://{number}.example.org"
        assert claims_in(await vapid.authorization(f"{host}/x"), host)


async def test_a_shifted_clock_does_not_shift_it(valkey_url: str, tmp_path: Path) -> None:
    """Push services know the real time only."""
    async with here(valkey_url, tmp_path, now="2031-01-07T09:00:00Z") as server:
        claims = claims_in(await server.parts.vapid.authorization(ENDPOINT))
    assert 0 < claims["exp"] - time.time() <= 24 * 3600


@pytest.mark.parametrize(
    ("endpoint", "origin"),
    [
        ("https://Push.Example.net/x", "https://push.example.net"),
        ("https://push.example.net:443/x", "https://push.example.net"),
        ("https://push.example.net:8443/x", "https://push.example.net:8443"),
        ("https://[2001:4860::1]:8443/x", "https://[2001:4860::1]:8443"),
    ],
)
def test_origins(endpoint: str, origin: str) -> None:
    assert origin_of(endpoint) == origin


@pytest.mark.parametrize(
    ("mail_from", "public_url", "contact"),
    [
        ("Mentor <chat@example.org>", "https://example.org", "mailto:chat@example.org"),
        ("chat@example.org", None, "mailto:chat@example.org"),
        (None, "https://example.org", "https://example.org"),
        (None, "http://127.0.0.1:8080", None),
        (None, None, None),
    ],
)
def test_whom_push_services_write_to(mail_from: str | None, public_url: str | None, contact: str | None) -> None:
    assert contact_of(mail_from, public_url) == contact


async def test_a_topic_is_stable_and_says_nothing(database: Database) -> None:
    """RFC 8030, 5.4: at most 32 characters of base64url."""
    topic = await vapid_in(database).topic("mia", "reply", "c1", "")
    assert re.fullmatch(r"[\w-]{32}", topic)
    assert await vapid_in(database).topic("mia", "reply", "c1", "") == topic
    assert await vapid_in(database).topic("mia", "reply", "c2", "") != topic
