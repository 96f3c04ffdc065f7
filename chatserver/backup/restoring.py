"""Restoring a backup: everything is verified before anything is changed, and nothing is overwritten."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from chatserver.attachments.file_store import FOLDER as ATTACHMENTS
from chatserver.backup import manifest as manifests
from chatserver.backup.manifest import BackupError, Manifest
from chatserver.operating.embedded import unused
from chatserver.private_files import make_folder
from chatserver.settings import Settings

OWN_SECRETS = ("secrets/master", "secrets/jwt")
RestoreProgress = Callable[[int, int], None]


def restore(
    settings: Settings, backup: Path, on_progress: RestoreProgress, *, move_aside: bool
) -> tuple[Manifest, Path | None]:
    """Put back what the backup holds; gives its manifest, and where data of before was moved.

    Raises BackupError, and EmbeddedStoreError where a server runs on the folder.
    """
    manifest = manifests.read(backup)
    _verify(backup, manifest, on_progress)
    places = _places(settings, backup, manifest)
    try:
        make_folder(settings.data_dir)
        with unused(settings.data_dir):
            in_the_way = _in_the_way(places, move_aside=move_aside)
            drafts: list[tuple[Path, Path]] = []
            try:
                for place, names in places.items():
                    make_folder(place.parent)
                    draft = Path(tempfile.mkdtemp(prefix=".restoring-", dir=place.parent))
                    drafts.append((draft, place))
                    for name, rest in names.items():
                        _copy(backup / name, draft / place.name / rest if rest else draft / place.name)
                # All of it is here: until now nothing has been touched, and what is left to do takes no room.
                aside = _move(in_the_way, places, settings.data_dir)
                for draft, place in drafts:
                    (draft / place.name).rename(place)
                    manifests.flush_folder(place.parent)
            finally:
                for draft, _ in drafts:
                    shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise BackupError(f"{error.filename or settings.data_dir}: cannot be restored: {error.strerror}") from None
    return manifest, aside


def _verify(backup: Path, manifest: Manifest, on_progress: RestoreProgress) -> None:
    """Compare every file; the folder of the secrets may have been moved elsewhere, as its note asks."""
    total, done = sum(each.bytes for each in manifest.files.values()), 0

    def read(count: int) -> None:
        nonlocal done
        done += count
        on_progress(done, total)

    for name, expected in manifest.files.items():
        if name.startswith("secrets/") and not (backup / "secrets").exists():
            continue
        try:
            same = manifests.sum_of(backup / name, read) == expected
        except OSError as error:
            raise BackupError(f"{backup / name}: cannot be read: {error.strerror}") from None
        if not same:
            raise BackupError(f"{backup / name} is not what was backed up; take another backup")


def _places(settings: Settings, backup: Path, manifest: Manifest) -> dict[Path, dict[str, Path | None]]:
    """Where what goes, in the order in which it is put there: for each place the files, and their paths in it."""
    places: dict[Path, dict[str, Path | None]] = {}
    for name in OWN_SECRETS:
        place = settings.data_dir / name
        if name not in manifest.files or name in manifest.origins or not (backup / name).exists():
            continue
        if not place.is_file() or place.read_bytes() != (backup / name).read_bytes():
            places[place] = {name: None}
    url = settings.records_url
    if "records.db" in manifest.files:
        if url.get_backend_name() != "sqlite":
            raise BackupError("the backup holds a SQLite file, and `database_url` names a PostgreSQL; leave it away")
        places[Path(url.database or "")] = {"records.db": None}
    stored = [name for name in manifest.files if name.startswith("store/")]
    if stored:
        if settings.redis_url is not None:
            raise BackupError("the backup holds an embedded store, and `redis_url` names another; leave it away")
        places[settings.data_dir / "store"] = {name: Path(name).relative_to("store") for name in stored}
    files = [name for name in manifest.files if name.startswith(f"{ATTACHMENTS}/")]
    if files and settings.attachments_url is not None:
        raise BackupError("the backup holds a folder of files, and `attachments_url` names a bucket; leave it away")
    if files:
        places[settings.data_dir / ATTACHMENTS] = {name: Path(name).relative_to(ATTACHMENTS) for name in files}
    return places


def _in_the_way(places: dict[Path, dict[str, Path | None]], *, move_aside: bool) -> list[Path]:
    """Data that is where something goes. Raises BackupError where there is any that may not be moved."""
    in_the_way = [path for place in places for path in _data_at(place)]
    if in_the_way and not move_aside:
        raise BackupError(
            f"{in_the_way[0]} is there already, and nothing was restored; name another --data-dir, or move the old "
            "data aside with --move-aside"
        )
    return in_the_way


def _move(in_the_way: list[Path], places: dict[Path, dict[str, Path | None]], data_dir: Path) -> Path | None:
    """Where it was moved to; None where nothing was. Raises BackupError where it is in use."""
    if not in_the_way:
        return None
    for path in in_the_way:
        if "records.db" in places.get(path, {}):
            _require_unused(path)
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    aside = Path(tempfile.mkdtemp(prefix=f"before-restore-{stamp}-", dir=data_dir))
    for path in in_the_way:
        if path.exists():  # What a killed server had left of its log has just gone into the file.
            shutil.move(path, aside / path.name)
    return aside


def _data_at(place: Path) -> list[Path]:
    """What is there: a database with its log, a secret, or a store that is more than an empty folder."""
    if place.is_dir():
        if any(file.is_file() for file in place.rglob("*")):
            return [place]
        shutil.rmtree(place)
        return []
    return [path for path in (place, *(place.with_name(place.name + end) for end in ("-wal", "-shm"))) if path.exists()]


def _require_unused(file: Path) -> None:
    """SQLite leaves its write-ahead log only while nobody else has the file open."""
    try:
        with closing(sqlite3.connect(file, timeout=1)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise BackupError(f"{file} cannot be moved aside: {error}") from None
        raise BackupError(f"{file} is in use; stop every server on it first") from None
    except sqlite3.Error:
        return  # It is damaged, which may be why somebody restores.


def _copy(source: Path, to: Path) -> None:
    make_folder(to.parent)
    with source.open("rb") as content:
        manifests.copy(content, source.stat().st_size, to, lambda _: None)
    to.chmod(0o600)
