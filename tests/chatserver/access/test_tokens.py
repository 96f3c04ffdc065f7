"""Which tokens are accepted, and that a refusal says why without repeating the token."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from chatserver.access.tokens import Authenticator, Identity, TokenError, issue
from chatserver.settings import Settings, SettingsError

SECRET = "correct horse battery staple 0123456789"
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
LONG_AFTER_ALL_TESTS = 4_000_000_000
"""Seconds since 1970: what is given when tests are collected must not come true before they run."""
KEYS: dict[str, PrivateKey] = {
    "RS256": rsa.generate_private_key(65537, 2048),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}


def now() -> int:
    return time.time_ns() // 1_000_000


def claims(**changed: Any) -> dict[str, Any]:
    basis: dict[str, Any] = {"sub": "m1", "role": "member", "aud": "chatserver", "exp": now() // 1_000 + 3_600}
    return {name: value for name, value in (basis | changed).items() if value is not None}


def signed(algorithm: str, kid: str | None = None, **changed: Any) -> str:
    headers = {"kid": kid} if kid else None
    return jwt.encode(claims(**changed), KEYS[algorithm], algorithm, headers=headers)


def public_pem(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def jwk(algorithm: str, kid: str) -> dict[str, Any]:
    public: dict[str, Any] = jwt.get_algorithm_by_name(algorithm).to_jwk(KEYS[algorithm].public_key(), as_dict=True)
    return public | {"kid": kid, "use": "sig", "alg": algorithm}


async def refusal(authenticator: Authenticator, token: str) -> TokenError:
    with pytest.raises(TokenError) as raised:
        await authenticator.identify(token)
    for part in token.split("."):
        assert len(part) < 8 or part not in str(raised.value)
    return raised.value


async def test_an_issued_token_names_user_role_and_end() -> None:
    start = now()
    token = issue(SECRET, "m1", "member", 60, start)
    identity = await Authenticator(Settings(jwt_secret=SECRET)).identify(token)
    assert identity == Identity(
        user="m1", role="member", expires_at=(start // 1_000 + 60) * 1_000, issued_at=start // 1_000 * 1_000
    )


async def test_the_generated_secret_is_used_where_nothing_is_configured(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    authenticator = Authenticator(settings)
    secret = (tmp_path / "secrets" / "jwt").read_text().strip()
    assert (await authenticator.identify(issue(secret, "s1", "support", 60, now()))).role == "support"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"exp": 1}, "expired"),
        ({"exp": None}, "lacks"),
        ({"exp": "9999999999"}, "no date"),
        ({"exp": 1e300}, "no date"),
        ({"exp": "soon"}, "malformed"),
        ({"sub": None}, "lacks"),
        ({"sub": 5}, "malformed"),
        ({"sub": "a b"}, "no user"),
        ({"sub": "m1\n"}, "no user"),
        ({"sub": "x" * 65}, "no user"),
        ({"aud": None}, "lacks"),
        ({"aud": "elsewhere"}, "another audience"),
        ({"role": None}, "one of member, mentor, support, service"),
        ({"role": "admin"}, "one of member, mentor, support, service"),
        ({"role": ["member"]}, "one of member, mentor, support, service"),
        ({"nbf": LONG_AFTER_ALL_TESTS}, "not valid yet"),
        ({"iat": LONG_AFTER_ALL_TESTS}, "not valid yet"),
    ],
)
async def test_a_wrong_claim_is_refused_with_its_reason(changed: dict[str, Any], why: str) -> None:
    authenticator = Authenticator(Settings(jwt_secret=SECRET))
    error = await refusal(authenticator, jwt.encode(claims(**changed), SECRET, "HS256"))
    assert why in str(error)
    assert not error.temporary


async def test_leeway_is_for_the_start_not_for_the_end() -> None:
    authenticator = Authenticator(Settings(jwt_secret=SECRET))
    seconds = now() // 1_000
    ahead = jwt.encode(claims(iat=seconds + 3, nbf=seconds + 3), SECRET, "HS256")
    assert (await authenticator.identify(ahead)).user == "m1"
    assert "expired" in str(await refusal(authenticator, jwt.encode(claims(exp=seconds), SECRET, "HS256")))


async def test_the_issuer_counts_where_it_is_configured() -> None:
    authenticator = Authenticator(Settings(jwt_secret=SECRET, jwt_issuer="https://id.example"))
    good = issue(SECRET, "m1", "member", 60, now(), issuer="https://id.example")
    assert (await authenticator.identify(good)).user == "m1"
    assert "another issuer" in str(await refusal(authenticator, jwt.encode(claims(iss="x"), SECRET, "HS256")))
    assert "lacks" in str(await refusal(authenticator, jwt.encode(claims(), SECRET, "HS256")))


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "ä.b.c", "\ud800", "." * 9_000, "e30.e30.e30", "W10.W10.W10"])
async def test_garbage_is_refused(token: str, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(public_pem(KEYS["ES256"]))
    for settings in (Settings(jwt_secret=SECRET), Settings(jwt_key_file=tmp_path / "key.pem")):
        await refusal(Authenticator(settings), token)


async def test_a_token_without_or_with_another_signature_is_refused() -> None:
    authenticator = Authenticator(Settings(jwt_secret=SECRET))
    assert "signature" in str(await refusal(authenticator, issue(SECRET + "x", "m1", "member", 60, now())))
    assert "algorithm" in str(await refusal(authenticator, jwt.encode(claims(), "", "none")))
    assert "algorithm" in str(await refusal(authenticator, jwt.encode(claims(), SECRET * 2, "HS512")))
    assert "algorithm" in str(await refusal(authenticator, signed("RS256")))


@pytest.mark.parametrize("algorithm", KEYS)
async def test_a_pem_key_checks_tokens_of_its_own_algorithm_only(algorithm: str, tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(public_pem(KEYS[algorithm]))
    authenticator = Authenticator(Settings(jwt_key_file=file))
    assert (await authenticator.identify(signed(algorithm))).user == "m1"
    assert (await authenticator.identify(signed(algorithm, kid="any"))).user == "m1"
    for other in set(KEYS) - {algorithm}:
        assert "algorithm" in str(await refusal(authenticator, signed(other)))
    # The public key taken for an HS256 secret, the classic confusion.
    forged = jwt.PyJWS().encode(json.dumps(claims()).encode(), SECRET, "HS256")
    assert "algorithm" in str(await refusal(authenticator, forged))


async def test_a_jwks_file_chooses_by_kid(tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps({"keys": [jwk(algorithm, algorithm) for algorithm in KEYS]}))
    authenticator = Authenticator(Settings(jwt_key_file=file))
    for algorithm in KEYS:
        assert (await authenticator.identify(signed(algorithm, kid=algorithm))).user == "m1"
    assert "unknown key" in str(await refusal(authenticator, signed("RS256", kid="RS257")))
    assert "unknown key" in str(await refusal(authenticator, signed("RS256")))
    assert "algorithm" in str(await refusal(authenticator, signed("RS256", kid="ES256")))
    narrow = Authenticator(Settings(jwt_key_file=file, jwt_algorithms=("EdDSA",)))
    assert "unknown key" in str(await refusal(narrow, signed("RS256", kid="RS256")))


def private_pem(key: PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def private_jwks() -> str:
    key = jwt.get_algorithm_by_name("EdDSA").to_jwk(KEYS["EdDSA"], as_dict=True)
    return json.dumps({"keys": [key]})


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "cannot be read"),
        (b"\xff", "neither PEM nor JWKS"),
        (b"{}", "neither PEM nor JWKS"),
        (b"[]", "neither PEM nor JWKS"),
        (b"hello", "neither PEM nor JWKS"),
        (b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "no PEM public key"),
        (private_pem(KEYS["RS256"]).encode(), "private key"),
        (private_jwks().encode(), "private key"),
        (public_pem(rsa.generate_private_key(65537, 1024)), "2048 bits"),  # noqa: S505 (the subject of the test)
        (public_pem(ec.generate_private_key(ec.SECP384R1())), "P-256"),
        (b'{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}', "no public key for RS256, ES256, EdDSA"),
    ],
)
def test_an_unusable_key_file_is_refused_at_start(content: bytes | None, why: str, tmp_path: Path) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=why):
        Authenticator(Settings(jwt_key_file=file))


def test_a_public_key_as_secret_is_refused_at_start() -> None:
    with pytest.raises(SettingsError, match="jwt_key_file"):
        Authenticator(Settings(jwt_secret=public_pem(KEYS["RS256"]).decode()))


def test_a_token_is_issued_for_possible_people_only() -> None:
    with pytest.raises(ValueError, match="no user"):
        issue(SECRET, "a b", "member", 60, now())
    with pytest.raises(ValueError, match="no role"):
        issue(SECRET, "m1", "admin", 60, now())  # type: ignore[arg-type]  # the subject of the test


class Provider(ThreadingHTTPServer):
    """An identity provider: serves its keys, counts how often it is asked, and can fail or answer nonsense."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Keys)
        self.keys: list[dict[str, Any]] = []
        self.asked = 0
        self.body: bytes | None = None
        self.status = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/jwks.json"


class _Keys(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:  # noqa: N802 (http.server calls it by this name)
        self.server.asked += 1
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(self.server.body or json.dumps({"keys": self.server.keys}).encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the test output clean."""


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


async def test_keys_behind_a_url_are_fetched_once(provider: Provider) -> None:
    provider.keys = [jwk("RS256", "a"), jwk("ES256", "b")]
    authenticator = Authenticator(Settings(jwt_jwks_url=provider.url))
    assert provider.asked == 0
    for _ in range(3):
        assert (await authenticator.identify(signed("RS256", kid="a"))).user == "m1"
        assert (await authenticator.identify(signed("ES256", kid="b"))).user == "m1"
    assert "does not name its key" in str(await refusal(authenticator, signed("RS256")))
    for _ in range(3):
        assert "unknown key" in str(await refusal(authenticator, signed("EdDSA", kid="made up")))
    assert provider.asked == 1


async def test_a_secret_behind_the_url_is_never_used(provider: Provider) -> None:
    provider.keys = [{"kty": "oct", "k": "Y29ycmVjdCBob3JzZSBiYXR0ZXJ5IHN0YXBsZSAwMTIzNDU2Nzg5", "kid": "a"}]
    authenticator = Authenticator(Settings(jwt_jwks_url=provider.url))
    token = jwt.encode(claims(), SECRET, "HS256", headers={"kid": "a"})
    assert "algorithm" in str(await refusal(authenticator, token))


@pytest.mark.parametrize(("status", "body"), [(500, None), (200, b"no JSON"), (200, b"{}"), (200, b"[" * 100_000)])
async def test_a_failing_provider_is_a_temporary_refusal_and_asked_rarely(
    provider: Provider, status: int, body: bytes | None
) -> None:
    provider.keys = [jwk("RS256", "a")]
    provider.status, provider.body = status, body
    authenticator = Authenticator(Settings(jwt_jwks_url=provider.url))
    for _ in range(3):
        assert (await refusal(authenticator, signed("RS256", kid="a"))).temporary
    assert provider.asked == 1


async def test_a_silent_address_is_a_temporary_refusal(unused_tcp_port: int) -> None:
    authenticator = Authenticator(Settings(jwt_jwks_url=f"http://127.0.0.1:{unused_tcp_port}/"))
    assert (await refusal(authenticator, signed("RS256", kid="a"))).temporary
