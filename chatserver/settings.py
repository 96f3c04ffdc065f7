"""Settings: from flags, then `CHATSERVER_*`, then a TOML file, then the defaults. Source: docs/configuration.md."""

import difflib
import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qsl, urlencode

from msgspec import Struct

from chatserver.private_files import make_folder
from chatserver.setting_values import ASYMMETRIC, MIN_SECRET_BYTES, READERS, Rate
from quotas.text_files import NotUtf8Error, read_text

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

ENVIRONMENT_PREFIX = "CHATSERVER_"

DESCRIPTIONS: dict[str, str] = {
    "host": "The address to listen on; 0.0.0.0 or :: for every interface.",
    "port": "The TCP port to listen on; 0 picks a free one.",
    "workers": "How many processes share the port; one for each core that is to serve.",
    "data_dir": "The folder of the embedded store, the SQLite file and the generated secrets.",
    "redis_url": "The Redis or Valkey to use: node, cluster or Sentinels; unset starts the embedded one, in data_dir.",
    "durability": "What accepted means: local, kept by the node that took it; or replicated, a replica has it too.",
    "database_url": "The database of records; unset is the SQLite file records.db in data_dir.",
    "policy": "A TOML file that changes the built-in plans and calendar; unset is the built-in policy.",
    "now": "Start with the clock shifted to this instant, for demos and tests; unset is the real time.",
    "jwt_secret": "The HS256 secret; unset and with no key configured, one is created in data_dir/secrets/jwt.",
    "jwt_key_file": "A file with the public key that tokens are signed for, as PEM or as JWKS JSON.",
    "jwt_jwks_url": "The address of the identity provider's JWKS, fetched when needed and cached.",
    "jwt_algorithms": "The signature algorithms that are accepted; unset is what the configured key can check.",
    "jwt_issuer": "What a token's iss must be; unset does not look at it.",
    "jwt_audience": "What a token's aud must be or contain.",
    "master_key_file": "The file with the master keys, which wrap the keys of conversations; unset and without "
    "`master_key`, data_dir/secrets/master is created.",
    "master_key": "The master keys themselves, lines as in the file, where there is no file to keep them in.",
    "allowed_origins": "The origins of web pages that may connect and ask; none admits only apps that are no browsers.",
    "trusted_proxies": "Addresses and networks of proxies whose X-Forwarded-For is believed; none believes nobody's.",
    "webhook_networks": "Private networks that webhooks may reach all the same, also by plain http; none by default.",
    "log_level": "From which level on the server logs: debug, info, warning or error.",
    "metrics": "Who may read /metrics: token, services and support; or open, anyone.",
    "traces": "The share of messages, 0 to 1, that get an OpenTelemetry span; unset traces nothing.",
    "rate_limit": "Messages that one person may send, such as 100/minute burst 30; off for no limit.",
    "connections_before_hello": "Connections that one address may have open before hello; 0 for no bound.",
    "smtp_url": "The relay for mail, such as smtp://user:password@mail.example.org:587; unset writes mails into "
    "data_dir/mail.",
    "mail_from": "The address that mails and invitations come from, such as Mentor <notices@example.org>.",
    "public_url": "The address under which this server is reached from outside; links in mails begin with it.",
    "platform_name": "What the platform calls itself: the title of the apps' pages.",
    "app_style": "A CSS file that sets colours and other custom properties of the apps' pages.",
    "app_logo": "An SVG or PNG file that the sign-in page shows in place of its own picture.",
    "app_embedders": "Origins of web pages that may show the apps in a frame; none by default.",
    "oidc_issuer": "The OpenID Connect provider that signs people in too, as its `iss` says; unset: none does.",
    "oidc_client_id": "How that provider knows this server.",
    "oidc_client_secret": "The secret that goes with it; unset for a public client, which has none.",
    "oidc_person_claim": "Which claim says who it is: `email`, verified, or one that holds the person's id.",
    "stun_urls": "STUN servers for video calls, such as stun:stun.example.org; none by default.",
    "turn_urls": "TURN relays for video calls, such as turn:turn.example.org; none by default.",
    "turn_secret": "The secret that those relays share with this server (coturn's static-auth-secret).",
    "app_url": "The address of the app that mails lead to, with `{conversation}` for the id; unset: no such link.",
    "attachments_url": "The bucket that files are kept in, such as s3://KEY:SECRET@s3.example.org/bucket/prefix; "
    "unset: data_dir/attachments.",
    "clamav": "The ClamAV daemon that looks at files, as unix:/run/clamav/clamd.ctl or HOST:PORT; unset: none does.",
    "archive_after": "Seconds until what was written is in the archive, from where a lost store is restored.",
    "archive_keep_messages": "Messages of a conversation that stay in the store, too, once they are archived.",
    "archive_keep_days": "Days for which they stay there at most.",
}


_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
}

_NEEDS = {"smtp_url": ("mail_from", "public_url"), "oidc_issuer": ("oidc_client_id", "public_url")}
"""What has to be set with a setting."""

DEFAULT_URL = "http://127.0.0.1:8080"
"""Where a server listens that was told nothing else, and where a client looks for one."""


class SettingsError(ValueError):
    """A setting that cannot be: the sentence names the key, where it came from and what is allowed."""


class Settings(Struct, frozen=True, kw_only=True):
    """Every setting of the server. Made by `load`; what each means is in DESCRIPTIONS."""

    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 1
    data_dir: Path = Path("data")
    redis_url: str | None = None
    durability: Literal["local", "replicated"] = "local"
    database_url: str | None = None
    policy: Path | None = None
    now: str | None = None
    jwt_secret: str | None = None
    jwt_key_file: Path | None = None
    jwt_jwks_url: str | None = None
    jwt_algorithms: tuple[str, ...] = ()
    jwt_issuer: str | None = None
    jwt_audience: str = "chatserver"
    master_key_file: Path | None = None
    master_key: str | None = None
    allowed_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    webhook_networks: tuple[str, ...] = ()
    log_level: str = "info"
    metrics: Literal["token", "open"] = "token"
    traces: float | None = None
    rate_limit: Rate = Rate(100, "minute", 30)
    connections_before_hello: int = 100
    smtp_url: str | None = None
    mail_from: str | None = None
    public_url: str | None = None
    platform_name: str = "Mentor"
    app_style: Path | None = None
    app_logo: Path | None = None
    app_embedders: tuple[str, ...] = ()
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = None
    oidc_person_claim: str = "email"
    stun_urls: tuple[str, ...] = ()
    turn_urls: tuple[str, ...] = ()
    turn_secret: str | None = None
    app_url: str | None = None
    attachments_url: str | None = None
    clamav: str | None = None
    archive_after: int = 60
    archive_keep_messages: int = 500
    archive_keep_days: int = 30

    @property
    def records_url(self) -> "URL":
        """Where the database is, for SQLAlchemy, with its asyncio driver."""
        from sqlalchemy.engine import URL, make_url  # commands that need no database start faster without

        if self.database_url is None:
            # Absolute, because SQLite takes a name that begins with `file:` for a URL.
            return URL.create("sqlite+aiosqlite", database=str((self.data_dir / "records.db").absolute()))
        url = make_url(self.database_url)
        url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
        # libpq and asyncpg name the same setting differently.
        return url.set(query={"ssl" if key == "sslmode" else key: value for key, value in url.query.items()})

    @property
    def outside_url(self) -> str:
        """Where people reach this server: `public_url`, else where it listens, which holds on this machine only."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - it is told, not bound
        host = f"[{host}]" if ":" in host else host
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def sender(self) -> str:
        """Whom mails are from: `mail_from`; the mailbox folder needs nobody to answer."""
        return self.mail_from or "chatserver <notices@localhost>"

    def __repr__(self) -> str:
        return f"Settings({', '.join(f'{key}={shown(self, key)!r}' for key in DESCRIPTIONS)})"

    def __rich_repr__(self) -> list[tuple[str, str]]:
        return [(key, shown(self, key)) for key in DESCRIPTIONS]


def load(flags: Mapping[str, object], environ: Mapping[str, str]) -> tuple[Settings, dict[str, str]]:
    """The settings, and for each key where its value came from, such as "flag --port" or "default".

    `flags` holds what the command line gave, by key, and None where it gave nothing; `config` in it or
    `CHATSERVER_CONFIG` names the TOML file. An empty environment variable counts as unset. Raises SettingsError.
    """
    given: dict[str, tuple[object, str]] = {}
    variables = _variables(environ)
    variables_config = variables.pop("config", None)
    config = flags.get("config") or (variables_config and variables_config[0])
    if config:
        given |= _file_values(Path(str(config)).expanduser())
    given |= variables
    given |= {
        key: (value, f"flag --{key.replace('_', '-')}")
        for key, value in flags.items()
        if value is not None and key != "config"
    }
    values: dict[str, Any] = {}
    for key, (value, source) in given.items():
        if key not in DESCRIPTIONS:
            raise SettingsError(f"{source}: there is no setting `{key}`{_nearest(key)}")
        try:
            values[key] = READERS[key](value)
        except ValueError as error:
            raise SettingsError(f"`{key}` ({source}) {error}") from None
    sources = {key: given[key][1] if key in given else "default" for key in DESCRIPTIONS}
    settings = Settings(**values)
    _check_token_keys(settings, sources)
    for key, needed in _NEEDS.items():
        for other in needed:
            if getattr(settings, key) is not None and getattr(settings, other) is None:
                raise SettingsError(f"`{key}` ({sources[key]}) needs `{other}`: {DESCRIPTIONS[other]}")
    if bool(settings.turn_urls) != (settings.turn_secret is not None):
        key, other = ("turn_urls", "turn_secret") if settings.turn_urls else ("turn_secret", "turn_urls")
        raise SettingsError(f"`{key}` ({sources[key]}) needs `{other}`: {DESCRIPTIONS[other]}")
    if settings.master_key is not None and settings.master_key_file is not None:
        raise SettingsError("`master_key` and `master_key_file` exclude each other; set only one")
    return settings, sources


def shown(settings: Settings, key: str) -> str:
    """The value of `key` for people, with secrets and passwords masked."""
    value = getattr(settings, key)
    if value is None or value == ():
        return "not set"
    if key in ("jwt_secret", "master_key", "oidc_client_secret", "turn_secret"):
        return "***"
    if key in ("redis_url", "database_url", "jwt_jwks_url", "smtp_url", "attachments_url"):
        return _masked(value)
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def jwt_secret(settings: Settings, *, create: bool = True) -> str:
    """The HS256 secret: the configured one, else the one in data_dir/secrets/jwt, by default created on first use.

    Raises SettingsError where that file cannot be read or written, where others may read it, and where tokens are
    checked with public keys: then nobody would accept what a secret signs.
    """
    if settings.jwt_secret is not None:
        return settings.jwt_secret
    for key in ("jwt_key_file", "jwt_jwks_url"):
        if getattr(settings, key) is not None:
            raise SettingsError(
                f"`{key}` is set: tokens are signed by whoever has the private key, and this program has not; let "
                "your identity provider issue them"
            )
    file = settings.data_dir / "secrets" / "jwt"
    try:
        if not file.exists():
            if not create:
                raise SettingsError(
                    f"{file}: there is no token secret, because no server has run there yet; start one first, or name "
                    "its folder with --data-dir"
                )
            create_once(file, secrets.token_urlsafe(48) + "\n")
        if file.stat().st_mode & 0o077:
            raise SettingsError(f"{file}: other users may read the secret; run `chmod 600 {file}`")
        secret = read_text(file).strip()
    except OSError as error:
        at = error.filename or file
        raise SettingsError(f"{at}: cannot be used for the token secret: {error.strerror}") from None
    except NotUtf8Error as error:
        raise SettingsError(f"{file}: {error}, or delete it to get a new secret") from None
    if len(secret) < MIN_SECRET_BYTES:
        raise SettingsError(f"{file}: holds fewer than {MIN_SECRET_BYTES} characters; delete it to get a new secret")
    return secret


def create_once(file: Path, content: str) -> None:
    """Write a new secret for this user only; of two servers starting at once, both end up with the same one."""
    make_folder(file.parent)
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    try:
        draft.write_text(content, encoding="ascii")
        with suppress(FileExistsError):
            os.link(draft, file)
    finally:
        draft.unlink()


def _variables(environ: Mapping[str, str]) -> dict[str, tuple[object, str]]:
    return {
        name.removeprefix(ENVIRONMENT_PREFIX).lower(): (value, f"environment {name}")
        for name, value in environ.items()
        if name.startswith(ENVIRONMENT_PREFIX) and value
    }


def _file_values(file: Path) -> dict[str, tuple[object, str]]:
    """The keys of a TOML file. Relative paths in it count from its own folder."""
    try:
        table = tomllib.loads(read_text(file))
    except OSError as error:
        raise SettingsError(f"config file {file}: cannot be read: {error.strerror}") from None
    except NotUtf8Error as error:
        raise SettingsError(f"config file {file}: {error}") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"config file {file}: is not TOML: {error}") from None
    for key in ("data_dir", "policy", "jwt_key_file", "master_key_file", "app_style", "app_logo"):
        if isinstance(table.get(key), str) and table[key]:
            table[key] = str(file.parent / Path(table[key]).expanduser())
    return {key: (value, f"file {file}") for key, value in table.items()}


def _nearest(key: str) -> str:
    near = difflib.get_close_matches(key, DESCRIPTIONS, n=1)
    return f"; did you mean `{near[0]}`?" if near else f"; there are {', '.join(DESCRIPTIONS)}"


def _check_token_keys(settings: Settings, sources: Mapping[str, str]) -> None:
    keys = [key for key in ("jwt_secret", "jwt_key_file", "jwt_jwks_url") if getattr(settings, key) is not None]
    if len(keys) > 1:
        named = " and ".join(f"`{key}` ({sources[key]})" for key in keys)
        raise SettingsError(f"{named} exclude each other; set only one, so that each key has one kind of algorithm")
    allowed = ("HS256",) if keys in ([], ["jwt_secret"]) else ASYMMETRIC
    for algorithm in settings.jwt_algorithms:
        if algorithm not in allowed:
            checks = f"`{keys[0]}` checks" if keys else "the generated secret checks"
            raise SettingsError(
                f"`jwt_algorithms` ({sources['jwt_algorithms']}) holds {algorithm!r}; {checks} {', '.join(allowed)}"
            )


def _masked(url: str) -> str:
    """Up to the last `@`, because a password in which `#`, `?` or `@` was not encoded is one all the same."""
    url = re.sub(r"(://[^:@/]*):.*@", r"\1:***@", url)
    address, mark, query = url.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    if any(_is_secret(name) for name, _ in pairs):
        query = urlencode([(name, "***" if _is_secret(name) else value) for name, value in pairs], safe="*/:")
    return address + mark + query


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in ("password", "secret", "token", "key"))
