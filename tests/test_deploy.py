"""The examples of deployment name settings that there are, with values that they may have."""

import re
from pathlib import Path

import pytest

from chatserver.settings import DESCRIPTIONS, load

DEPLOY = Path(__file__).parents[1] / "deploy"
FILES = [path for path in sorted(DEPLOY.rglob("*")) if path.is_file()]
OF_THE_ENVIRONMENT_ONLY = {"CHATSERVER_CONFIG"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(DEPLOY)))
def test_every_setting_that_is_named_exists(file: Path) -> None:
    named = set(re.findall(r"\bCHATSERVER_[A-Z_]+", file.read_text(encoding="utf-8")))
    assert named <= {f"CHATSERVER_{key.upper()}" for key in DESCRIPTIONS} | OF_THE_ENVIRONMENT_ONLY


def test_every_line_of_the_example_of_an_environment_is_accepted() -> None:
    """Those that are commented out, too, each on its own: some exclude each other."""
    lines = re.findall(r"^(#?)(CHATSERVER_\w+)=(.*)$", (DEPLOY / "chatserver.env").read_text(), re.MULTILINE)
    load({}, {name: value for commented, name, value in lines if not commented})
    for _, name, value in lines:
        load({}, {name: value})


def test_proxies_set_the_address_and_add_nothing_to_what_they_were_told() -> None:
    """An address that somebody claims must not reach the server."""
    nginx, caddy = ((DEPLOY / "proxy" / name).read_text() for name in ("nginx.conf", "Caddyfile"))
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in nginx
    assert "proxy_add_x_forwarded_for" not in nginx
    assert "header_up X-Forwarded-For {remote_host}" in caddy
