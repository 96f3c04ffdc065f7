"""Where sealed files are kept: a folder, or a bucket that speaks S3."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from msgspec import Struct

from chatserver.private_files import make_folder

if TYPE_CHECKING:
    from obstore.store import LocalStore, S3Store

FOLDER = "attachments"
"""In the data directory, where no bucket is named."""
THUMBNAIL = "thumbnail"
"""The name, beside those of the slices, of what is shown small in a picture's place."""


class FileStoreError(Exception):
    """The folder or bucket does not answer, or does not take what is to be kept."""


class KeptObject(Struct, frozen=True):
    """An object of the store: of which file it is, how it is called there, and since when (s, by the store's clock)."""

    ref: str
    name: str
    since: float


class FileStore:
    """Objects by the file that they are of, and their name there. Its methods raise FileStoreError.

    The bucket that the URL names, `s3://KEY:SECRET@HOST/BUCKET/PREFIX?region=REGION`, or `s3+http://` where it speaks
    without TLS; else a folder of `data_dir`.
    """

    def __init__(self, url: str | None, data_dir: Path) -> None:
        self._url = url
        self._folder = data_dir.absolute() / FOLDER if url is None else None
        """Where it is a folder."""

    @cached_property
    def _store(self) -> "LocalStore | S3Store":
        """Made when it is first needed: what speaks to it takes memory."""
        if self._url is not None:
            return _bucket(self._url)
        from obstore.store import LocalStore

        assert self._folder is not None  # noqa: S101 - one of the two
        make_folder(self._folder)
        return LocalStore(self._folder)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever kept here, as far as that is seen without asking."""
        return self._folder is not None and not self._folder.exists()

    async def put(self, ref: str, name: str, content: bytes) -> None:
        """Keep it, down to the disk."""
        from obstore import put_async
        from obstore.exceptions import BaseError

        try:
            await put_async(self._store, _path(ref, name), content, use_multipart=False)
            if self._folder is not None:
                await asyncio.to_thread(_flush, self._folder / _path(ref, name))
        except (BaseError, OSError) as error:
            raise FileStoreError(f"a file cannot be kept: {_told(error)}") from error

    async def get(self, ref: str, name: str, start: int, stop: int) -> bytes:
        """Bytes `start` to before `stop` of it. Raises FileStoreError also where it is not there."""
        from obstore import get_range_async
        from obstore.exceptions import BaseError

        try:
            return (await get_range_async(self._store, _path(ref, name), start=start, end=stop)).to_bytes()
        except (BaseError, OSError) as error:
            raise FileStoreError(f"a file cannot be read: {_told(error)}") from error

    def get_waiting(self, ref: str, name: str, start: int, stop: int) -> bytes:
        """As `get`, for threads."""
        from obstore import get_range
        from obstore.exceptions import BaseError

        try:
            return get_range(self._store, _path(ref, name), start=start, end=stop).to_bytes()
        except (BaseError, OSError) as error:
            raise FileStoreError(f"a file cannot be read: {_told(error)}") from error

    async def remove(self, ref: str) -> None:
        """All that is kept of a file; nothing is no error."""
        if self.is_empty:
            return
        from obstore import delete_async
        from obstore import list as listed
        from obstore.exceptions import BaseError

        try:
            async for found in listed(self._store, prefix=_folder_of(ref)):
                await delete_async(self._store, [each["path"] for each in found])
            if self._folder is not None:
                await asyncio.to_thread(_remove_folder, self._folder / _folder_of(ref))
        except (BaseError, OSError) as error:
            raise FileStoreError(f"a file cannot be removed: {_told(error)}") from error

    async def all(self) -> AsyncIterator[Sequence[KeptObject]]:
        """Everything that is kept, some at a time."""
        from obstore import list as listed
        from obstore.exceptions import BaseError

        try:
            async for found in listed(self._store, chunk_size=500):
                yield [kept for each in found if (kept := _kept(each["path"], each["last_modified"])) is not None]
        except (BaseError, OSError) as error:
            raise FileStoreError(f"files cannot be listed: {_told(error)}") from error

    async def remove_drafts(self, before: float) -> None:
        """What a process that was killed had begun to write into the folder, before that instant (s)."""
        if self._folder is not None:
            try:
                await asyncio.to_thread(_remove_drafts, self._folder, before)
            except OSError as error:
                raise FileStoreError(f"drafts of files cannot be removed: {_told(error)}") from error


def _bucket(url: str) -> "S3Store":
    from obstore.store import S3Store

    parts = urlsplit(url)
    bucket, _, prefix = parts.path.strip("/").partition("/")
    is_open = parts.scheme == "s3+http"
    credentials = (
        {"access_key_id": unquote(parts.username), "secret_access_key": unquote(parts.password or "")}
        if parts.username
        else {}
    )
    return S3Store(
        bucket,
        prefix=prefix or None,
        endpoint=f"{'http' if is_open else 'https'}://{parts.netloc.rpartition('@')[2]}",
        region=parse_qs(parts.query).get("region", ["us-east-1"])[0],
        virtual_hosted_style_request=False,
        client_options={"allow_http": is_open, "timeout": "60s", "connect_timeout": "5s"},
        retry_config={"max_retries": 3},
        **credentials,  # type: ignore[arg-type]
    )


def _folder_of(ref: str) -> str:
    # Some file systems are slow where very many names are in one folder.
    return f"{ref[:2]}/{ref}"


def _path(ref: str, name: str) -> str:
    return f"{_folder_of(ref)}/{name}"


def _kept(path: str, since: datetime) -> KeptObject | None:
    match path.split("/"):
        case [first, ref, name] if ref.startswith(first):
            return KeptObject(ref, name, since.timestamp())
        case _:
            return None  # Somebody else's, in the same place.


def _flush(file: Path) -> None:
    for each, flags in ((file, os.O_RDONLY), (file.parent, os.O_RDONLY)):
        descriptor = os.open(each, flags)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _remove_folder(folder: Path) -> None:
    if folder.is_dir():
        for each in folder.iterdir():
            each.unlink(missing_ok=True)
        folder.rmdir()


def _remove_drafts(folder: Path, before: float) -> None:
    for each in folder.glob("*/*/*#*"):
        if each.stat().st_mtime < before:
            each.unlink(missing_ok=True)


def _told(error: Exception) -> str:
    """In one line: the library's errors go on with the causes of their causes."""
    return str(error).strip().partition("\n")[0][:300]
