"""A mail relay that keeps nothing but what it said 250 to, and when: by the keys in Message-IDs."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.parser import BytesHeaderParser

from aiosmtpd.smtp import SMTP, Envelope, Session
from msgspec import Struct

from benchmarks.contenders import HOST
from chatserver.notices.mail_message import key_of_message


class Received(Struct, frozen=True):
    """A mail that it took; `at` in seconds of this machine's monotonic clock."""

    key: str
    at: float


class MailSink:
    """It takes `slowness` seconds for a mail, at most: as long it is on its way when a sender dies."""

    def __init__(self, slowness: float) -> None:
        self.port = 0
        self.received: list[Received] = []
        self._slowness = slowness

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        assert isinstance(envelope.content, bytes)
        key = key_of_message(str(BytesHeaderParser().parsebytes(envelope.content)["Message-ID"]))
        if self._slowness:
            await asyncio.sleep(random.uniform(0, self._slowness))  # noqa: S311 - no key
        self.received.append(Received(key, time.monotonic()))
        return "250 OK"

    @property
    def url(self) -> str:
        """For the setting `smtp_url`."""
        return f"smtp://{HOST}:{self.port}?starttls=no"


@asynccontextmanager
async def mail_sink(slowness: float = 0.0) -> AsyncIterator[MailSink]:
    """One that listens."""
    sink = MailSink(slowness)
    listener = await asyncio.get_running_loop().create_server(lambda: SMTP(sink, hostname="sink"), HOST, 0)
    sink.port = listener.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        listener.close()
