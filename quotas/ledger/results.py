"""What the library's answers say: results of posts and changes, how conversations stand, entries of the log."""

from typing import Any, cast

from quotas.admission import Answered, Reason
from quotas.ledger.answers import read_posted, read_refused
from quotas.ledger.base import (
    Again,
    Changed,
    ChangeRefused,
    ChangeResult,
    Deleted,
    Entry,
    OtherKey,
    Posted,
    PostRefused,
    PostResult,
    Recount,
    Reused,
    TooLate,
    Unknown,
)
from quotas.ledger.chats import unpacked_chats
from quotas.ledger.state import State
from quotas.standing import ConversationSettings, SentNote, Standing, TextCounts

_SUBSTITUTE_READ = b"read "
"""How the fields of a conversation begin that say how far somebody has read who stands in for its mentor."""
_NOT_CHANGED: dict[bytes, type[TooLate | Deleted | OtherKey | Recount | Reused]] = {
    b"L": TooLate,
    b"G": Deleted,
    b"K": OtherKey,
    b"M": Recount,
    b"C": Reused,
}


def read_result(reply: bytes) -> PostResult:
    """Read an answer of the function `post`; its shapes stand at its head in `lua/messages.lua`."""
    kind = reply[:1]
    if kind == b"A" or kind == b"D":
        seq, at, waited, late, usage = read_posted(reply)
        answered = Answered(waited, bool(late)) if waited >= 0 else None
        return Posted(seq, at, usage, answered, kind == b"A")
    if kind == b"R" or kind == b"Q":
        at, opens_at, usage, reason = read_refused(reply)
        return PostRefused(cast(Reason, reason), opens_at, at, usage, kind == b"R")
    if kind == b"O":
        return Again()
    return Reused() if kind == b"C" else Unknown()


def read_change_result(reply: bytes | list[bytes]) -> ChangeResult:
    """Read an answer of the function `change`; its shapes stand at its head in `lua/changes.lua`."""
    if isinstance(reply, list):
        return ChangeRefused(cast(Reason, reply[1].decode()))
    kind = reply[:1]
    if kind == b"A" or kind == b"D":
        seq, at, _, _, usage = read_posted(reply)
        return Changed(seq, at, usage, kind == b"A")
    return _NOT_CHANGED.get(kind, Unknown)()


def read_standing(now: int, fields: dict[bytes, bytes] | list[bytes]) -> Standing:
    """How a conversation stands at `now`, by the fields of its hash."""
    pairs = fields if isinstance(fields, dict) else dict(zip(fields[::2], fields[1::2], strict=True))
    state = State.unpacked(pairs[b"state"])
    settings = ConversationSettings(
        member=pairs[b"member"].decode(),
        mentor=pairs[b"mentor"].decode(),
        plan=pairs[b"plan"].decode(),
        zone=pairs[b"zone"].decode(),
        holidays=pairs[b"holidays"].decode(),
        status=state.status_name,
        revision=state.revision,
        chats=unpacked_chats(pairs[b"chats"]),
        key=int(pairs[b"key"]),
    )
    return Standing(
        now,
        settings,
        state.usage,
        state.last_seq,
        int(pairs[b"member_read"]),
        int(pairs[b"mentor_read"]),
        missed=state.missed == 1,
        substitutes_read={
            name[len(_SUBSTITUTE_READ) :].decode(): int(seq)
            for name, seq in pairs.items()
            if name.startswith(_SUBSTITUTE_READ)
        },
        texts=TextCounts(state.member_texts, state.mentor_texts),
        member_seen=int(pairs.get(b"member_seen", 0)),
        mentor_seen=int(pairs.get(b"mentor_seen", 0)),
        last_at=state.last_at,
        note=_note_of(pairs.get(b"noted")),
    )


def _note_of(noted: bytes | None) -> SentNote | None:
    """The last urgent note: as `lua/notes.lua` keeps it."""
    if noted is None:
        return None
    at, opens_at, seq, changed_at, _ = noted.split(b" ")
    return SentNote(int(seq), int(at), int(opens_at), int(changed_at))


def entry_of(entry_id: bytes, fields: Any) -> Entry:
    """A message of the log."""
    seq, _, at = entry_id.partition(b"-")
    return Entry(int(seq), int(at), fields[1])
