"""What an earlier release left open to others is taken from them, wherever it lies."""

from pathlib import Path

from chatserver.private_files import tighten
from tests.chatserver.test_cli import open_to_others


def test_links_to_another_disk_are_followed(tmp_path: Path) -> None:
    """Those of the data directory and of what the server keeps in it; what lies beside is let be."""
    data, disk = tmp_path / "data", tmp_path / "disk"
    for folder in (disk, disk / "store", disk / "own"):
        folder.mkdir(mode=0o755)
    for file in (disk / "store" / "a.aof", disk / "own" / "records.db", disk / "own" / "notes.txt"):
        file.touch(0o644)
    data.symlink_to(disk / "own")
    (data / "store").symlink_to(disk / "store")
    (data / "tokens").symlink_to(disk / "nowhere")
    tighten(data)
    assert open_to_others(disk / "store") == []
    assert [Path(path).name for path in open_to_others(disk / "own")] == ["notes.txt"]
