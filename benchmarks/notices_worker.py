"""`python -m benchmarks.notices_worker FOLDER STORE_URL SMTP_URL NAME RATE`: a server without HTTP, which others kill.

It sends what is due, and notes RATE facts a second, of which a member hears by mail.
"""

import asyncio
import sys
from itertools import count
from pathlib import Path

from chatserver.app import assembled
from chatserver.foundation import Foundation
from chatserver.notices.fact import Fact, FactName
from chatserver.settings import Settings

EVENT: FactName = "session.three_sessions"
"""A member hears of it by mail, whatever else is so."""
MEMBERS = 200
TOGETHER = 10
"""Facts of one transaction."""
POLICY = """
[notices]
quiet_hours = false
"""


def settings_in(folder: Path, smtp_url: str | None = None, now: str | None = None) -> Settings:
    """Of all processes of a run."""
    return Settings(
        data_dir=folder / "server",
        policy=folder / "policy.toml",
        smtp_url=smtp_url,
        mail_from="notices@example.org",
        public_url="https://chat.example.org",
        now=now,
    )


def member(number: int) -> str:
    """The id of one of them."""
    return f"m{number % MEMBERS}"


async def note(parts: Foundation, name: str, first: int, many: int) -> None:
    """Facts of that number on, in one transaction. Raises DatabaseError, StoreError."""
    now = await parts.ledger.now()
    facts = [
        Fact(event=EVENT, mark=f"{name}.{number}", at=now, member=member(number))
        for number in range(first, first + many)
    ]
    async with parts.database.begin() as connection:
        made = await parts.noting.note(connection, facts, now)
    await parts.noting.tell(made)


async def main(folder: Path, store_url: str, smtp_url: str, name: str, rate: float) -> None:
    """Until killed."""
    async with assembled(settings_in(folder, smtp_url), store_url) as parts:
        print("ready", flush=True)
        if not rate:
            await asyncio.Event().wait()
        for first in count(0, TOGETHER):
            await note(parts, name, first, TOGETHER)
            await asyncio.sleep(TOGETHER / rate)


if __name__ == "__main__":
    _, folder, store_url, smtp_url, name, rate = sys.argv
    asyncio.run(main(Path(folder), store_url, smtp_url, name, float(rate)))
