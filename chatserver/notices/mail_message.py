"""A letter as a message of RFC 5322, with all that tells mail programs what it is and what to do with it.

Its Message-ID is made of the delivery's key: SMTP can only be at least once, and by it whoever gets the same mail twice
can tell. Source: RFC 5322, RFC 3834 (Auto-Submitted), RFC 6047 (invitations), RFC 8058 (unsubscribing by one click).
"""

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from hashlib import sha256
from typing import Any

from msgspec import Struct

from chatserver.notices.invitations import Invitation
from chatserver.notices.mail_address import ATOMS, MailAddress
from chatserver.notices.mail_letter import LetterText
from quotas.phrases import Language

SUBJECT_MOST = 150
"""Characters."""
_ENCODED = re.compile(r"=\?+")
_WHOLE = frozenset({"list-unsubscribe", "message-id", "references", "in-reply-to"})
"""Headers of one long word. The library would encode them where a line is full, and nobody reads that there."""


class _Policy(EmailPolicy):
    def fold(self, name: str, value: Any) -> str:
        return f"{name}: {value}{self.linesep}" if name.lower() in _WHOLE else super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self.fold(name, value).encode("ascii", "surrogateescape")


_POLICY = _Policy(linesep=SMTP.linesep, max_line_length=SMTP.max_line_length)


class Letter(Struct, frozen=True, kw_only=True):
    """What one mail is made of."""

    key: str
    """Of the delivery."""
    sender: MailAddress
    to: MailAddress
    text: LetterText
    language: Language
    sent_at: datetime
    """By the machine's clock, in UTC: mail programs compare it with theirs."""
    thread: str = ""
    """What it is about, such as a conversation's id: mails of the same stand together. '' for nothing."""
    unsubscribe_url: str = ""
    """'' for what always comes."""
    invitation: Invitation | None = None


def mail_message(letter: Letter) -> EmailMessage:
    """The message."""
    message = EmailMessage(policy=_POLICY)
    domain = letter.sender.domain
    message["From"] = _header_address(letter.sender)
    message["To"] = _header_address(letter.to)
    message["Reply-To"] = _header_address(letter.sender)
    message["Subject"] = _line(letter.text.subject)[:SUBJECT_MOST]
    message["Date"] = format_datetime(letter.sent_at)
    message["Message-ID"] = message_id(letter.key, domain)
    if letter.thread:
        # Nobody has ever got that one: programs put those that answer the same together all the same.
        root = f"<{_digest(letter.thread)}.thread@{domain}>"
        message["In-Reply-To"] = root
        message["References"] = root
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if letter.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text.plain, cte="quoted-printable")
    message.add_alternative(letter.text.html, subtype="html", cte="quoted-printable")
    if letter.invitation is not None:
        _invite(message, letter.invitation)
    message["Content-Language"] = letter.language  # last: what has more parts gives such headers to the first
    return message


def message_id(key: str, domain: str) -> str:
    """The Message-ID of a delivery, in its angle brackets."""
    return f"<{key if ATOMS.fullmatch(key) else _digest(key)}@{domain}>"


def key_of_message(id: str) -> str:
    """The key of the first row of what was sent with that Message-ID, with or without angle brackets."""
    return id.strip().removeprefix("<").removesuffix(">").rpartition("@")[0].partition("+")[0]


def _invite(message: EmailMessage, invitation: Invitation) -> None:
    """As an alternative for those that read invitations, and as a file for all others."""
    if invitation.method != "PUBLISH":
        text = invitation.content.decode()
        message.add_alternative(text, subtype="calendar", cte="base64", params={"method": invitation.method})
    message.add_attachment(invitation.content, "application", "ics", filename="session.ics")


def _header_address(address: MailAddress) -> Address:
    local, _, domain = address.address.rpartition("@")
    return Address(_line(address.name), local, domain)


def _line(text: str) -> str:
    """Without what would end a header or turn its text around: line ends, control and formatting characters.

    Nor what begins an encoded word: the library decodes those that it is given, and writes their line ends as they are.
    """
    return _ENCODED.sub("=", "".join(char for char in text if char.isprintable()))


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]
