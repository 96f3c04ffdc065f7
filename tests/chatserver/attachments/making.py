"""The attachments of a test's own conversations."""

from collections.abc import AsyncIterator
from pathlib import Path

from chatserver.attachments.book import AttachmentBook
from chatserver.attachments.file_store import FileStore
from chatserver.attachments.uploads import Offered
from quotas.attachments import AttachmentPolicy
from tests.chatserver.attachments.files import pdf
from tests.chatserver.messages.shelf import Shelf
from tests.chatserver.realtime.servers import HereServer

NOWHERE = Path("/dev/null/nowhere")


def attachments_of(shelf: Shelf, data_dir: Path = NOWHERE) -> AttachmentBook:
    """Kept in that folder."""
    store = FileStore(None, data_dir)
    return AttachmentBook(
        database=shelf.database,
        keys=shelf.keys,
        store=store,
        log=shelf.log,
        policy=AttachmentPolicy(),
        clock=shelf.ledger.now,
    )


async def keep_file(server: HereServer, id: str, person: str, content: bytes = b"", conversation: str = "c1") -> None:
    """As somebody uploads it."""

    async def parts() -> AsyncIterator[bytes]:
        yield content or pdf()

    record = await server.parts.provisioning.get_conversation(conversation)
    assert record is not None
    await server.parts.uploads.take(record, Offered(id, person, "paper.pdf", None, None), parts())
