"""What `python -m benchmarks.what_if` makes: a record that the command tells two policies."""

from pathlib import Path

from benchmarks import what_if
from chatserver.settings import Settings


async def test_few(database_url: str, tmp_path: Path) -> None:
    done: list[int] = []
    url = database_url if database_url.startswith("postgresql") else f"sqlite:///{tmp_path}/records.db"
    settings = Settings(data_dir=tmp_path, database_url=url)
    await what_if.fill(settings, 1_000, done.append)
    policy = tmp_path / "policy.toml"
    policy.write_text(what_if.POLICY)
    found = what_if.tried(settings, policy)
    assert sum(done) == 1_000
    assert {line["plan"] for line in found.report["lines"]} == {"light", "basic", "video", "live"}
    assert found.report["total"]["tried"] > 500
    assert found.report["total"]["newly_refused"] > 0
    assert found.memory > 0
