"""What is published is written and read in one place on each side, and the documentation lists it."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from quotas.ledger import feed, keys

ROOT = Path(__file__).parents[3]
FUNCTIONS = {file.name: file.read_text(encoding="utf-8") for file in files("quotas.ledger").joinpath("lua").iterdir()}
PUBLISHED_BY_FUNCTIONS = (feed.MESSAGE, feed.CHANGE, feed.SETTINGS, feed.THERE, feed.READ, feed.DEADLINE)


def letters(of: str) -> set[bytes]:
    return {letter.encode() for letter in re.findall(of, FUNCTIONS["feed.lua"])}


def test_the_functions_publish_the_letters_that_are_read() -> None:
    assert letters(r"channel, '([A-Z])\b") | letters(r"':feed:' \.\. name, '([A-Z])\b") == set(PUBLISHED_BY_FUNCTIONS)


def test_the_functions_say_what_work_has_come_up_in_the_letters_that_are_read() -> None:
    assert letters(r"':work', '([A-Z])\b") == set(feed.WORK)
    assert feed.read_work(b"E") == (feed.EVENT, 0)
    assert feed.read_work(b"T 17") == (feed.RINGS, 17)


def test_only_one_file_publishes_on_each_side() -> None:
    assert [name for name, text in FUNCTIONS.items() if "SPUBLISH" in text] == ["feed.lua"]
    for path in [*ROOT.glob("quotas/**/*.py"), *ROOT.glob("chatserver/**/*.py")]:
        for said in re.findall(r'"SPUBLISH", keys\.feed\(.*?\), (.*)', path.read_text(encoding="utf-8")):
            assert said.startswith("feed."), f"{path.name} has a shape of its own"


def test_every_letter_and_channel_is_documented() -> None:
    rows = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").splitlines()
    for channel, known in (("{p}:feed:ID", feed.LETTERS), ("{p}:work", feed.WORK)):
        [row] = [row for row in rows if row.startswith(f"| `{channel}` |")]
        assert tuple(letter.encode() for letter in re.findall(r"`([A-Z])`", row)) == known
    for channel in (keys.person_feed("ID"), keys.board(0), keys.CLOCK):
        name = re.sub(r"{\d+}", "{p}", channel)
        assert [row for row in rows if row.startswith(f"| `{name}` | channel: ")], f"{name} is not listed"


def test_what_is_written_here_is_read_alike() -> None:
    for who in (feed.Hand("member"), feed.Hand("mentor"), feed.Hand("mentor", "ulf")):
        assert feed.read_typing(feed.typing(who, "o1").encode()) == (who, "o1")
    assert feed.read_session(feed.session(b"{}")) == b"{}"
    assert feed.session(b"{}")[:1] == feed.SESSION
    assert feed.read_revoked(feed.revoked(17).encode()) == 17
    assert feed.read_revoked(b"c1") is None
    assert feed.read_unsent(feed.unsent(b"{}")) == b"{}"
    assert feed.read_unsent(b"c1") is None
    assert feed.read_signed_out(feed.signed_out("s1").encode()) == "s1"
    assert feed.read_signed_out(b"c1") is None
    assert feed.read_noticed(feed.noticed(b"{} {}", "o1")) == ("o1", b"{} {}")
    assert feed.read_noticed(feed.noticed(b"{}")) == ("", b"{}")
    assert feed.read_noticed(b"c1") is None
    assert feed.read_cased(feed.cased("support", b"{} {}")) == ("support", b"{} {}")
    assert feed.read_signalled(feed.signalled("mentor", b"{} {}")) == ("mentor", b"{} {}")
    assert feed.read_signalled(feed.cased("mentor", b"{}")) is None
    assert feed.read_cased(b"c1") is None
    assert feed.read_muted(feed.muted("c1", muted=True).encode()) == ("c1", True)
    assert feed.read_muted(feed.muted("c1", muted=False).encode()) == ("c1", False)
    assert feed.read_muted(b"c1") is None
    assert feed.read_moved(feed.moved(86_400_000, [3, 255]).encode()) == (86_400_000, [3, 255])
    assert feed.read_moved(feed.moved(1, ()).encode()) == (1, [])


@pytest.mark.parametrize(
    ("payload", "kind", "due_at", "hours"),
    [(b"D warning 4.5 17", "warning", 17, 4.5), (b"D missed 0 17", "missed", 17, 0.0)],
)
def test_deadlines(payload: bytes, kind: str, due_at: int, hours: float) -> None:
    assert feed.read_deadline(payload) == (kind, due_at, hours)


def test_marks_and_places() -> None:
    assert feed.read_mark(b"R mentor 12 o1 5") == (feed.Hand("mentor"), 12, "o1", 5)
    assert feed.read_mark(b"R mentor 12 o1") == (feed.Hand("mentor"), 12, "o1", None)  # of an earlier release
    assert feed.read_mark(b"R substitute 12 o1 ulf") == (feed.Hand("mentor", "ulf"), 12, "o1", None)
    assert feed.read_there(b"N 7") == 7
    assert feed.read_board(b"c1 5 9 0") == "c1"
