"""Addresses of mail, in the form in which relays take them and headers hold them: ASCII, without quoting."""

import re
from email.utils import parseaddr

from msgspec import Struct

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


class MailAddress(Struct, frozen=True):
    """`address` as `ascii_address` makes it; `name` '' for none."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def ascii_address(text: str) -> str | None:
    """The address with its domain as DNS has it; None where mail cannot be sent there.

    What would need quoting, or letters beyond ASCII before the @, hardly any relay takes; and neither can then end a
    header or a command.
    """
    local, _, domain = text.rpartition("@")
    try:
        known = domain.encode("idna").decode() if not domain.isascii() else domain
    except UnicodeError:
        return None
    return f"{local}@{known}" if _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(known) else None


def sender_of(mail_from: str) -> MailAddress:
    """What `mail_from` names, such as `Mentor <notices@example.org>`. Raises ValueError."""
    name, address = parseaddr(mail_from)
    known = ascii_address(address)
    if known is None:
        raise ValueError(f"{mail_from!r} is no address such as notices@example.org or Mentor <notices@example.org>")
    return MailAddress(name, known)
