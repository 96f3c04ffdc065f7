"""Edits, deletions and reactions for tests that have a ledger and no sockets."""

from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.protocol.codec import encode_json
from chatserver.protocol.entry import change_head, joined
from quotas.ledger.base import Change, Changed, Ledger
from quotas.standing import ChangeKind, Writer


async def changed(
    ledger: Ledger,
    keys: ConversationKeys,
    kind: ChangeKind,
    about: int,
    text: str | None = None,
    *,
    by: Writer = "member",
    of: Writer = "member",
    unread_after: int = 0,
    at: int = 0,
) -> Changed:
    """The person of that side changes a message of c1; its id says what and which."""
    standing = await ledger.standing("c1", at=at)
    assert standing is not None
    key = await keys.current("c1", standing.settings.key)
    body = encode_json(text) if text is not None else b""
    id = f"{kind} {about} {standing.last_seq + 1}"
    head = change_head(getattr(standing.settings, by), by, id, kind, about)
    entry = joined(head, key.seal(body) if body else b"")
    change = Change("c1", by, id, key.digest(body), entry, "test", kind, about, of, key.number)
    result = await ledger.change(change, unread_after, at=at)
    assert isinstance(result, Changed), result
    return result
