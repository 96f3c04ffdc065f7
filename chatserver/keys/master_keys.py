"""The master keys, which wrap the keys of conversations: the first one wraps, the others only unwrap.

They come from a file, which is read again where it may have changed, or from the environment.
"""

import os
import secrets
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chatserver.file_lock import LockedError, lock
from chatserver.keys.sealing import SECRET_BYTES, unwrap, wrap
from chatserver.setting_values import master_key_lines
from chatserver.settings import Settings, SettingsError, create_once
from quotas.text_files import NotUtf8Error, read_text


class UnknownMasterKeyError(Exception):
    """A key is wrapped by a master key that is not there. The sentence says which, and what to do."""


class MasterKeys:
    """Made by `master_keys`. Forgets no key while the process lives, also where its file does."""

    def __init__(self, file: Path | None, keys: dict[str, bytes]) -> None:
        self.file = file
        """None where the keys come from the environment, and stay as they are."""
        self._known = dict(keys)
        self._in_order = list(keys)

    @property
    def first(self) -> str:
        """The id of the key that wraps."""
        return self._in_order[0]

    @property
    def ids(self) -> list[str]:
        """All that the file or environment holds, the first one first."""
        return list(self._in_order)

    @property
    def place(self) -> str:
        """Where they come from, for sentences."""
        return str(self.file) if self.file is not None else "`master_key`"

    def wrap(self, secret: bytes, conversation: str, number: int) -> tuple[str, bytes]:
        """The master key's id, and the wrapped secret."""
        return self.first, wrap(self._known[self.first], secret, conversation, number)

    def unwrap(self, id: str, wrapped: bytes, conversation: str, number: int) -> bytes:
        """The secret of a conversation's key. Raises UnknownMasterKeyError, SealError, SettingsError."""
        if id not in self._known:
            self.reread()
        if id not in self._known:
            raise UnknownMasterKeyError(
                f"the key of the conversation {conversation} is wrapped by the master key {id}, which {self.place} "
                "does not hold; put it back, beneath the others"
            )
        return unwrap(self._known[id], wrapped, conversation, number)

    def reread(self) -> None:
        """Look at the file again. Raises SettingsError where it cannot be used any more."""
        if self.file is not None:
            keys = _keys_of(self.file)
            self._known |= keys
            self._in_order = list(keys)

    def put_first(self) -> None:
        """Put a new key before the others, in the file. Raises SettingsError."""
        id, key = new_master_key()
        self._write({id: key, **self._listed()})

    def keep_only_first(self) -> None:
        """Drop all but the first from the file. Raises SettingsError."""
        self._write({self.first: self._known[self.first]})

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Of several commands that change the file, one at a time. Raises SettingsError."""
        assert self.file is not None, "keys of the environment do not change"  # noqa: S101 - for whoever calls it
        beside = self.file.with_name(self.file.name + ".lock")
        try:
            held = lock(beside)
        except OSError as error:
            raise SettingsError(f"{beside}: cannot be written: {error.strerror}") from None
        except LockedError:
            raise SettingsError(f"{self.file}: another command is changing it; wait until it has ended") from None
        with held:
            yield

    def _listed(self) -> dict[str, bytes]:
        return {id: self._known[id] for id in self._in_order}

    def _write(self, keys: dict[str, bytes]) -> None:
        """Replace the file in one step: whoever reads it meets all of it, old or new, also after a crash."""
        file = self.file
        assert file is not None, "keys of the environment do not change"  # noqa: S101 - for whoever calls it
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        try:
            draft.unlink(missing_ok=True)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as written:
                os.fchmod(descriptor, file.stat().st_mode & 0o777)
                written.write(lines_of(keys))
                written.flush()
                os.fsync(descriptor)
            draft.replace(file)
            _flush_folder(file.parent)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise SettingsError(f"{file}: cannot be replaced: {error.strerror}") from None
        self._known |= keys
        self._in_order = list(keys)


def master_keys(settings: Settings) -> MasterKeys:
    """The configured ones, else those in data_dir/secrets/master, created on first use.

    Raises SettingsError where they cannot be used, or where servers on several machines would each make their own.
    """
    if settings.master_key is not None:
        return MasterKeys(None, master_key_lines(settings.master_key))
    if settings.master_key_file is not None:
        return MasterKeys(settings.master_key_file, _keys_of(settings.master_key_file))
    if settings.redis_url is not None and settings.database_url is not None:
        raise SettingsError(
            "`master_key_file` is not set, and store and database are both elsewhere: every server needs the same "
            f"file; make one with `{MAKE_ONE} > FILE`, readable by the server only, and keep a copy of it"
        )
    file = settings.data_dir / "secrets" / "master"
    try:
        if not file.exists():
            id, key = new_master_key()
            create_once(file, lines_of({id: key}))
        if file.stat().st_mode & 0o077:
            raise SettingsError(f"{file}: other users may read the master key; run `chmod 600 {file}`")
    except OSError as error:
        raise SettingsError(f"{error.filename or file}: cannot be used for the master key: {error.strerror}") from None
    return MasterKeys(file, _keys_of(file))


MAKE_ONE = 'echo "$(date +%F) $(head -c 32 /dev/urandom | base64)"'
"""A shell command that prints a line with a new key."""


def new_master_key() -> tuple[str, bytes]:
    """An id that no other key has, and the key."""
    return secrets.token_hex(4), secrets.token_bytes(SECRET_BYTES)


def lines_of(keys: dict[str, bytes]) -> str:
    """The keys as their file holds them."""
    return "".join(f"{id} {b64encode(key).decode()}\n" for id, key in keys.items())


def _keys_of(file: Path) -> dict[str, bytes]:
    try:
        text = read_text(file)
    except OSError as error:
        raise SettingsError(f"master key file {file}: cannot be read: {error.strerror}") from None
    except NotUtf8Error as error:
        raise SettingsError(f"master key file {file}: {error}") from None
    try:
        return master_key_lines(text)
    except ValueError as error:
        raise SettingsError(f"master key file {file}: {error}") from None


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
