"""A mail relay for tests: aiosmtpd over STARTTLS with a login, on a port of its own, which keeps what it gets."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from chatserver.setting_values import SmtpServer, smtp_server
from tests.certificates import server_context, trusting

USER, PASSWORD = "chat", "p@ss/word"


class TestRelay:
    """What it got, and what it answers: `rcpt` and `data` by address, else OK. `hangs`: it never answers to a mail."""

    __test__ = False

    def __init__(self) -> None:
        self.port = 0
        self.is_open = False
        """Without TLS and login, as on the sender's machine."""
        self.got: list[tuple[str, list[str], bytes]] = []
        """From, to and content of each mail that it said 250 to."""
        self.rcpt: dict[str, str] = {}
        self.data: dict[str, str] = {}
        self.sender_answer = ""
        self.password = PASSWORD
        self.cuts_after_data = False
        """It takes mails, and is gone before it says so."""
        self.thinks = 0.0
        """Seconds that it takes for a mail."""
        self.sessions = 0
        self.most_at_once = 0
        self.transports: set[asyncio.Transport] = set()

    @property
    def url(self) -> str:
        return f"smtp://{USER}:p%40ss%2Fword@127.0.0.1:{self.port}"

    @property
    def server(self) -> SmtpServer:
        return smtp_server(self.url)

    @property
    def mails(self) -> list[EmailMessage]:
        """What it got, read as mail programs read it."""
        return [read_mail(content) for _, _, content in self.got]

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.sender_answer:
            return self.sender_answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.rcpt:
            return self.rcpt[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert self.is_open or (session.ssl is not None and session.authenticated)
        [to] = envelope.rcpt_tos
        if to in self.data:
            return self.data[to]
        assert isinstance(envelope.content, bytes)
        await asyncio.sleep(self.thinks)
        self.got.append((envelope.mail_from or "", list(envelope.rcpt_tos), envelope.content))
        if self.cuts_after_data:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 OK"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object
    ) -> AuthResult:
        assert isinstance(given, LoginPassword)
        good = (given.login, given.password) == (USER.encode(), self.password.encode())
        return AuthResult(success=good, handled=good)


class _Counted(SMTP):
    """One connection, counted."""

    relay: TestRelay

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if transport not in self.relay.transports and self.session is None:
            self.relay.sessions += 1
        self.relay.transports.add(transport)  # type: ignore[arg-type]
        self.relay.most_at_once = max(self.relay.most_at_once, len(self.relay.transports))
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.relay.transports -= {each for each in self.relay.transports if each.is_closing()}
        super().connection_lost(error)


@asynccontextmanager
async def relaying(names: tuple[str, ...] = ("127.0.0.1",), *, with_tls: bool = True) -> AsyncIterator[TestRelay]:
    """A relay that listens; `names` are those in its certificate."""
    relay = TestRelay()
    relay.is_open = not with_tls

    def connection() -> SMTP:
        smtp = _Counted(
            relay,
            tls_context=server_context(*names) if with_tls else None,
            require_starttls=with_tls,
            auth_required=with_tls,
            auth_require_tls=True,
            authenticator=relay.authenticate,
            enable_SMTPUTF8=False,
        )
        smtp.relay = relay
        return smtp

    listener = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0)
    relay.port = listener.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        listener.close()
        for transport in list(relay.transports):
            transport.abort()
        await asyncio.sleep(0)


def trust() -> ssl.SSLContext:
    """The certificates of such relays."""
    return trusting()


def read_mail(content: bytes) -> EmailMessage:
    """As mail programs read it."""
    mail = message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert mail.defects == []
    return mail
