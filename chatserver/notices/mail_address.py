"""Addresses of mail, in the form in which relays take them and headers hold them: ASCII, without quoting."""

import re
from email.utils import parseaddr
from unicodedata import normalize

from msgspec import Struct

ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
"""What stands before the @ without quoting. Source: RFC 5322, 3.2.3 "dot-atom"."""
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
    header or a command; nor an encoded word, which the library would decode.
    """
    local, _, domain = text.rpartition("@")
    try:
        known = domain if domain.isascii() else _as_dns_has_it(domain)
    except UnicodeError:
        return None
    is_plain = ATOMS.fullmatch(local) and "=?" not in local
    return f"{local}@{known}" if is_plain and _DOMAIN.fullmatch(known) else None


def _as_dns_has_it(domain: str) -> str:
    """Raises UnicodeError. Python knows the rules of 2003 only, by which faß.de is fass.de, which may be another's."""
    known = domain.encode("idna")
    if known.decode("idna").lower() != normalize("NFKC", domain).lower().replace("。", "."):
        raise UnicodeError("another name than the one that was asked for")
    return known.decode()


def as_people_write_it(address: str) -> str:
    """With the letters of its domain that relays spell as `xn--`; what is none of theirs stays as it is."""
    local, at, domain = address.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('ascii').decode('idna')}"
    except UnicodeError:
        return address


def sender_of(mail_from: str) -> MailAddress:
    """What `mail_from` names, such as `Mentor <notices@example.org>`. Raises ValueError."""
    name, address = parseaddr(mail_from)
    known = ascii_address(address)
    if known is None:
        raise ValueError(f"{mail_from!r} is no address such as notices@example.org or Mentor <notices@example.org>")
    return MailAddress(name, known)
