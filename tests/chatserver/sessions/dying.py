"""`python -m tests.chatserver.sessions.dying STORE DATABASE NOW POINT`: a process that books `b1` and stops on the way.

It says where it stands and goes no further: whoever started it kills it there.
"""

import asyncio
import sys
from typing import Any, NoReturn

from chatserver.records.database import Database
from chatserver.sessions.rows import session_events
from chatserver.sessions.session_timers import SessionTimers
from chatserver.sessions.telling import SessionTelling
from quotas.instant import HOUR
from quotas.store.link import Link
from tests.chatserver.sessions.desk import Desk, wanted

POINTS = {
    "not committed": (session_events, "append"),
    "committed": (SessionTelling, "tell"),
    "entry written": (SessionTimers, "set_for"),
    "said": (session_events, "mark_told"),
}
"""What is about to be called where it stops."""


async def main(store_url: str, database_url: str, now: int, point: str) -> None:
    link = Link(store_url)
    await link.open()
    desk = Desk(Database(database_url), link, now)
    await desk.ledger.load()

    async def stop(*_: Any, **__: Any) -> NoReturn:
        print(point, flush=True)
        await asyncio.Event().wait()
        raise AssertionError("nobody sets it")

    setattr(*POINTS[point], stop)
    await desk.bookings.book(wanted("b1", now + 72 * HOUR), "mentor")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]))
