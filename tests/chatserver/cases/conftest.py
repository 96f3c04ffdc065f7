"""A desk of cases on each kind of database in turn."""

from collections.abc import AsyncIterator

import pytest

from chatserver.records.database import Database
from tests.chatserver.cases.case_desk import CaseDesk, case_desk
from tests.chatserver.cases.meeting_desk import MeetingDesk, meeting_desk


@pytest.fixture
async def desk(database: Database, valkey_url: str) -> AsyncIterator[CaseDesk]:
    """It is Tuesday, 6 January, ten o'clock in Oslo, and there is no case."""
    async with case_desk(database, valkey_url) as desk:
        yield desk


@pytest.fixture
async def meeting(database: Database, valkey_url: str) -> AsyncIterator[MeetingDesk]:
    """The same, with what cases ask of meetings done."""
    async with meeting_desk(database, valkey_url) as desk:
        yield desk
