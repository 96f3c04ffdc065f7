"""The client as a package: what is in it, and Deno's tests of what was packed, against a real server."""

import asyncio
import json
import os
import re
import shutil
import tarfile
import tomllib
from pathlib import Path
from typing import Any

import pytest

from chatserver.setting_values import Rate
from chatserver.web.building import WEB, deno, run_deno
from chatserver.web.packing import CLIENT, NAME, PROJECT, pack_client
from tests.chatserver.realtime.servers import here, token


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an app that has installed it, as npm would."""
    app = tmp_path_factory.mktemp("app")
    with tarfile.open(pack_client(app)) as packed:
        packed.extractall(app, filter="data")
    installed = app / "node_modules" / NAME
    installed.parent.mkdir(parents=True)
    (app / "package").rename(installed)
    (app / "package.json").write_text(json.dumps({"type": "module", "dependencies": {NAME: "*"}}))
    # `strict`, and types of libraries looked at too: what a careful app asks for.
    options = json.loads((WEB / "deno.json").read_text())["compilerOptions"] | {"skipLibCheck": False}
    (app / "deno.json").write_text(json.dumps({"nodeModulesDir": "manual", "compilerOptions": options}))
    return installed


def test_a_package_has_modules_types_and_a_readme(package: Path) -> None:
    """Of this project's version; whatever an import names is there."""
    said: dict[str, Any] = json.loads((package / "package.json").read_text())
    assert (said["name"], said["type"]) == (NAME, "module")
    assert said["version"] == tomllib.loads(PROJECT.read_text())["project"]["version"]
    for entry in (said["main"], said["types"], *said["exports"]["."].values()):
        assert (package / entry).is_file()
    assert (package / "README.md").read_text() == (CLIENT / "README.md").read_text()
    assert not [*package.glob("**/node_modules"), *package.glob("*_test*")]
    for module in (*package.glob("*.js"), *package.glob("*.d.ts")):
        for imported in re.findall(r'from "(\./[^"]+)"', module.read_text()):
            file = package / imported
            assert (file.with_suffix(".d.ts") if module.name.endswith(".d.ts") else file).is_file()


def test_the_readme_says_what_runs(package: Path) -> None:
    """Its example has the right types."""
    [example] = re.findall(r"```ts\n(.*?)```", (package / "README.md").read_text(), re.DOTALL)
    # An app has its own page to show things on.
    own = "declare function show(text: string): void;\ndeclare const input: HTMLInputElement;\n"
    file = package.parents[2] / "example.ts"
    file.write_text(example + own)
    run_deno(file.parent, "check", "--quiet", "--no-lock", file.name)


async def test_what_was_packed_chats_with_a_server(package: Path, valkey_url: str, tmp_path: Path) -> None:
    """Resume, the outbox, waits, refused texts: `chatserver/web/tests/server_test.ts`."""
    app = package.parents[2]
    for name in ("server_test.ts", "cable.ts"):
        shutil.copy(WEB / "tests" / name, app)
    limited = Rate(600, "minute", 5)
    async with here(valkey_url, tmp_path) as server, here(valkey_url, tmp_path, now=None, rate_limit=limited) as busy:
        await server.conversation("c1", "basic")
        await server.conversation("paused", "basic", mentor="ulf")
        await server.change("paused", status="paused")
        given = {
            "CHAT_URL": f"ws://127.0.0.1:{server.port}/v1/chat",
            "CHAT_URL_LIMITED": f"ws://127.0.0.1:{busy.port}/v1/chat",
            "TICKET_MIA": token("mia"),
            "TICKET_TORA": token("tora"),
        }
        # Types of Node, which has `assert`, are not in the app; those of the package are looked at above.
        running = await asyncio.create_subprocess_exec(
            *(deno(), "test", "--no-check", "--no-lock", "--allow-net=127.0.0.1", "--allow-env", "server_test.ts"),
            cwd=app,
            env={**os.environ, **given, "NO_COLOR": "1"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await running.communicate()
        assert running.returncode == 0, said.decode()
