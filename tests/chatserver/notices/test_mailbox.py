"""Mails as files, where no relay is set; and the command that lists and shows them."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chatserver.notices.delivery import Delivered, NotNow
from chatserver.notices.mail_address import MailAddress
from chatserver.notices.mail_letter import LetterContent, LetterPart, letter_text
from chatserver.notices.mail_message import Letter, mail_message
from chatserver.notices.mail_post import PostedMail
from chatserver.notices.mailbox import Mailbox, mailbox_folder, mails_in
from tests.chatserver.notices.relays import read_mail
from tests.chatserver.test_cli import run, sentence


def posted(number: int, subject: str = "Du har skrevet?") -> PostedMail:
    letter = Letter(
        key=f"{number}.mail",
        sender=MailAddress("Mentor", "notices@example.org"),
        to=MailAddress("Lina", "lina@example.net"),
        text=letter_text(LetterContent("nb", [LetterPart(subject, f"Linje {number} på norsk.")], "Europe/Oslo")),
        language="nb",
        sent_at=datetime(2026, 11, 27, 15, number, tzinfo=UTC),
    )
    content = mail_message(letter).as_bytes()
    return PostedMail(f"{number:014d}-1", "notices@example.org", "lina@example.net", content)


async def test_a_mail_is_a_file(tmp_path: Path) -> None:
    """Whole, for this user alone; the same again takes the place of the first."""
    mailbox, mail = Mailbox(tmp_path / "mail"), posted(1)
    for _ in range(2):
        assert await mailbox.post(mail) == Delivered()
    [file] = (tmp_path / "mail").iterdir()
    assert (file.suffix, file.stat().st_mode & 0o777) == (".eml", 0o600)
    assert (tmp_path / "mail").stat().st_mode & 0o777 == 0o700
    assert file.read_bytes() == mail.content
    assert read_mail(file.read_bytes())["To"] == "Lina <lina@example.net>"


async def test_the_folder_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The latest ones are kept, also where two processes write."""
    monkeypatch.setattr("chatserver.notices.mailbox.KEPT_MAILS", 10)
    boxes = [Mailbox(tmp_path), Mailbox(tmp_path)]
    for number in range(0, 59):
        await asyncio.gather(*(box.post(posted(number)) for box in boxes))
    assert len(mails_in(tmp_path)) < 10 + 50
    await Mailbox(tmp_path).post(posted(59))
    assert [file.name for file in mails_in(tmp_path)] == [f"{number:014d}-1.eml" for number in range(59, 49, -1)]


async def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """It is tried again."""
    (tmp_path / "mail").write_text("in the way")
    mailbox = Mailbox(tmp_path / "mail")
    assert await mailbox.post(posted(1)) == NotNow("mails cannot be written into the data folder")
    (tmp_path / "mail").unlink()
    assert await mailbox.post(posted(1)) == Delivered()


async def test_the_command(tmp_path: Path) -> None:
    """A list, the latest first, and one of them; as JSON, and as it is in its file."""
    mailbox = Mailbox(mailbox_folder(tmp_path / "data"))
    for number, subject in ((1, "Du har skrevet?"), (2, "Åpent [bold]igjen[/bold]")):
        await mailbox.post(posted(number, subject))
    listed = run("mail", cwd=tmp_path)
    assert (listed.returncode, listed.stderr) == (0, "")
    assert [line.split() for line in listed.stdout.splitlines()[1:]] == [
        ["1", "2026-11-27", "15:02", "Lina", "<lina@example.net>", "Åpent", "[bold]igjen[/bold]"],
        ["2", "2026-11-27", "15:01", "Lina", "<lina@example.net>", "Du", "har", "skrevet?"],
    ]
    assert "2 mails in all" in run("mail", "--most", "1", cwd=tmp_path).stdout
    [first, second] = json.loads(run("mail", "--json", cwd=tmp_path).stdout)
    assert (first["number"], first["sent_at"], second["subject"]) == (1, "2026-11-27T15:02:00Z", "Du har skrevet?")
    shown = run("mail", "show", "2", cwd=tmp_path).stdout
    assert "Subject: Du har skrevet?" in shown
    assert "Linje 1 på norsk." in shown
    assert "Linje 2" in run("mail", "show", cwd=tmp_path).stdout
    assert "Content-Type: text/html" in run("mail", "show", "1", "--raw", cwd=tmp_path).stdout
    assert "there is no mail 3; there are 2 mails" in sentence(run("mail", "show", "3", cwd=tmp_path))
    assert "there are no mails" in sentence(run("mail", "--data-dir", "elsewhere", cwd=tmp_path))
    relay = {"CHATSERVER_SMTP_URL": "smtp://mail.example.org", "CHATSERVER_MAIL_FROM": "n@example.org"}
    done = run("mail", cwd=tmp_path, CHATSERVER_PUBLIC_URL="https://chat.example.org", **relay)
    assert "mails go to that relay" in sentence(done)
