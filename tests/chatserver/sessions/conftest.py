"""A coached pair, on a real database of each kind and a real store."""

from collections.abc import AsyncIterator

import pytest

from chatserver.records.database import Database
from tests.chatserver.sessions.coaching import Coaching, coaching


@pytest.fixture
async def coached(database: Database, valkey_url: str) -> AsyncIterator[Coaching]:
    async with coaching(database, valkey_url) as desk:
        yield desk
