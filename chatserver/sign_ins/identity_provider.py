"""Signing in by a platform's own identity provider: the code flow with PKCE and a nonce.

What it is imports with the first sign-in: a server without a provider needs none of it.
Source: OpenID Connect Core 1.0, 3.1; OpenID Connect Discovery 1.0; RFC 7636.
"""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    import httpx

SCOPE: Final = "openid email profile"
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
ANSWER_WITHIN: Final = 10.0
"""Seconds."""
KNOWN_FOR: Final = 3_600.0
"""Seconds for which the provider's addresses and keys are not asked for again."""
KEYS_AGAIN_AFTER: Final = 30.0
"""Seconds between two looks for keys that are not known."""
_LEEWAY: Final = 60
"""Seconds by which its clock may differ."""


Answer = TypeVar("Answer")


class ProviderError(Exception):
    """The provider signs nobody in: a sentence for the log, without tokens or codes."""


class ProviderAccount(Struct, frozen=True):
    """How the platform is known to its provider. `back_url` is where the provider sends people to."""

    issuer: str
    client_id: str
    client_secret: str | None
    back_url: str


class SignInAttempt(Struct, frozen=True):
    """What a browser keeps from when it leaves for the provider until it comes back."""

    state: str
    nonce: str
    verifier: str


class _Addresses(Struct, frozen=True):
    """Of the discovery document."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class _Tokens(Struct, frozen=True):
    """What the provider gives for a code."""

    id_token: str
    access_token: str | None = None


class IdentityProvider:
    """One provider. Methods raise ProviderError."""

    def __init__(self, account: ProviderAccount) -> None:
        self._account = account
        self._client: httpx.AsyncClient | None = None
        self._addresses: _Addresses | None = None
        self._keys: dict[str, Any] | None = None
        self._addresses_at = self._keys_at = 0.0

    async def begin(self) -> tuple[SignInAttempt, str]:
        """A new attempt, and where the browser goes with it."""
        from authlib.common.security import generate_token
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        addresses = await self._known_addresses()
        attempt = SignInAttempt(generate_token(32), generate_token(32), generate_token(64))
        url: str = prepare_grant_uri(
            addresses.authorization_endpoint,
            self._account.client_id,
            "code",
            redirect_uri=self._account.back_url,
            scope=SCOPE,
            state=attempt.state,
            nonce=attempt.nonce,
            code_challenge=create_s256_code_challenge(attempt.verifier),
            code_challenge_method="S256",
        )
        return attempt, url

    async def claims(self, code: str, attempt: SignInAttempt) -> Mapping[str, Any]:
        """What the provider says of whoever came back with that code."""
        addresses = await self._known_addresses()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._account.back_url,
            "code_verifier": attempt.verifier,
        }
        basic = None
        if self._account.client_secret is None:
            form["client_id"] = self._account.client_id
        else:
            basic = self._account.client_id, self._account.client_secret
        tokens = await self._asked("POST", addresses.token_endpoint, _Tokens, form=form, basic=basic)
        return await self._checked(tokens, attempt)

    async def close(self) -> None:
        """Close what is open."""
        if self._client is not None:
            await self._client.aclose()

    async def _checked(self, tokens: _Tokens, attempt: SignInAttempt) -> Mapping[str, Any]:
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        token: jwt.Token | None = None
        for keys in (await self._known_keys(), None):
            try:
                known = keys if keys is not None else await self._known_keys(again=True)
                token = jwt.decode(tokens.id_token, KeySet.import_key_set(known), algorithms=[*ALGORITHMS])  # type: ignore[arg-type]  # as the provider gave it
                break
            except (JoseError, ValueError) as error:
                # Perhaps by a key that is new.
                if keys is None:
                    raise ProviderError(f"the ID token is not signed by the provider: {type(error).__name__}") from None
        assert token is not None  # noqa: S101 - the second turn raises
        claims = CodeIDToken(
            token.claims,
            token.header,
            {
                "iss": {"essential": True, "value": self._account.issuer},
                "aud": {"essential": True, "value": self._account.client_id},
                "nonce": {"essential": True},
            },
            {"nonce": attempt.nonce, "client_id": self._account.client_id, "access_token": tokens.access_token},
        )
        try:
            claims.validate(leeway=_LEEWAY)
        except (JoseError, ValueError, TypeError) as error:
            raise ProviderError(f"the ID token is not for this sign-in: {error}") from None
        return dict(claims)

    async def _known_addresses(self) -> _Addresses:
        if self._addresses is None or time.monotonic() - self._addresses_at > KNOWN_FOR:
            issuer = self._account.issuer
            url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
            found = await self._asked("GET", url, _Addresses)
            if found.issuer != issuer:
                raise ProviderError(f"{url} is of another issuer, {found.issuer!r}")
            for each in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri):
                if urlsplit(each).scheme not in ("https", urlsplit(issuer).scheme):
                    raise ProviderError(f"{url} names an address without TLS")
            self._addresses, self._addresses_at = found, time.monotonic()
        return self._addresses

    async def _known_keys(self, *, again: bool = False) -> dict[str, Any]:
        age = time.monotonic() - self._keys_at
        if self._keys is None or age > (KEYS_AGAIN_AFTER if again else KNOWN_FOR):
            addresses = await self._known_addresses()
            self._keys = await self._asked("GET", addresses.jwks_uri, dict[str, Any])
            self._keys_at = time.monotonic()
        return self._keys

    async def _asked(
        self,
        method: str,
        url: str,
        kind: type[Answer],
        *,
        form: Mapping[str, str] | None = None,
        basic: tuple[str, str] | None = None,
    ) -> Answer:
        import httpx

        if self._client is None:
            self._client = httpx.AsyncClient(timeout=ANSWER_WITHIN, headers={"Accept": "application/json"})
        try:
            auth = httpx.BasicAuth(*basic) if basic else None
            answer = await self._client.request(method, url, data=form, auth=auth)
        except httpx.HTTPError as error:
            raise ProviderError(f"{url} does not answer: {type(error).__name__}") from None
        if answer.status_code != 200:
            raise ProviderError(f"{url} answers {answer.status_code}")
        try:
            return msgspec.json.decode(answer.content, type=kind)
        except msgspec.DecodeError as error:
            raise ProviderError(f"{url} answers what is none of it: {error}") from None
