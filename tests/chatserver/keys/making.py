"""Keys and logs for tests that read and write messages without a server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.keys.master_keys import MasterKeys, master_keys
from chatserver.messages.log import MessageLog
from chatserver.records.database import Database
from chatserver.settings import Settings
from tests.quotas.ledgers import ledger_at


def conversation_keys(database: Database) -> ConversationKeys:
    """Keys in that database, wrapped by a master key of the tests."""
    return ConversationKeys(database, MasterKeys(None, {"tests": bytes(range(32))}))


@asynccontextmanager
async def log_of(store_url: str, data_dir: Path) -> AsyncIterator[MessageLog]:
    """The log of a server with its records and master key in that folder."""
    settings = Settings(data_dir=data_dir)
    database = Database(settings.records_url)
    try:
        async with ledger_at(store_url) as ledger:
            yield MessageLog(database, ledger, ConversationKeys(database, master_keys(settings)))
    finally:
        await database.close()
