"""A picture that was kept as it came is kept anew without what it said of place and camera, and gets a small one."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import suppress

import msgspec
from msgspec import Struct

from chatserver.attachments.kept_file import FileWriter
from chatserver.attachments.picture_process import NO_PICTURE
from chatserver.attachments.sealed_file import SLICE

AT_ONCE = 2
"""Pictures that one process of the server has looked at, at the same time."""
WITHIN = 60.0
"""Seconds from first to last for one picture."""
_PROGRAM = "chatserver.attachments.picture_process"


class NoPictureError(Exception):
    """It cannot be read as a picture, or is too large to be one."""


class Cleaned(Struct, frozen=True):
    """What was made of it: sizes in bytes, then in pixels."""

    bytes: int
    thumbnail: int
    width: int
    height: int


class Pictures:
    """Has them cleaned, a few at a time."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def clean(self, content: AsyncIterator[bytes], to: FileWriter) -> Cleaned:
        """Write the picture in `content` to `to`, cleaned. Raises NoPictureError, and what these two raise."""
        async with self._turns:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                _PROGRAM,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                limit=SLICE,
            )
            try:
                async with asyncio.timeout(WITHIN):
                    return await _passed(process, content, to)
            except TimeoutError:
                raise NoPictureError("it takes too long to be read") from None
            finally:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()


async def _passed(process: asyncio.subprocess.Process, content: AsyncIterator[bytes], to: FileWriter) -> Cleaned:
    given, made = process.stdin, process.stdout
    assert given is not None and made is not None  # noqa: S101, PT018 - they are pipes
    try:
        async for part in content:
            given.write(part)
            await given.drain()
        given.close()
    except (BrokenPipeError, ConnectionResetError):
        pass  # It has ended, and says why by its status.
    head = await made.readline()
    if not head:
        status = await process.wait()
        # Killed by a bound of its own, it is a picture that nobody can show either.
        raise NoPictureError("it is no picture" if status == NO_PICTURE else "it needs too much to be read")
    found = msgspec.json.decode(head, type=Cleaned)
    left = found.bytes
    while left and (part := await made.read(min(left, SLICE))):
        await to.write(part)
        left -= len(part)
    small = await made.readexactly(found.thumbnail) if not left else b""
    if left or not small:
        raise NoPictureError("it needs too much to be read")
    await to.end()
    await to.put_thumbnail(small)
    return found
