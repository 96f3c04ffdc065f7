"""A file goes, unless somebody keeps it: then its row alone."""

from chatserver.attachments.attachment import Attachment
from chatserver.attachments.file_store import FileStore
from chatserver.attachments.rows import attachments as rows
from chatserver.attachments.rows import held_files
from chatserver.records.database import Database


async def remove(database: Database, files: FileStore, found: Attachment) -> bool:
    """Whether its row was there still. Raises DatabaseError, FileStoreError.

    The file first: a row without one is removed again, a file without a row is found only by looking at all. It must be
    one that nobody begins to keep any more.
    """
    async with database.begin() as connection:
        if await held_files.held(connection, [found.ref]):
            return await rows.remove(connection, found.ref)
    await files.remove(found.ref)
    async with database.begin() as connection:
        return await rows.remove(connection, found.ref)
