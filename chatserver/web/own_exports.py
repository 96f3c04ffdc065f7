"""One's own data, as a file to keep: what `chatserver export` writes, for whoever is signed in.

It is written whole before it is sent, into a file without a name, so that whatever goes wrong is said in time.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping
from typing import IO, Any, Literal, TextIO, cast

from starlette.responses import StreamingResponse

from chatserver.personal_data.export import Export
from chatserver.personal_data.files import zip_into
from chatserver.personal_data.json_file import JsonFile
from chatserver.personal_data.page import ExportPage

ExportForm = Literal["page", "data", "files"]
EXPORT_FORMS: Mapping[ExportForm, tuple[str, str]] = {
    "page": ("text/html; charset=utf-8", "my-data.html"),
    "data": ("application/json", "my-data.json"),
    "files": ("application/zip", "my-files.zip"),
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

    async def file(self, person: str, form: ExportForm) -> IO[Any]:
        """The file, written, for who reads and closes it. Raises ExportsBusyError, UnknownPersonError."""
        if self._at_work >= AT_ONCE:
            raise ExportsBusyError("others are getting their data now; ask again in a minute")
        self._at_work += 1
        mode: dict[str, str] = (
            {"mode": "w+b"} if form == "files" else {"mode": "w+", "encoding": "utf-8", "newline": ""}
        )
        file: IO[Any] = tempfile.TemporaryFile(**mode)  # type: ignore[call-overload]  # noqa: SIM115 - read after this
        try:
            found = await self._export.find(person)
            await self._export.note(person, person, found.role)
            if form == "files":
                await zip_into(file, self._export.files(person))
                file.seek(0)
                return file
            text = cast(TextIO, file)
            sink = ExportPage(text) if form == "page" else JsonFile(text)
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

    def __init__(self, file: IO[Any], media_type: str, name: str) -> None:
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        super().__init__(_chunks(file), media_type=media_type, headers=headers)


async def _chunks(file: IO[Any]) -> AsyncIterator[Any]:
    with file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            yield chunk
