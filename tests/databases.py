"""Real databases for tests: SQLite files, and a private PostgreSQL server on a unix socket."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import pytest
from sqlalchemy import URL

Database = Literal["sqlite", "postgresql"]


def databases() -> list[Database]:
    """The databases that this machine has."""
    return ["sqlite"] if left_out() else ["sqlite", "postgresql"]


def left_out() -> list[str]:
    """What this machine lacks, as lines for the summary of a run."""
    if _programs() is None:
        return ["PostgreSQL is not installed (apt-get install postgresql)"]
    if os.geteuid() == 0 and _owner() is None:
        return ["PostgreSQL does not run as root, and there is no user postgres (apt-get install postgresql)"]
    return []


def sqlite_at(folder: Path) -> str:
    """The SQLAlchemy URL of the file `records.db` in a folder, whatever is in its name."""
    return URL.create("sqlite+aiosqlite", database=str(folder / "records.db")).render_as_string()


class PostgresServer:
    """A PostgreSQL server of our own, in a temporary folder, reachable by its unix socket only.

    It runs as the user postgres where the tests run as root. Nothing is flushed to disk: tests need no durability.
    """

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        if _owner() is not None:
            shutil.chown(self.folder, "postgres", "postgres")
        self._databases = 0

    def start(self) -> None:
        data = self.folder / "data"
        self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self.resume()

    def resume(self) -> None:
        """Start on the data that there is."""
        data = self.folder / "data"
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c fsync=off -c max_connections=100"
        self._run("pg_ctl", "-D", data, "-l", self.folder / "log", "-o", options, "-w", "start")

    def halt(self) -> None:
        """End it at once and keep the data, as a database that goes away under its clients."""
        if (self.folder / "data" / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop")

    def stop(self) -> None:
        self.halt()
        shutil.rmtree(self.folder, ignore_errors=True)

    def create(self) -> str:
        """A new empty database; returns its name."""
        self._databases += 1
        name = f"records_{self._databases}"
        self._run("createdb", "-h", self.folder, "-U", "postgres", name)
        return name

    def drop(self, name: str) -> None:
        self._run("dropdb", "-h", self.folder, "-U", "postgres", "--force", name)

    def url(self, name: str) -> str:
        at = URL.create("postgresql+asyncpg", "postgres", database=name, query={"host": str(self.folder)})
        return at.render_as_string()

    def _run(self, program: str, *arguments: str | Path) -> None:
        programs = _programs()
        assert programs is not None, "databases() names only what is installed"
        command: Sequence[str | Path] = [programs / program, *arguments]
        owner = _owner()
        # The output goes to a file: a server started by pg_ctl would hold a pipe open.
        with (self.folder / "output").open("a+b") as output:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                user=owner,
                group=owner,
                extra_groups=[] if owner else None,
                check=False,
            )
            if done.returncode:
                output.seek(0)
                raise RuntimeError(f"{program} failed:\n{output.read().decode(errors='replace')}")


@cache
def _programs() -> Path | None:
    """The folder of the newest PostgreSQL's programs: Debian keeps them off the PATH."""
    installed = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if (folder / "initdb").exists()]
    if installed:
        return max(installed, key=lambda folder: float(folder.parent.name))
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found and shutil.which("pg_ctl") else None


@cache
def _owner() -> str | None:
    """The user to run as, where it must not be the present one."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return None


ON_EACH = pytest.mark.parametrize("database_kind", databases())
"""For tests where the fixture `database_kind` is narrower than it is in tests/conftest.py."""
