"""A file as an answer: whole or a range of it, to be kept and never shown as a page."""

import re
from collections.abc import AsyncIterator, Mapping
from urllib.parse import quote

from starlette.responses import StreamingResponse

from chatserver.api.operation import HttpAnswer
from chatserver.api.problem import ProblemError
from chatserver.attachments.attachment import Attachment
from chatserver.attachments.book import AttachmentBook

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


async def file_answer(book: AttachmentBook, found: Attachment, asked_with: Mapping[str, str]) -> HttpAnswer:
    """The file with those headers of the request. Raises ProblemError 416, FileStoreError, SealError."""
    assert found.details is not None  # noqa: S101 - only those are served
    headers = file_headers(found.details.type, found.details.name) | {
        "Accept-Ranges": "bytes",
        "ETag": f'"{found.ref}"',
    }
    asked = asked_with.get("range", "")
    if (condition := asked_with.get("if-range")) is not None and condition != headers["ETag"]:
        asked = ""
    start, stop = _span(asked, found.size)
    is_part = (start, stop) != (0, found.size)
    if is_part:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{found.size}"
    headers["Content-Length"] = str(stop - start)
    content = book.read(found, start, stop)
    # What fails is told where nothing has been sent yet.
    first = await anext(content)
    status = 206 if is_part else 200
    return HttpAnswer(status, response=StreamingResponse(_from(first, content), status, headers=headers))


async def _from(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in rest:
        yield part


def _span(asked: str, size: int) -> tuple[int, int]:
    """Which bytes are asked for; all of them where it is no single range (RFC 9110, 14.2). Raises ProblemError 416."""
    match = _RANGE.fullmatch(asked.replace(" ", ""))
    if match is None or match[0] == "bytes=-":
        return 0, size
    first, last = match[1], match[2]
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return 0, size
    if start >= size or start >= stop:
        raise ProblemError(416, f"the file has {size} bytes", headers={"Content-Range": f"bytes */{size}"})
    return start, stop


def file_headers(media_type: str, name: str) -> dict[str, str]:
    """A file is to be kept, and never a page of this site: a browser that is led to it runs and guesses nothing."""
    plain = re.sub(r"[^A-Za-z0-9 ._-]", "_", name)
    return {
        "Content-Type": media_type,
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def store_gone() -> ProblemError:
    """What it is answered where the store does not answer."""
    return ProblemError(503, "files cannot be kept or read now; repeat the request", headers={"Retry-After": "5"})
