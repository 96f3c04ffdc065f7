"""Links that come by mail: the same answer whoever asks, and a mail for those that there are."""

import asyncio
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from chatserver.conversations.requests import PersonDetails
from chatserver.notices.mailbox import mailbox_folder, mails_in
from chatserver.sign_ins.sign_in_links import MAILS_AT_MOST, SignInLinks
from chatserver.sign_ins.sign_in_mails import SignInMails
from tests.web.signing_in import Place, serving


async def written_to(place: Place, address: str = "mia@example.org") -> None:
    """Mia has an address."""
    await place.server.parts.provisioning.put_person("mia", PersonDetails("member", "Mia Berg", email=address))


async def mails(place: Place, folder: Path) -> list[EmailMessage]:
    """Those that there are, once nothing is being sent any more."""
    sending: SignInMails = place.server.parts.sign_in_mails
    await asyncio.gather(*sending._at_work)
    return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in mails_in(mailbox_folder(folder))]


def secret_in(mail: EmailMessage) -> str:
    """Of the link that the mail holds."""
    body = mail.get_body(("plain",))
    assert body is not None
    [link] = re.findall(r"https?://\S+/app/sign-in#(\S+)", body.get_content())
    return str(link)


@pytest.mark.parametrize(
    ("language", "subject"),
    [("nb", "Lenken din til Mentor"), ("da", "Dit link til Mentor"), ("en", "Your link to Mentor")],
)
async def test_a_link_comes_by_mail_and_signs_in(valkey_url: str, tmp_path: Path, language: str, subject: str) -> None:
    """In the language of the page, to the address on record, whatever case it was asked for in."""
    async with serving(valkey_url, tmp_path) as place:
        await written_to(place)
        browser = await place.browser()
        answer = await browser.post("/app/sign-in/mail", {"address": "MIA@Example.org", "language": language})
        assert (answer.status_code, answer.content) == (202, b"")
        [mail] = await mails(place, tmp_path)
        assert mail["Subject"] == subject
        assert "mia@example.org" in mail["To"]
        assert "Mia" in str(mail.get_body(("plain",)))
        assert "Berg" not in str(mail)
        used = await browser.post("/app/sign-in/link", {"secret": secret_in(mail)})
        assert used.json() == {"app": "/app/member"}


async def test_the_answer_is_the_same_whoever_asks(valkey_url: str, tmp_path: Path) -> None:
    """Nobody learns who is known here: neither by address nor by a link that never was one."""
    async with serving(valkey_url, tmp_path) as place:
        await written_to(place)
        browser = await place.browser()
        asked: list[dict[str, str]] = [
            {"address": "mia@example.org"},
            {"address": "eve@example.org"},
            {"secret": "none"},
        ]
        answers = [await browser.post("/app/sign-in/mail", each) for each in asked]
        assert len({(each.status_code, each.content) for each in answers}) == 1
        assert len({tuple(sorted({*each.headers} - {"date"})) for each in answers}) == 1
        assert len(await mails(place, tmp_path)) == 1


async def test_a_link_that_is_used_up_gets_a_new_one(valkey_url: str, tmp_path: Path) -> None:
    """To the address on record, whoever holds the old one."""
    async with serving(valkey_url, tmp_path) as place:
        await written_to(place)
        browser, secret = await place.browser(), await place.secret()
        await browser.post("/app/sign-in/link", {"secret": secret})
        await browser.post("/app/sign-in/mail", {"secret": secret, "language": "da"})
        [mail] = await mails(place, tmp_path)
        assert secret_in(mail) != secret


async def test_nobody_is_flooded_with_links(valkey_url: str, tmp_path: Path) -> None:
    """One a minute and five an hour, however often and from wherever they are asked for."""
    async with serving(valkey_url, tmp_path) as place:
        await written_to(place)
        now = [1_800_000_000_000]
        links = SignInLinks(place.server.parts.database, place.url, lambda: now[0])
        made = []
        for _ in range(120):
            made.append(await links.make_to_mail("mia"))
            now[0] += 30_000
        assert sum(each is not None for each in made) == MAILS_AT_MOST[1][1]
        browser = await place.browser()
        asked = [await browser.post("/app/sign-in/mail", {"address": f"a{n}@example.org"}) for n in range(15)]
        assert {each.status_code for each in asked} == {202, 429}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"address": "nobody"},
        {"address": "a@b.c", "secret": "x"},
        {"address": "a@b.c\r\nBcc: x@y.z"},
        {"address": "a\0@b.c"},
        {"language": "fr"},
    ],
)
async def test_what_is_no_request_is_refused(valkey_url: str, tmp_path: Path, body: dict[str, str]) -> None:
    """An address or a link, and a language that the apps speak."""
    async with serving(valkey_url, tmp_path) as place:
        assert (await (await place.browser()).post("/app/sign-in/mail", body)).status_code == 422
