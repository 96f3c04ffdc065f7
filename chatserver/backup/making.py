"""Making a backup: the store first, then the database, then the files that people sent, then the secrets.

A conversation's key is in the database before its first message is in the store, and a message is trimmed from the
store once the database has it. So a database that is copied later lacks nothing that the copy of the store needs.
"""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import URL

from chatserver.attachments.file_store import FOLDER as ATTACHMENTS
from chatserver.backup import manifest as manifests
from chatserver.backup.manifest import FORMAT, BackupError, Manifest, Sum
from chatserver.backup.store_files import FOLDER, LIST, StoreFiles
from chatserver.private_files import open_private
from chatserver.settings import Settings

PAGES = 2_000
"""Pages of a SQLite file copied at a time."""
KEEP_APART = "keep-apart.txt"
WARNING = """These files open what the rest of the backup holds. Move this folder to another place: who has both can
read every text and speak for everybody. Without the master key nobody can read a message again.
"""

BackupProgress = Callable[[int, int], None]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


class Backup:
    """One backup in the making, in a folder that takes its name at the end."""

    def __init__(self, settings: Settings, config: Path | None, on_progress: BackupProgress) -> None:
        self._settings = settings
        self._config = config
        self._on_progress = on_progress
        self._folder = Path()
        self._files: dict[str, Sum] = {}
        self._origins: dict[str, str] = {}
        self._lacking: list[str] = []
        self._done = self._total = 0

    def make(self, target: Path, *, with_secrets: bool) -> Manifest:
        """Make it at `target`, where nothing may be yet. Raises BackupError; nothing is left then."""
        made_at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        target = target.absolute()
        if os.path.lexists(target):
            raise BackupError(f"{target} is there already; name a folder that is not, each backup has its own")
        try:
            self._folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.unfinished-", dir=target.parent))
            try:
                self._store()
                secrets = self._secrets() if with_secrets else {}
                self._database()
                self._attachments()
                if with_secrets and self._secrets() != secrets:
                    raise BackupError("the master key was changed while the database was copied; make the backup again")
                self._write_rest(secrets, with_secrets=with_secrets)
                made = Manifest(FORMAT, made_at, version("chatserver"), self._files, self._origins, self._lacking)
                manifests.write(self._folder, made)
                for folder in (self._folder, *(path for path in self._folder.rglob("*") if path.is_dir())):
                    manifests.flush_folder(folder)
                self._folder.rename(target)
                manifests.flush_folder(target.parent)
            finally:
                shutil.rmtree(self._folder, ignore_errors=True)
        except OSError as error:
            raise BackupError(f"{error.filename or target}: cannot be copied: {error.strerror}") from None
        return made

    def _store(self) -> None:
        if self._settings.redis_url is not None:
            self._lacking.append(
                "The store that `redis_url` names: copy its append-only files or its RDB yourself, before each backup, "
                "because the database must be copied after the store."
            )
            return
        with ExitStack() as stack:
            files = StoreFiles(self._settings.data_dir / "store", stack)
            self._total += sum(files.sizes.values())
            to = self._make("store") / FOLDER
            to.mkdir()
            for name, file, size in files.items():
                self._files[f"store/{FOLDER}/{name}"] = manifests.copy(file, size, to / name, self._copied)
            if files.listed:
                self._write(f"store/{FOLDER}/{LIST}", "".join(f"{line}\n" for line in files.listed).encode())

    def _database(self) -> None:
        url = self._settings.records_url
        if url.get_backend_name() != "sqlite":
            self._dump(url)
            return
        file = Path(url.database or "")
        if not file.is_file():
            raise BackupError(f"{file}: there are no records; name the server's folder with --data-dir")
        before, to = self._done, self._folder / "records.db"
        size = file.stat().st_size
        self._total += 2 * size  # copied, and read again for its checksum
        try:
            with closing(sqlite3.connect(file, isolation_level=None)) as source, closing(sqlite3.connect(to)) as copy:
                # One moment of the file, however long the copy takes and whoever writes.
                source.execute("BEGIN")
                source.execute("SELECT count(*) FROM sqlite_master").fetchone()

                def copied(_: int, left: int, pages: int) -> None:
                    self._done = before + size * (pages - left) // max(pages, 1)
                    self._copied(0)

                source.backup(copy, pages=PAGES, progress=copied)
                copy.execute("PRAGMA journal_mode = DELETE")  # The file stands alone.
        except sqlite3.Error as error:
            raise BackupError(f"{file}: cannot be copied: {error}") from None
        with to.open("rb") as content:
            os.fsync(content.fileno())
        self._files["records.db"] = manifests.sum_of(to, self._copied)

    def _dump(self, url: URL) -> None:
        program = shutil.which("pg_dump")
        if program is None:
            self._lacking.append("The database: pg_dump is not installed here; run it yourself, after each backup.")
            return
        query = {key: value for key, value in url.query.items() if isinstance(value, str)}
        given = {
            "PGHOST": url.host or query.get("host"),
            "PGPORT": str(url.port) if url.port else None,
            "PGUSER": url.username,
            "PGPASSWORD": str(url.password) if url.password else None,
            "PGDATABASE": url.database,
            "PGSSLMODE": query.get("ssl"),
        }
        to = self._folder / "records.dump"
        # By its environment, because arguments can be read by every user.
        done = subprocess.run(  # noqa: S603 - the program found above, with words of our own
            [program, "--format=custom", "--no-password", f"--file={to}"],
            env=os.environ | {key: value for key, value in given.items() if value},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BackupError(f"pg_dump could not copy the database: {' '.join(done.stderr.split())}")
        self._files["records.dump"] = manifests.sum_of(to, self._copied)

    def _attachments(self) -> None:
        """After the database: a file that it names is there, or was deleted meanwhile. They are sealed."""
        if self._settings.attachments_url is not None:
            self._lacking.append("Files that people sent: they are in the bucket that `attachments_url` names.")
            return
        folder = self._settings.data_dir / ATTACHMENTS
        found = sorted(path for path in folder.rglob("*") if path.is_file() and "#" not in path.name)
        self._total += sum(_size(path) for path in found)
        for path in found:
            name = f"{ATTACHMENTS}/{path.relative_to(folder).as_posix()}"
            to = self._folder / name
            try:
                content = path.open("rb")
            except FileNotFoundError:
                continue
            with content:
                to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._files[name] = manifests.copy(content, os.fstat(content.fileno()).st_size, to, self._copied)

    def _secrets(self) -> dict[str, tuple[Path, bytes]]:
        """The secrets that are in files, with the places that they come from."""
        settings, own = self._settings, self._settings.data_dir / "secrets"
        named = {
            "master": settings.master_key_file or own / "master",
            "jwt": own / "jwt",
            "settings.toml": self._config,
        }
        if settings.master_key is not None:
            del named["master"]
        return {name: (file, file.read_bytes()) for name, file in named.items() if file is not None and file.is_file()}

    def _write_rest(self, secrets: dict[str, tuple[Path, bytes]], *, with_secrets: bool) -> None:
        settings = self._settings
        if secrets:
            self._make("secrets")
            self._write(f"secrets/{KEEP_APART}", WARNING.encode())
        for name, (file, content) in secrets.items():
            self._write(f"secrets/{name}", content)
            if file.parent != settings.data_dir / "secrets":
                self._origins[f"secrets/{name}"] = str(file.absolute())
        if settings.policy is not None:
            self._make("settings")
            self._write("settings/policy.toml", settings.policy.read_bytes())
            self._origins["settings/policy.toml"] = str(settings.policy.absolute())
        if not with_secrets:
            self._lacking.append("The master key, the token secret and the settings file: --without-secrets was given.")
        for key in ("master_key", "jwt_secret"):
            if getattr(settings, key) is not None:
                self._lacking.append(f"`{key}`, which is no file: keep it yourself, apart from the backup.")

    def _make(self, name: str) -> Path:
        folder = self._folder / name
        folder.mkdir(mode=0o700)
        return folder

    def _write(self, name: str, content: bytes) -> None:
        open_private(self._folder / name, "x").close()
        (self._folder / name).write_bytes(content)
        with (self._folder / name).open("rb") as file:
            os.fsync(file.fileno())
        self._files[name] = manifests.sum_of(self._folder / name, lambda _: None)

    def _copied(self, count: int) -> None:
        self._done += count
        self._on_progress(self._done, max(self._total, self._done))
