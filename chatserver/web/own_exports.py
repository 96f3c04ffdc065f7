"""One's own data, as a file to keep: what `chatserver export` writes, for whoever is signed in.

It is written whole before it is sent, into a file without a name, so that whatever goes wrong is said in time.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping
from typing import IO, Literal

from starlette.responses import StreamingResponse

from chatserver.personal_data.export import Export
from chatserver.personal_data.json_file import JsonFile
from chatserver.personal_data.page import ExportPage

ExportForm = Literal["page", "data"]
EXPORT_FORMS: Mapping[ExportForm, tuple[str, str]] = {
    "page": ("text/html; charset=utf-8", "my-data.html"),
    "data": ("application/json", "my-data.json"),
}
"""The media type and the file's name."""
AT_ONCE = 2
"""Exports that one process writes at the same time."""
_CHUNK = 256 * 1024


class ExportsBusyError(Exception):
    """Others are being written."""


class OwnExports:
    """Everybody's. Methods raise DatabaseError, StoreError."""

    def __init__(self, export: Export) -> None:
        self._export = export
        self._at_work = 0

    async def file(self, person: str, form: ExportForm) -> IO[str]:
        """The file, written, for who reads and closes it. Raises ExportsBusyError, UnknownPersonError."""
        if self._at_work >= AT_ONCE:
            raise ExportsBusyError("others are getting their data now; ask again in a minute")
        self._at_work += 1
        file = tempfile.TemporaryFile("w+", encoding="utf-8", newline="")  # noqa: SIM115 - read after this
        try:
            found = await self._export.find(person)
            await self._export.note(person, person, found.role)
            sink = ExportPage(file) if form == "page" else JsonFile(file)
            await self._export.write(found, (sink,), lambda done, total: None)
            file.seek(0)
        except BaseException:
            file.close()
            raise
        finally:
            self._at_work -= 1
        return file


class FileStream(StreamingResponse):
    """The file, to be kept under that name; it is closed when it is sent, or cannot be."""

    def __init__(self, file: IO[str], media_type: str, name: str) -> None:
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        super().__init__(_chunks(file), media_type=media_type, headers=headers)


async def _chunks(file: IO[str]) -> AsyncIterator[str]:
    with file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            yield chunk
