"""The apps' client, by Deno's tests: alone, and against a real server."""

import asyncio
import os
from pathlib import Path

from chatserver.setting_values import Rate
from chatserver.web.building import WEB, deno
from tests.chatserver.realtime.servers import here, token


async def test_denos_tests_pass(valkey_url: str, tmp_path: Path) -> None:
    """Resume, the outbox, waits, refused texts: `chatserver/web/tests`."""
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
        running = await asyncio.create_subprocess_exec(
            *(deno(), "test", "--allow-net=127.0.0.1", "--allow-env", "--frozen", "tests"),
            cwd=WEB,
            env={**os.environ, **given, "NO_COLOR": "1"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await running.communicate()
        assert running.returncode == 0, said.decode()
