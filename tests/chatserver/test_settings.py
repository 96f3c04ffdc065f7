"""Where a setting comes from, what it may be, and what people are shown of it."""

import stat
from pathlib import Path

import pytest
from rich.pretty import pretty_repr
from sqlalchemy.engine import make_url

from chatserver.setting_values import SmtpServer, smtp_server
from chatserver.settings import DESCRIPTIONS, Settings, SettingsError, jwt_secret, load, shown

SECRET = "correct horse battery staple 0123456789"


NAMES = ["x%41y", "what?mode=memory", "a#b", "two words", "mål", "file:x", "a&b=c;d"]
"""Names of folders that mean something else where they are pasted into a URL."""


def test_defaults_need_no_configuration() -> None:
    settings, sources = load({}, {"PATH": "/bin"})
    assert settings == Settings()
    assert set(sources) == set(DESCRIPTIONS)
    assert set(sources.values()) == {"default"}


def test_a_flag_beats_the_environment_which_beats_the_file(tmp_path: Path) -> None:
    file = tmp_path / "chat.toml"
    file.write_text('host = "10.0.0.1"\nport = 1\njwt_audience = "chat"\n')
    settings, sources = load(
        {"config": file, "port": 3, "host": None},
        {"CHATSERVER_PORT": "2", "CHATSERVER_HOST": "10.0.0.2", "CHATSERVER_POLICY": ""},
    )
    assert (settings.host, settings.port, settings.jwt_audience, settings.policy) == ("10.0.0.2", 3, "chat", None)
    assert sources["port"] == "flag --port"
    assert sources["host"] == "environment CHATSERVER_HOST"
    assert sources["jwt_audience"] == f"file {file}"


def test_the_environment_may_name_the_file_and_its_paths_count_from_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "chat.toml"
    file.write_text('policy = "policy.toml"\ndata_dir = "/srv/chat"\nallowed_origins = ["https://a.example"]\n')
    settings, _ = load({}, {"CHATSERVER_CONFIG": str(file)})
    assert settings.policy == tmp_path / "policy.toml"
    assert settings.data_dir == Path("/srv/chat")
    assert settings.allowed_origins == ("https://a.example",)


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("port", "http", "a whole number from 0 to 65535"),
        ("port", "65536", "a whole number from 0 to 65535"),
        ("port", "-1", "a whole number from 0 to 65535"),
        ("host", "a\nb", "a text"),
        ("redis_url", "localhost:6379", "must be a URL such as redis://host:6379"),
        ("redis_url", "redis://localhost:port", "must be a URL such as redis://host:6379"),
        ("database_url", "mysql://db/records", "starts with sqlite://"),
        ("database_url", "sqlite://", "must name a file"),
        ("database_url", "sqlite:///:memory:", "must name a file"),
        ("database_url", "sqlite:///what?.db", "%3F for a `?`"),
        ("redis_url", "unix:///run/a#b.sock", "write %23"),
        ("now", "friday", "RFC 3339"),
        ("now", "2026-01-05T08:00:00.000", "UTC offset"),
        ("jwt_secret", "too short", "at least 32 bytes"),
        ("jwt_jwks_url", "file:///etc/passwd", "starts with https://, http://"),
        ("jwt_jwks_url", "https:///jwks", "a URL with a host"),
        ("jwt_algorithms", "none", "HS256, RS256, ES256, EdDSA"),
        ("allowed_origins", "*", "list each origin by name"),
        ("allowed_origins", "https://*.example.org", "list each origin by name"),
        ("allowed_origins", "https://a.example/", "without path"),
        ("allowed_origins", "https://a.example:443", "without path, slash at the end or default port"),
        ("allowed_origins", "https://A.example", "in lower case"),
        ("allowed_origins", "https://a.example:x", "no origin"),
        ("allowed_origins", "null", "no origin"),
        ("trusted_proxies", "proxy.example", "write the addresses or networks of proxies"),
        ("trusted_proxies", "10.0.0.1/24", "such as 10.0.0.7 or 10.0.0.0/24"),
        ("trusted_proxies", "10.0.0.7, ::/0", "anybody could then say to be anybody else"),
        ("trusted_proxies", "*", "write the addresses or networks of proxies"),
        ("webhook_networks", "shop.internal", "write the addresses or networks of your own"),
        ("webhook_networks", "0.0.0.0/0", "webhooks could then reach whatever this machine can"),
        ("smtp_url", "https://mail.example.org", "starts with smtp:// or smtps://"),
        ("stun_urls", "turn:stun.example.org", "such as stun:stun.example.org:3478"),
        ("turn_urls", "turn://turn.example.org", "such as turn:turn.example.org:3478"),
        ("smtp_url", "smtp://chat:pass#word@mail.example.org", "%23 for a `#`"),
        ("smtp_url", "smtp://mail.example.org?tls=no", "?starttls=no"),
        ("smtp_url", "smtp://chat:password@mail.example.org?starttls=no", "would cross the network openly"),
        ("mail_from", "Mentor", "must be an address such as"),
        ("mail_from", "Mentor <notices@example.org>, x@example.org", "must be an address such as"),
        ("mail_from", "Mentor <nøtices@example.org>", "must be an address such as"),
        ("public_url", "https://chat.example.org/?a=b", "such as https://chat.example.org"),
        ("public_url", "ftp://chat.example.org", "starts with https://, http://"),
        ("app_url", 'https://app.example.org/"><b>', "such as https://app.example.org"),
    ],
)
def test_a_wrong_value_names_its_key_its_source_and_what_is_allowed(key: str, value: str, allowed: str) -> None:
    variable = f"CHATSERVER_{key.upper()}"
    with pytest.raises(SettingsError) as raised:
        load({}, {variable: value})
    assert f"`{key}` (environment {variable})" in str(raised.value)
    assert allowed in str(raised.value)


def test_a_relay_needs_an_address_to_write_from_and_one_to_lead_to() -> None:
    given = {
        "CHATSERVER_SMTP_URL": "smtp://chat:p%40ss@mail.example.org",
        "CHATSERVER_MAIL_FROM": "Mentor <notices@example.org>",
        "CHATSERVER_PUBLIC_URL": "https://chat.example.org/",
    }
    settings, _ = load({}, given)
    assert (settings.outside_url, settings.sender) == ("https://chat.example.org", "Mentor <notices@example.org>")
    assert shown(settings, "smtp_url") == "smtp://chat:***@mail.example.org"
    assert settings.smtp_url is not None
    assert smtp_server(settings.smtp_url) == SmtpServer("mail.example.org", 587, "chat", "p@ss", "starttls")
    for key in ("MAIL_FROM", "PUBLIC_URL"):
        left = {name: value for name, value in given.items() if not name.endswith(key)}
        with pytest.raises(SettingsError, match=f"`smtp_url` .* needs `{key.lower()}`"):
            load({}, left)


def test_a_relay_for_calls_needs_the_secret_that_it_shares() -> None:
    given = {"CHATSERVER_TURN_URLS": "turn:turn.example.org, turns:[2001:db8::7]:5349?transport=tcp"}
    with pytest.raises(SettingsError, match="`turn_urls` .* needs `turn_secret`"):
        load({}, given)
    settings, _ = load({}, {**given, "CHATSERVER_TURN_SECRET": "shared"})
    assert settings.turn_urls == ("turn:turn.example.org", "turns:[2001:db8::7]:5349?transport=tcp")
    assert shown(settings, "turn_secret") == "***"
    with pytest.raises(SettingsError, match="`turn_secret` .* needs `turn_urls`"):
        load({}, {"CHATSERVER_TURN_SECRET": "shared"})


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtps://u:p@mail.example.org", SmtpServer("mail.example.org", 465, "u", "p", "tls")),
        ("smtp://mail.example.org:2525", SmtpServer("mail.example.org", 2525, "", "", "starttls")),
        ("smtp://u:p@localhost:25?starttls=no", SmtpServer("localhost", 25, "u", "p", "none")),
        ("smtp://relay?starttls=no", SmtpServer("relay", 587, "", "", "none")),
    ],
)
def test_relays(url: str, server: SmtpServer) -> None:
    assert smtp_server(url) == server


def test_links_lead_to_where_the_server_listens_where_nothing_else_is_said() -> None:
    assert load({}, {})[0].outside_url == "http://127.0.0.1:8080"
    assert load({"host": "0.0.0.0", "port": 80}, {})[0].outside_url == "http://127.0.0.1:80"  # noqa: S104 - nobody binds
    assert load({"host": "::1"}, {})[0].outside_url == "http://[::1]:8080"


def test_a_wrong_type_in_the_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "chat.toml"
    for line in (
        "port = true",
        "host = 5",
        "data_dir = 5",
        "allowed_origins = 5",
        "jwt_secret = 5",
        "now = 2026-01-05",
    ):
        file.write_text(line)
        with pytest.raises(SettingsError, match=line.split()[0]):
            load({"config": file}, {})


def test_an_unknown_key_is_refused_and_the_nearest_named(tmp_path: Path) -> None:
    with pytest.raises(
        SettingsError, match="CHATSERVER_REDIS_URI: there is no setting `redis_uri`; did you mean `redis_"
    ):
        load({}, {"CHATSERVER_REDIS_URI": "redis://x"})
    file = tmp_path / "chat.toml"
    file.write_text("[zzz]\n")
    with pytest.raises(SettingsError, match="there is no setting `zzz`; there are host, port"):
        load({"config": file}, {})


@pytest.mark.parametrize(("content", "why"), [(None, "cannot be read"), (b"\xff", "not UTF-8"), (b"a =", "not TOML")])
def test_an_unusable_file_is_refused(tmp_path: Path, content: bytes | None, why: str) -> None:
    file = tmp_path / "chat.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=why):
        load({"config": file}, {})


def test_token_keys_exclude_each_other() -> None:
    environment = {"CHATSERVER_JWT_SECRET": SECRET, "CHATSERVER_JWT_KEY_FILE": "key.pem"}
    with pytest.raises(SettingsError, match="set only one") as raised:
        load({}, environment)
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    "environment",
    [
        {"CHATSERVER_JWT_SECRET": SECRET, "CHATSERVER_JWT_ALGORITHMS": "HS256,RS256"},
        {"CHATSERVER_JWT_KEY_FILE": "key.pem", "CHATSERVER_JWT_ALGORITHMS": "HS256"},
        {"CHATSERVER_JWT_ALGORITHMS": "ES256"},
    ],
)
def test_a_key_has_one_kind_of_algorithm(environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=r"`jwt_algorithms` .* holds"):
        load({}, environment)


@pytest.mark.parametrize(
    ("database_url", "records_url"),
    [
        ("sqlite:///records.db", "sqlite+aiosqlite:///records.db"),
        ("sqlite:////srv/a%25b%3F.db", "sqlite+aiosqlite:////srv/a%25b%3F.db"),
        ("sqlite:////srv/records.db", "sqlite+aiosqlite:////srv/records.db"),
        ("postgresql://u:p@db/chat", "postgresql+asyncpg://u:p@db/chat"),
        ("postgres://u:p@db/chat?sslmode=require", "postgresql+asyncpg://u:p@db/chat?ssl=require"),
        ("postgresql+asyncpg://u@db/chat", "postgresql+asyncpg://u@db/chat"),
        ("postgresql://u:p%40%2F%3Fsslmode=x@db/chat", "postgresql+asyncpg://u:p%40%2F%3Fsslmode=x@db/chat"),
    ],
)
def test_a_plain_database_url_gets_its_asyncio_driver(database_url: str, records_url: str) -> None:
    settings = Settings(database_url=database_url)
    assert settings.records_url == make_url(records_url)
    assert settings.records_url.get_driver_name() in ("aiosqlite", "asyncpg")


@pytest.mark.parametrize("name", NAMES)
def test_the_records_are_in_the_folder_that_was_named(name: str) -> None:
    """Whatever its name means in a URL."""
    database = Settings(data_dir=Path(name)).records_url.database
    assert database == str(Path(name).absolute() / "records.db")


def test_secrets_are_shown_nowhere() -> None:
    settings, _ = load(
        {},
        {
            "CHATSERVER_JWT_SECRET": SECRET,
            "CHATSERVER_REDIS_URL": "redis://:hidden1@store:6379/0?password=hidden2",
            "CHATSERVER_DATABASE_URL": "postgresql://chat:hidden3@db:5432/chat?sslmode=require",
        },
    )
    assert shown(settings, "redis_url") == "redis://:***@store:6379/0?password=***"
    assert shown(settings, "database_url") == "postgresql://chat:***@db:5432/chat?sslmode=require"
    for url in ("postgresql://chat:1#hidden@db/chat", "postgresql://chat:hid@den@db/chat"):
        assert shown(Settings(database_url=url), "database_url") == "postgresql://chat:***@db/chat"
    for text in (repr(settings), str(settings), pretty_repr(settings), *(shown(settings, key) for key in DESCRIPTIONS)):
        assert "hidden" not in text
        assert SECRET not in text
    assert shown(settings, "policy") == "not set"
    assert shown(settings, "port") == "8080"


def test_a_refused_secret_or_url_is_not_quoted() -> None:
    for environment in ({"CHATSERVER_JWT_SECRET": "hidden"}, {"CHATSERVER_REDIS_URL": "http://:hidden@store"}):
        with pytest.raises(SettingsError) as raised:
            load({}, environment)
        assert "hidden" not in str(raised.value)


def test_a_secret_is_created_once_for_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    secret = jwt_secret(settings)
    file = tmp_path / "data" / "secrets" / "jwt"
    assert len(secret) >= 32
    assert jwt_secret(settings) == secret
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [path.name for path in file.parent.iterdir()] == ["jwt"]
    assert jwt_secret(Settings(data_dir=tmp_path / "data", jwt_secret=SECRET)) == SECRET


def test_a_secret_that_others_may_read_or_that_is_none_is_refused(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    jwt_secret(settings)
    file = tmp_path / "secrets" / "jwt"
    file.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        jwt_secret(settings)
    file.chmod(0o600)
    for content in (b"short", b"\xff" * 40):
        file.write_bytes(content)
        with pytest.raises(SettingsError, match="delete it to get a new secret"):
            jwt_secret(settings)
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.raises(SettingsError, match="cannot be used for the token secret"):
        jwt_secret(Settings(data_dir=blocked))


def test_the_documentation_lists_every_setting() -> None:
    page = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")
    for key in DESCRIPTIONS:
        assert f"| `{key}` |" in page, f"docs/configuration.md does not list {key}"
