"""The apps' own parts that need no browser and no server, by Deno's tests."""

import asyncio
import os

from chatserver.web.building import WEB, deno


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
