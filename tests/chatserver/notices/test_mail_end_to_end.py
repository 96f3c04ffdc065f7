"""From a booking to the relay, and from the relay's word back, on a whole server."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from chatserver.app import Parts, assembled
from chatserver.conversations.requests import ConversationDetails, PersonDetails, Written
from chatserver.notices.mailbox import mailbox_folder, mails_in
from chatserver.sessions.outcomes import BookingDone
from chatserver.settings import load
from quotas import instant
from quotas.session_book import WantedBooking
from tests.certificates import authority_pem
from tests.chatserver.migrated import migrated_sqlite
from tests.chatserver.notices.relays import read_mail, relaying

NOW = "2026-01-06T09:00:00Z"
START = instant.parse("2026-01-13T09:00:00Z")


@asynccontextmanager
async def server(valkey_url: str, folder: Path, **settings: str) -> AsyncIterator[Parts]:
    """A server with one conversation on a Tuesday."""
    migrated_sqlite(folder)
    loaded, _ = load({"data_dir": str(folder), "now": NOW, **settings}, {})
    async with assembled(loaded, valkey_url) as parts:
        for person, role in (("mia", "member"), ("tora", "mentor")):
            details = PersonDetails(role, person.title(), email=f"{person}@example.net")  # type: ignore[arg-type]
            assert isinstance(await parts.provisioning.put_person(person, details), Written)
        details_of = ConversationDetails("mia", "tora", "live")
        assert isinstance(await parts.provisioning.put_conversation("c1", details_of), Written)
        yield parts


async def book(parts: Parts) -> None:
    wanted = WantedBooking("b1", "c1", "video_call", START, 30)
    assert isinstance(await parts.bookings.book(wanted, "mentor"), BookingDone)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 - nobody tells when a file or a mail is there
            await asyncio.sleep(0.05)


async def test_to_a_relay(valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both get an invitation, moved and cancelled too, over TLS that the system trusts; each once."""
    (tmp_path / "authority.pem").write_text(authority_pem())
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    async with relaying() as relay:
        settings = {"smtp_url": relay.url, "mail_from": "n@example.org", "public_url": "https://chat.example.org"}
        async with server(valkey_url, tmp_path, **settings) as parts:
            await book(parts)
            await until(lambda: len(relay.got) == 2)
            assert isinstance(await parts.bookings.move("b1", START + 86_400_000, "mentor"), BookingDone)
            await until(lambda: len(relay.got) == 4)
            assert isinstance(await parts.bookings.cancel("b1", "mentor"), BookingDone)
            await until(lambda: len(relay.got) == 6)
    mails = relay.mails
    methods = [
        (str(mail["To"]), part.get_param("method"))
        for mail in mails
        for part in mail.walk()
        if part.get_content_type() == "text/calendar"
    ]
    assert sorted(methods[:2]) == [("Mia <mia@example.net>", "REQUEST"), ("Tora <tora@example.net>", "REQUEST")]
    assert [method for _, method in methods] == ["REQUEST"] * 4 + ["CANCEL"] * 2
    assert len({str(mail["Message-ID"]) for mail in mails}) == 6
    assert len({str(mail["References"]) for mail in mails}) == 1


async def test_into_the_folder(valkey_url: str, tmp_path: Path) -> None:
    """Without a relay, and with nothing set: each mail is a file that mail programs read."""
    async with server(valkey_url, tmp_path) as parts:
        await book(parts)
        await until(lambda: len(mails_in(mailbox_folder(tmp_path))) == 2)
    mails = [read_mail(file.read_bytes()) for file in mails_in(mailbox_folder(tmp_path))]
    assert {str(mail["To"]) for mail in mails} == {"Mia <mia@example.net>", "Tora <tora@example.net>"}
    assert {str(mail["From"]) for mail in mails} == {"chatserver <notices@localhost>"}
