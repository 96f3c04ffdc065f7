"""What `python -m benchmarks.histories` plays, on each kind of database; and that it tells what is wrong."""

from pathlib import Path

import pytest

from benchmarks.contenders import BenchmarkError
from benchmarks.histories import played
from benchmarks.history_play import Talk, Written, folded
from chatserver.settings import Settings


async def test_fifty(database_url: str, valkey_url: str, tmp_path: Path) -> None:
    told: list[float] = []
    url = database_url if database_url.startswith("postgresql") else f"sqlite:///{tmp_path}/records.db"
    settings = Settings(data_dir=tmp_path, database_url=url, archive_after=0)
    entries = await played(settings, valkey_url, 50, 2, lambda what, share: told.append(share))
    assert entries > 50 * 20
    assert told[-1] == pytest.approx(1)


async def test_what_is_read_otherwise_is_told(monkeypatch: pytest.MonkeyPatch, valkey_url: str, tmp_path: Path) -> None:
    def stands(talk: Talk, message: Written) -> object:
        [found] = folded([], [Written(message.seq, message.kind, message.sender, "another text")])
        return found

    monkeypatch.setattr(Talk, "_stands", stands)
    settings = Settings(data_dir=tmp_path, archive_after=0)
    with pytest.raises(ExceptionGroup) as caught:
        await played(settings, valkey_url, 2, 2, lambda what, share: None)
    assert "by history it reads" in str(caught.value.exceptions[0])
    assert isinstance(caught.value.exceptions[0], BenchmarkError)
