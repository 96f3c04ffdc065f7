"""Acknowledged before a backup began means there after it was restored, whatever went on meanwhile."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from tests.chatserver.keys.making import log_of
from tests.chatserver.test_cli import run
from tests.stories.kept_app import progress, texts_in
from tests.stories.kept_server import ServerProcess
from tests.stories.test_kept import CONVERSATIONS, end_orphan, load, store_url


async def rewrite_without_a_pause(data: Path) -> None:
    """Let the store write its append-only file anew, again and again, so that its files change under the copy."""
    async with Redis.from_url(store_url(data)) as store:
        while True:
            with suppress(RedisError):  # one is running
                await store.bgrewriteaof()
            await asyncio.sleep(0.01)


@pytest.mark.timeout(240)
async def test_a_backup_under_load_holds_what_was_accepted_before(tmp_path: Path) -> None:
    """Written to, rewritten, copied, killed, restored elsewhere: in order, at the same places, and writing goes on."""
    data, backup, again = tmp_path / "data", tmp_path / "backup", tmp_path / "again"
    server, restored = ServerProcess(data), ServerProcess(again)
    try:
        await asyncio.to_thread(server.start)
        await asyncio.to_thread(server.provision, CONVERSATIONS)
        async with load(server.url) as apps:
            rewriting = asyncio.create_task(rewrite_without_a_pause(data))
            await progress(apps)
            before = {app.person: (app.conversation, dict(app.accepted)) for app in apps}
            done = await asyncio.to_thread(run, "backup", backup, "--data-dir", data, cwd=tmp_path)
            assert done.returncode == 0, done.stderr
            await progress(apps)
            rewriting.cancel()
            await asyncio.to_thread(server.kill)
        done = await asyncio.to_thread(run, "restore", backup, "--data-dir", again, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        policy = data / "policy.toml"
        done = await asyncio.to_thread(run, "rebuild", "--data-dir", again, "--policy", policy, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        await asyncio.to_thread(restored.start)
        async with log_of(store_url(again), again) as log:
            for conversation, accepted in before.values():
                texts = await texts_in(log, conversation)
                assert list(texts) == list(range(1, len(texts) + 1))
                assert {text: seq for seq, text in texts.items() if text in accepted} == accepted
        restored.stop()
        assert "Traceback" not in restored.log
    finally:
        server.kill()
        restored.kill()
        end_orphan(data)
        end_orphan(again)
