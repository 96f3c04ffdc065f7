"""A desk of sessions on each kind of database in turn, with the conversation c1 of mia and tom on Live."""

from collections.abc import AsyncIterator

import pytest

from chatserver.records.database import Database
from tests.chatserver.sessions.coaching import Coaching, coaching
from tests.chatserver.sessions.desk import Desk, opened


@pytest.fixture
async def coached(database: Database, valkey_url: str) -> AsyncIterator[Coaching]:
    """A coached pair."""
    async with coaching(database, valkey_url) as desk:
        yield desk


@pytest.fixture
async def desk(database: Database, valkey_url: str) -> AsyncIterator[Desk]:
    """It is Tuesday, and nothing is booked."""
    async with opened(Desk, database, valkey_url) as desk:
        yield desk
