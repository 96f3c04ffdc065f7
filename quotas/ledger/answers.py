"""What the library's function `post` answers: bytes that hold a packed state."""

import struct

from quotas.admission import Usage
from quotas.ledger.state import PACKED

USAGE = struct.Struct(">3xIBI2x2x4x4xqqqq8xx")
"""What of a packed state is Usage."""
TEXTS = struct.Struct(">65xII8x")
"""How many texts each side has written, of a packed state."""
POSTED = struct.Struct(">IqqB")
_REFUSED = struct.Struct(">qq")
AFTER_POSTED = 1 + POSTED.size
AFTER_STATE = AFTER_POSTED + PACKED.size


def read_posted(reply: bytes) -> tuple[int, int, int, int, Usage]:
    """Of what begins with a letter, POSTED and a state: seq, instant, waited (-1 where no wait ended), late, usage."""
    seq, at, waited, late = POSTED.unpack_from(reply, 1)
    return seq, at, waited, late, Usage(*USAGE.unpack_from(reply, AFTER_POSTED))


def read_refused(reply: bytes) -> tuple[int, int, Usage, str]:
    """Of an answer that begins with a letter, REFUSED and a state: instant, opens_at, usage, reason."""
    at, opens_at = _REFUSED.unpack_from(reply, 1)
    begin = 1 + _REFUSED.size
    return at, opens_at, Usage(*USAGE.unpack_from(reply, begin)), reply[begin + PACKED.size :].decode()


def first_answer(seq: int, at: int) -> bytes:
    """What is remembered of an id after the digest: its message was accepted."""
    return b"A" + struct.pack(">Iq", seq, at)
