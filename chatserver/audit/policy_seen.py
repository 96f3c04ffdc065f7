"""That the policy is another one is noted when a server starts with it."""

from hashlib import sha256

import msgspec

from chatserver.audit import rows
from chatserver.audit.line import AuditDeed, AuditDid, AuditLine
from chatserver.audit.trail import append_behind
from chatserver.records.database import Database
from quotas.plans import Policy

_DID: AuditDid = "policy.changed"
_SHORT = 16
"""Hexadecimal digits of a part's digest: they tell parts apart, and prove nothing."""


async def note_policy(database: Database, policy: Policy, now: int) -> bool:
    """Note the policy where it is not the one that was noted last, with the parts that differ; whether it was.

    Raises DatabaseError.
    """
    parts = digests_of(policy)
    async with database.read() as connection:
        if _of(await rows.newest(connection, _DID)) == parts:
            return False
    async with database.begin() as connection:
        head = await rows.locked_head(connection)
        before = _of(await rows.newest(connection, _DID))
        if before == parts:
            return False
        changed = sorted(name for name in parts.keys() | before.keys() if parts.get(name) != before.get(name))
        details = {"changed": changed, "parts": [f"{name}:{digest}" for name, digest in sorted(parts.items())]}
        await append_behind(connection, head, [AuditDeed(now, "server", "system", _DID, details=details)])
    return True


def digests_of(policy: Policy) -> dict[str, str]:
    """A digest of each part, by its name in the file."""
    return {
        name: sha256(msgspec.json.encode(getattr(policy, name), order="sorted")).hexdigest()[:_SHORT]
        for name in policy.__struct_fields__
    }


def _of(line: AuditLine | None) -> dict[str, str]:
    if line is None:
        return {}
    details = msgspec.json.decode(line.details, type=dict[str, list[str]])
    return dict(part.rsplit(":", 1) for part in details["parts"])
