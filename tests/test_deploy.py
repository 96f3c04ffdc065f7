"""The examples of deployment name settings that there are, with values that they may have."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.exceptions import AuthenticationError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

from chatserver.settings import DESCRIPTIONS, load
from tests.chatserver.realtime.servers import here
from tests.engines import program_of

DEPLOY = Path(__file__).parents[1] / "deploy"
FILES = [path for path in sorted(DEPLOY.rglob("*")) if path.is_file()]
OF_THE_ENVIRONMENT_ONLY = {"CHATSERVER_CONFIG"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(DEPLOY)))
def test_every_setting_that_is_named_exists(file: Path) -> None:
    named = set(re.findall(r"\bCHATSERVER_[A-Z_]+", file.read_text(encoding="utf-8")))
    assert named <= {f"CHATSERVER_{key.upper()}" for key in DESCRIPTIONS} | OF_THE_ENVIRONMENT_ONLY


def test_every_line_of_the_example_of_an_environment_is_accepted() -> None:
    """Those that are commented out, too, each on its own, with those that it needs: some exclude each other."""
    lines = re.findall(r"^(#?)(CHATSERVER_\w+)=(.*)$", (DEPLOY / "chatserver.env").read_text(), re.MULTILINE)
    load({}, {name: value for commented, name, value in lines if not commented})
    given = {name: value for _, name, value in lines}
    needed = {"CHATSERVER_SMTP_URL": ("CHATSERVER_MAIL_FROM", "CHATSERVER_PUBLIC_URL")}
    for _, name, value in lines:
        load({}, {name: value} | {other: given[other] for other in needed.get(name, ())})


def test_proxies_set_the_address_and_add_nothing_to_what_they_were_told() -> None:
    """An address that somebody claims must not reach the server."""
    nginx, caddy = ((DEPLOY / "proxy" / name).read_text() for name in ("nginx.conf", "Caddyfile"))
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in nginx
    assert "proxy_add_x_forwarded_for" not in nginx
    # What mails link to and calendars ask for comes through, and its secrets into no log.
    assert "location ~ ^/(calendar|unsubscribe)/ {\n        access_log off;" in nginx
    assert "path /v1/* /app/* /calendar/* /unsubscribe/*" in caddy
    assert "header_up X-Forwarded-For {remote_host}" in caddy


async def test_proxies_let_through_whatever_is_for_people_and_platforms(valkey_url: str, tmp_path: Path) -> None:
    """By the server's own routes; what tells of its health is for inside."""
    nginx, caddy = ((DEPLOY / "proxy" / name).read_text() for name in ("nginx.conf", "Caddyfile"))
    async with here(valkey_url, tmp_path) as server:
        roots = {each.path.split("/")[1] for each in server.parts.app.routes if hasattr(each, "path")}
    assert {"v1", "app", "calendar", "unsubscribe"} <= roots
    for root in roots - {"", "livez", "readyz", "metrics"}:
        assert re.search(rf"@ours path .*/{root}/\*", caddy), root
        assert re.search(rf"location (/{root}/|~ \^/\(.*\b{root}\b.*\)/) {{", nginx), root


def test_the_image_is_built_of_files_that_it_is_given() -> None:
    """What .dockerignore keeps back is not there to be copied."""
    dockerfile, ignored = ((DEPLOY.parent / name).read_text() for name in ("Dockerfile", ".dockerignore"))
    given = re.findall(r"^!(\S+)$", ignored, re.MULTILINE)
    for line in re.findall(r"^COPY (?!--from)(.*)$", dockerfile, re.MULTILINE):
        for source in line.split()[:-1]:
            assert source.partition("/")[0] in given, source
            assert (DEPLOY.parent / source).exists(), source


def compose() -> Any:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


def test_the_composition_is_what_compose_reads() -> None:
    """By compose-spec's own schema: github.com/compose-spec/compose-spec at 170098b, Apache-2.0."""
    schema = json.loads((Path(__file__).parent / "compose-spec.json").read_text(encoding="utf-8"))
    assert list(jsonschema_rs.validator_for(schema).iter_errors(compose())) == []


@pytest.mark.parametrize("name", compose()["services"])
def test_every_service_of_the_composition_can_do_little_and_take_little(name: str) -> None:
    """Beside its volume it writes in memory only, and whoever waits for it waits until it is well."""
    service = compose()["services"][name]
    assert service["read_only"]
    assert service["tmpfs"]
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}
    assert service["healthcheck"]["test"]
    assert name == "chatserver" or service["user"] == name  # the image of the server has a user of its own


def test_every_image_can_be_given_by_digest() -> None:
    """By a variable of its own, whose default the Dockerfile and the documentation have too."""
    server, *others = compose()["services"].values()
    named = [server["build"]["args"]["PYTHON"], *(each["image"] for each in others)]
    images = dict(re.findall(r"^\$\{([A-Z]+)_IMAGE:-(\S+)\}$", "\n".join(named), re.MULTILINE))
    assert len(images) == len(named)
    dockerfile = (DEPLOY.parent / "Dockerfile").read_text(encoding="utf-8")
    taken = re.findall(r"^(?:ARG|FROM|# syntax=)\s*(\S+)", dockerfile, re.MULTILINE)
    assert taken == [f"PYTHON={images['PYTHON']}", "${PYTHON}", "${PYTHON}"]
    operations = (DEPLOY.parent / "docs" / "operations.md").read_text(encoding="utf-8")
    assert f"for each in {' '.join(f'{name}={image}' for name, image in images.items())}; do" in operations


def test_only_the_server_of_the_composition_can_be_reached() -> None:
    """By this machine; store and database have no way out, and no password that is known."""
    composition = compose()
    assert composition["networks"]["data"] == {"internal": True}
    for name, service in composition["services"].items():
        if name == "chatserver":
            assert all(port.startswith("127.0.0.1:") for port in service["ports"])
        else:
            assert service["networks"] == ["data"]
            assert "ports" not in service
            password = service["environment"][f"{name.upper()}_PASSWORD"]
            assert re.match(r"\$\{\w+_PASSWORD:\?", password), "required, and of the operator's choosing"


def test_the_store_of_the_composition_takes_its_password_from_its_input(tmp_path: Path) -> None:
    """The command of the file, with a Valkey of ours: nobody comes in without, and its arguments do not tell it."""
    [_, _, script] = compose()["services"]["valkey"]["command"]
    program = tmp_path / "valkey-server"
    program.symlink_to(program_of("valkey"))
    listening = tmp_path / "valkey.sock"
    script = script.replace("$$", "$").replace("valkey-server -", f"valkey-server - --port 0 --unixsocket {listening}")
    with subprocess.Popen(
        ["/bin/sh", "-c", script],
        cwd=tmp_path,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "VALKEY_PASSWORD": "pass word"},
        stdout=subprocess.DEVNULL,
    ) as store:
        try:
            with Redis(unix_socket_path=str(listening), password="pass word", retry=patiently()) as client:
                assert client.config_get("appendfsync", "maxmemory-policy") == {
                    "appendfsync": "always",
                    "maxmemory-policy": "noeviction",
                }
            with Redis(unix_socket_path=str(listening)) as stranger, pytest.raises(AuthenticationError):
                stranger.ping()
            assert "pass word" not in Path(f"/proc/{store.pid}/cmdline").read_text()
        finally:
            store.terminate()
    assert store.returncode == 0


def patiently() -> Retry:
    """Until it listens."""
    return Retry(ConstantBackoff(0.05), 1_000, (RedisConnectionError,))
