"""The workers of a running server, as the system sees them (Linux's /proc)."""

from pathlib import Path

from chatserver.workers import PROGRAM


def workers_of(pid: int) -> list[int]:
    """The process ids of a server's workers."""
    children = [child for task in Path(f"/proc/{pid}/task").iterdir() for child in _children(task)]
    return sorted(child for child in children if is_worker(child))


def is_worker(pid: int) -> bool:
    """Whether that process runs, and is a worker."""
    try:
        return PROGRAM.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False


def holder(workers: list[int], server_port: int, client_port: int) -> int:
    """Which of the workers holds the server's end of a connection on 127.0.0.1."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    [inode] = [row[9] for row in rows if _port(row[1]) == server_port and _port(row[2]) == client_port]
    [pid] = [pid for pid in workers if f"socket:[{inode}]" in _files(pid)]
    return pid


def _children(task: Path) -> list[int]:
    try:
        return [int(child) for child in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []  # The thread has ended.


def _port(address: str) -> int:
    return int(address.rpartition(":")[2], 16)


def _files(pid: int) -> set[str]:
    found = set()
    for file in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.add(str(file.readlink()))
        except FileNotFoundError:
            continue  # Closed meanwhile.
    return found
