"""The apps' own parts that need no browser and no server, by Deno's tests."""

import asyncio
import os
import re
from pathlib import Path

from chatserver.web.building import WEB, deno, run_deno

APPS = WEB.parents[1] / "docs" / "apps.md"


async def test_denos_tests_pass() -> None:
    """`chatserver/web/tests`, without what needs a server: that is tested as it is packed."""
    running = await asyncio.create_subprocess_exec(
        *(deno(), "test", "--frozen", "--ignore=tests/server_test.ts", "tests"),
        cwd=WEB,
        env={**os.environ, "NO_COLOR": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await running.communicate()
    assert running.returncode == 0, said.decode()


def test_the_page_that_the_documentation_adds_has_the_right_types(tmp_path: Path) -> None:
    """As if it stood in `src/hello/main.ts`."""
    [page] = re.findall(r"```ts\n(.*?)```", APPS.read_text(encoding="utf-8"), re.DOTALL)
    main = tmp_path / "main.ts"
    main.write_text(page.replace('"../', f'"{(WEB / "src").as_uri()}/'))
    run_deno(tmp_path, "check", "--quiet", "--frozen", "--config", str(WEB / "deno.json"), str(main))
