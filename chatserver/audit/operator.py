"""Whoever runs a command beside the server, in the audit log."""

import getpass
import re

from chatserver.audit.line import AuditDeed, AuditDid, Details

_ODD = re.compile(r"[^A-Za-z0-9_.:|@~-]")
_LONGEST = 64


def operator_deed(did: AuditDid, at: int, *, person: str = "", details: Details | None = None) -> AuditDeed:
    """By the name of their account on this machine; `at` in ms, by the store's clock as in every line."""
    return AuditDeed(at, operator(), "operator", did, person=person, details=details or {})


def operator() -> str:
    """The name of the account, as an id."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError, ImportError):  # an account that the machine has no name for
        name = ""
    return _ODD.sub("_", name)[:_LONGEST] or "unknown"
