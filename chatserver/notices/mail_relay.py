"""Mails go out by a relay, over SMTP with TLS: a few connections at once, each for many mails."""

import asyncio
import logging
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from msgspec import Struct

from chatserver.notices.delivery import Delivered, DeliveryResult, NeverDelivered, NotNow
from chatserver.notices.mail_post import AddressRefused, PostedMail
from chatserver.setting_values import SmtpServer

if TYPE_CHECKING:
    from aiosmtplib import SMTP

CONNECTIONS = 4
"""At once, of one process: relays count them."""
MAILS_EACH = 100
"""Mails on one connection: relays end those that have sent many."""
IDLE_WITHIN = 30.0
"""Seconds for which a connection that nobody uses is kept."""
ASK_AFTER = 5.0
"""Seconds after which it is asked first whether it still is one."""
TIMEOUT = 20.0
"""Seconds for an answer of the relay; less than one try of the outbox may take."""
TURN_WITHIN = 8.0
"""Seconds for a connection to be free. With a whole TIMEOUT after it a try is not cut off while the relay thinks about
a mail: it may have taken that one, and would get it again."""

_NO_SUCH_ADDRESS = re.compile(r"5\.(?:1\.(?:1|2|3|6|10)|2\.1)\b")
"""Enhanced codes of an address that is none any more (RFC 3463, 7505)."""
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")

logger = logging.getLogger(__name__)


class _Line(Struct):
    """One connection, and what it has done."""

    smtp: "SMTP"
    mails: int = 0
    idle_since: float = 0.0


class _NoTurnError(Exception):
    """Others are being sent, slowly."""


class _Unavailable(Exception):  # noqa: N818 - it says what is the case
    """No connection can be had; the sentence says why."""


class MailRelay:
    """A `MailPost`. `own_name` is how it greets; `trust` decides on certificates: None, as the system does."""

    def __init__(self, server: SmtpServer, own_name: str, trust: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._own_name = own_name
        self._trust = trust
        self._turns = asyncio.Semaphore(CONNECTIONS)
        self._idle: list[_Line] = []
        self._logged: str | None = None
        """Why no mail leaves at present: it is logged once, and not for every mail."""

    async def post(self, mail: PostedMail) -> DeliveryResult | AddressRefused:
        """5xx to an address or to what a mail holds is for good. Whatever else the relay says may be mended there."""
        from aiosmtplib import (
            SMTPDataError,
            SMTPException,
            SMTPRecipientsRefused,
            SMTPResponseException,
            SMTPSenderRefused,
        )

        try:
            async with self._line() as line:
                await line.smtp.sendmail(mail.sender, [mail.to], mail.content)
        except _NoTurnError:
            return NotNow("the mail relay is slow; others come first", counts=False)
        except _Unavailable as error:
            return self._later(str(error))
        except SMTPRecipientsRefused as error:
            self._logged = None
            [refused] = error.recipients
            return _recipient_refused(refused.code, refused.message)
        except SMTPDataError as error:
            self._logged = None
            said = _said("a mail", error.code, error.message)
            return NeverDelivered(said) if error.code >= 500 else NotNow(said)
        except SMTPSenderRefused as error:
            said = _said("mails from the address in `mail_from`", error.code, error.message)
            return self._later(said) if error.code >= 500 else NotNow(said)
        except SMTPResponseException as error:
            return NotNow(_said("a mail", error.code, error.message))
        except (SMTPException, OSError):
            return NotNow("the connection to the mail relay was lost")
        self._logged = None
        return Delivered()

    async def close(self) -> None:
        """Say goodbye on all that are idle."""
        while self._idle:
            await _end(self._idle.pop())

    def _later(self, problem: str) -> NotNow:
        if problem != self._logged:
            logger.warning("%s", problem)
        self._logged = problem
        return NotNow(problem)

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[_Line]:
        """A connection for one mail. It is kept for the next one, but where something went wrong on it.

        Raises _NoTurnError, _Unavailable.
        """
        from aiosmtplib import SMTPResponseException

        async with self._turn():
            line = await self._kept() or await self._opened()
            keep = False
            try:
                yield line
                keep = True
            except SMTPResponseException as error:
                keep = error.code != 421  # noqa: PLR2004 - it closes the connection
                raise
            finally:
                line.mails += 1
                if keep and line.smtp.is_connected and line.mails < MAILS_EACH:
                    line.idle_since = asyncio.get_running_loop().time()
                    self._idle.append(line)
                else:
                    line.smtp.close()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(TURN_WITHIN):
                await self._turns.acquire()
        except TimeoutError:
            raise _NoTurnError from None
        try:
            yield
        finally:
            self._turns.release()

    async def _kept(self) -> _Line | None:
        from aiosmtplib import SMTPException

        while self._idle:
            line = self._idle.pop()
            idle = asyncio.get_running_loop().time() - line.idle_since
            if not line.smtp.is_connected or idle > IDLE_WITHIN:
                line.smtp.close()
                continue
            try:
                if idle > ASK_AFTER:
                    await line.smtp.noop()
            except (SMTPException, OSError):
                line.smtp.close()
                continue
            return line
        return None

    async def _opened(self) -> _Line:
        """Raises _Unavailable."""
        from aiosmtplib import SMTP, SMTPAuthenticationError, SMTPException, SMTPResponseException

        server = self._server
        if self._trust is None and server.security != "none":
            self._trust = await asyncio.to_thread(ssl.create_default_context)
        smtp = SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password or None,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            tls_context=self._trust,
            local_hostname=self._own_name,
            timeout=TIMEOUT,
        )
        connected = False
        try:
            await smtp.connect()
            connected = True
        except SMTPAuthenticationError as error:
            raise _Unavailable(f"the mail relay does not take the login in `smtp_url` ({error.code})") from None
        except SMTPResponseException as error:
            raise _Unavailable(f"the mail relay does not let this server in ({error.code})") from None
        except (SMTPException, OSError) as error:
            raise _Unavailable(_why_not_connected(error)) from None
        finally:
            if not connected:
                smtp.close()
        return _Line(smtp)


def _why_not_connected(error: Exception) -> str:
    from aiosmtplib import SMTPConnectError, SMTPServerDisconnected, SMTPTimeoutError

    causes = [error, error.__cause__, error.__context__]
    if any(isinstance(each, ssl.SSLError) for each in causes):
        return "the mail relay's certificate is not trusted, or TLS with it fails"
    if isinstance(error, SMTPTimeoutError | TimeoutError):
        return "the mail relay does not answer in time"
    if isinstance(error, SMTPConnectError | SMTPServerDisconnected | OSError):
        return "the mail relay cannot be reached"
    return "the mail relay offers no STARTTLS, or no login that is known here"


def _recipient_refused(code: int, message: str) -> DeliveryResult | AddressRefused:
    said = _said("the address", code, message)
    if code < 500:  # noqa: PLR2004
        return NotNow(said)
    enhanced = _ENHANCED.match(message)
    # Without an enhanced code, 550 and 553 to RCPT are about the mailbox (RFC 5321, 4.2.3).
    if _NO_SUCH_ADDRESS.match(message) or (enhanced is None and code in (550, 551, 553)):
        return AddressRefused(said)
    return NeverDelivered(said)


def _said(what: str, code: int, message: str) -> str:
    """Codes only: what the relay says beside them may name people."""
    enhanced = _ENHANCED.match(message)
    return f"the mail relay refuses {what} ({code}{f' {enhanced[0]}' if enhanced else ''})"


async def _end(line: _Line) -> None:
    from aiosmtplib import SMTPException

    try:
        await line.smtp.quit()
    except (SMTPException, OSError):
        line.smtp.close()
