"""The archive, or the recorder of replies, in a process of its own: a test kills it in the middle of its work.

`python -m tests.chatserver.duties archive|recorder STORE_URL DATABASE_URL NAME SHIFT` polls fast, works in batches of
three, and has leases of 50 ms.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from chatserver.messages import archive
from chatserver.operating import agenda
from chatserver.operating.metrics import Metrics
from chatserver.records.database import Database
from chatserver.replies import recorder
from chatserver.settings import Settings
from quotas.ledger.archive import LedgerArchive
from quotas.ledger.redis import RedisLedger
from quotas.ledger.waits import Waits
from quotas.policy_file import builtin_policy
from quotas.store.link import Link
from quotas.terms import Rulebook
from tests.chatserver.heard import noting_on

ROOT = Path(__file__).parents[2]

DutyName = Literal["archive", "recorder"]


@contextmanager
def duty_process(
    duty: DutyName, store_url: str, database: Database, name: str, shift: int = 0
) -> Iterator["subprocess.Popen[str]"]:
    """From when it begins to work; killed at the end. An archive leaves two messages of a conversation in the store."""
    url = database.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.chatserver.duties", duty, store_url, url, name, str(shift)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


async def _work(duty: str, store_url: str, database_url: str, name: str, shift: int) -> None:
    link = Link(store_url)
    await link.open()
    ledger = RedisLedger(link, shift)
    database = Database(database_url)
    print("ready", flush=True)
    if duty == "archive":
        await archive.Archive(
            store=link,
            ledger=ledger,
            ledger_archive=LedgerArchive(link, ledger, shift),
            database=database,
            settings=Settings(archive_after=0, archive_keep_messages=2),
            metrics=Metrics(),
            name=name,
        ).run()
    else:
        await recorder.ReplyRecords(
            store=link,
            ledger=ledger,
            waits=Waits(link, ledger, shift),
            database=database,
            rulebook=Rulebook(builtin_policy()),
            noting=noting_on(database),
            clock=ledger.now,
            name=name,
            metrics=Metrics(),
        ).run()


if __name__ == "__main__":
    agenda.LOOK_AGAIN = 0.01
    archive.POLL_EVERY = recorder.POLL_EVERY = 0.01
    archive.LEASE = recorder.LEASE = 50
    archive.MOST_MESSAGES = recorder.BATCH = 3
    _, duty, store_url, database_url, name, shift = sys.argv
    asyncio.run(_work(duty, store_url, database_url, name, int(shift)))
