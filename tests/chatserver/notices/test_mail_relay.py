"""The relay: a real SMTP server with STARTTLS and a login, its answers, and what becomes of mails by them."""

import asyncio
import socket
import ssl
from typing import Literal

import pytest

from chatserver.notices.delivery import Delivered, NeverDelivered, NotNow
from chatserver.notices.mail_post import AddressRefused, PostedMail
from chatserver.notices.mail_relay import CONNECTIONS, TIMEOUT, TURN_WITHIN, MailRelay
from chatserver.notices.sending import TRY_WITHIN
from chatserver.setting_values import smtp_server
from tests.chatserver.notices.relays import PASSWORD, TestRelay, relaying, trust

CONTENT = b"From: n@example.org\r\nTo: lina@example.org\r\nSubject: Hei\r\n\r\n.A line with a dot first\r\n"


def mail(to: str = "lina@example.org") -> PostedMail:
    return PostedMail("1", "n@example.org", to, CONTENT)


def to_relay(relay: TestRelay, trusted: ssl.SSLContext | None = None) -> MailRelay:
    return MailRelay(relay.server, "chat.example.org", trusted or trust())


async def test_a_mail_gets_there() -> None:
    """Over TLS, after the login, as it was written."""
    async with relaying() as relay:
        post = to_relay(relay)
        assert await post.post(mail()) == Delivered()
        assert relay.got == [("n@example.org", ["lina@example.org"], CONTENT)]
        await post.close()


async def test_a_few_connections_are_used_again_and_again() -> None:
    async with relaying() as relay:
        post = to_relay(relay)
        assert await asyncio.gather(*(post.post(mail()) for _ in range(40))) == [Delivered()] * 40
        assert (await post.post(mail()), len(relay.got)) == (Delivered(), 41)
        assert relay.sessions <= CONNECTIONS
        await post.close()


async def test_a_connection_that_the_relay_has_closed_is_no_failure() -> None:
    async with relaying() as relay:
        post = to_relay(relay)
        assert await post.post(mail()) == Delivered()
        for transport in list(relay.transports):
            transport.abort()
        await asyncio.sleep(0.05)
        assert await post.post(mail()) == Delivered()
        await post.close()


@pytest.mark.parametrize(
    ("stage", "answer", "result"),
    [
        ("rcpt", "450 4.2.0 Greylisted", NotNow("the mail relay refuses the address (450 4.2.0)")),
        ("rcpt", "550 5.1.1 No such user", AddressRefused("the mail relay refuses the address (550 5.1.1)")),
        ("rcpt", "550 Lina is not here", AddressRefused("the mail relay refuses the address (550)")),
        ("rcpt", "550 5.7.1 Blocked", NeverDelivered("the mail relay refuses the address (550 5.7.1)")),
        ("rcpt", "552 5.2.2 Mailbox full", NeverDelivered("the mail relay refuses the address (552 5.2.2)")),
        ("data", "451 4.3.0 Later", NotNow("the mail relay refuses a mail (451 4.3.0)")),
        ("data", "421 Going down", NotNow("the mail relay refuses a mail (421)")),
        ("data", "554 5.6.0 Spam", NeverDelivered("the mail relay refuses a mail (554 5.6.0)")),
    ],
)
async def test_what_the_relay_says(
    stage: Literal["rcpt", "data"], answer: str, result: NotNow | NeverDelivered | AddressRefused
) -> None:
    """Later or never, without the words that may name people; the next mail on the connection gets there."""
    async with relaying() as relay:
        getattr(relay, stage)["lina@example.org"] = answer
        post = to_relay(relay)
        assert await post.post(mail()) == result
        assert await post.post(mail("ola@example.org")) == Delivered()
        await post.close()


async def test_a_relay_that_is_gone_before_it_says_yes() -> None:
    """Whether it has the mail is not known: it is sent again."""
    async with relaying() as relay:
        relay.cuts_after_data = True
        post = to_relay(relay)
        assert await post.post(mail()) == NotNow("the connection to the mail relay was lost")
        relay.cuts_after_data = False
        assert (await post.post(mail()), len(relay.got)) == (Delivered(), 2)
        await post.close()


# What keeps all mails from leaving


async def problem_of(post: MailRelay) -> str:
    """The answer."""
    result = await post.post(mail())
    assert isinstance(result, NotNow)
    return result.reason


async def test_nobody_is_there() -> None:
    async with relaying() as relay:
        gone = relay.server
    post = MailRelay(gone, "chat.example.org", trust())
    assert await problem_of(post) == "the mail relay cannot be reached"


async def test_a_login_that_is_not_taken_and_then_is(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing of it is in the sentence, which is logged once; with the first mail that gets there all is well again."""
    async with relaying() as relay:
        relay.password = "another"
        post = to_relay(relay)
        for _ in range(2):
            assert await problem_of(post) == "the mail relay does not take the login in `smtp_url` (535)"
        ours = [record.message for record in caplog.records if record.name == "chatserver.notices.mail_relay"]
        assert ours == ["the mail relay does not take the login in `smtp_url` (535)"]
        relay.password = PASSWORD
        assert await post.post(mail()) == Delivered()
        await post.close()


async def test_a_sender_that_is_not_taken() -> None:
    async with relaying() as relay:
        relay.sender_answer = "553 5.7.1 not yours"
        post = to_relay(relay)
        assert "the address in `mail_from` (553 5.7.1)" in await problem_of(post)
        await post.close()


async def test_a_certificate_that_nobody_trusts() -> None:
    async with relaying() as relay:
        post = to_relay(relay, ssl.create_default_context())
        assert await problem_of(post) == "the mail relay's certificate is not trusted, or TLS with it fails"
        assert relay.got == []


async def test_a_certificate_of_somebody_else() -> None:
    async with relaying(("mail.example.org",)) as relay:
        assert "certificate" in await problem_of(to_relay(relay))


async def test_no_mail_and_no_password_crosses_the_network_openly() -> None:
    async with relaying(with_tls=False) as relay:
        assert "offers no STARTTLS" in await problem_of(to_relay(relay))
        assert relay.got == []


async def test_a_relay_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatserver.notices.mail_relay.TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        post = MailRelay(smtp_server(f"smtp://127.0.0.1:{port}"), "chat.example.org", trust())
        assert await problem_of(post) == "the mail relay does not answer in time"


async def test_who_finds_a_slow_relay_busy_has_not_been_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut off while the relay thinks, a mail would be there, and sent again."""
    monkeypatch.setattr("chatserver.notices.mail_relay.TURN_WITHIN", 0.5)
    async with relaying() as relay:
        relay.thinks = 1.0
        post = to_relay(relay)
        results = await asyncio.gather(*(post.post(mail()) for _ in range(CONNECTIONS + 3)))
        assert results.count(Delivered()) == CONNECTIONS == len(relay.got)
        assert results.count(NotNow("the mail relay is slow; others come first", counts=False)) == 3
        relay.thinks = 0
        assert await post.post(mail()) == Delivered()
        await post.close()
    assert TURN_WITHIN + TIMEOUT < TRY_WITHIN
