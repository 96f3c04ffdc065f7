"""The files among an export: how each is told of, where it stands, and what is in it."""

import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO, Any

from msgspec import Struct

from chatserver.attachments.attachment import Attachment
from chatserver.private_files import make_folder, open_private_bytes
from quotas import instant


class ExportedFile(Struct, frozen=True):
    """`path` is relative, with `/` between its parts; `content` is read once."""

    path: str
    content: AsyncIterator[bytes]


def path_of(found: Attachment) -> str:
    """Where it stands: ids are unlike each other in one conversation, names are not."""
    assert found.details is not None  # noqa: S101 - only those are exported
    return f"{_safe(found.conversation)}/{_safe(found.id)}-{found.details.name}"


def file_row(found: Attachment) -> dict[str, Any]:
    """As it stands among a conversation's records. `file` is null where the virus scanner has not let it pass."""
    details = found.details
    assert details is not None  # noqa: S101 - as above
    return {
        "id": found.id,
        "from": found.person,
        "name": details.name,
        "type": details.type,
        "bytes": found.size,
        "seconds": details.seconds,
        "state": found.state,
        "message": found.message,
        "seq": found.seq,
        "created_at": instant.text(found.created_at),
        "changed_at": instant.text(found.changed_at),
        "file": path_of(found) if found.state == "ready" else None,
    }


async def write_into(folder: Path, files: AsyncIterator[ExportedFile]) -> int:
    """Write them there, for this user alone; how many they were. Raises OSError, and what reading them raises."""
    count = 0
    async for each in files:
        make_folder((folder / each.path).parent)
        with open_private_bytes(folder / each.path) as out:
            async for part in each.content:
                out.write(part)
        count += 1
    return count


async def zip_into(out: IO[bytes], files: AsyncIterator[ExportedFile]) -> int:
    """Write them as one zip file; how many they were. Raises as `write_into`."""
    count = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as into:
        async for each in files:
            with into.open(each.path, "w") as entry:
                async for part in each.content:
                    entry.write(part)
            count += 1
    return count


def _safe(id: str) -> str:
    """As a name that every file system takes."""
    return "".join(letter if letter.isalnum() or letter in "_.@~-" else "_" for letter in id).strip(".") or "_"
