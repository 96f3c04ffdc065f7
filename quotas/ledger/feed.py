"""What is published: every letter and shape, on the channels that `quotas/ledger/keys.py` names.

A conversation's channel has a letter first. What the store's functions publish they write in `lua/feed.lua`, alike.
"""

from collections.abc import Collection
from typing import Final, Literal, cast

from msgspec import Struct

from quotas.admission import Usage
from quotas.ledger.answers import AFTER_POSTED, AFTER_STATE, POSTED, TEXTS, USAGE
from quotas.standing import ChangeKind, TextCounts, Writer

MESSAGE: Final = b"M"
"""A message was accepted, or an event written: POSTED, the packed state, `<origin>\\n<entry>`, of '' where nobody's."""
CHANGE: Final = b"C"
"""An edit, a deletion or a reaction: as MESSAGE, and behind the origin kind, the seq it is about, and how many of the
other side's texts member and mentor have seen, each behind a space."""
SETTINGS: Final = b"S"
"""Settings have changed, or a live chat has begun: look."""
THERE: Final = b"N"
"""`N <last seq>`: the conversation is there, or there again, up to that message."""
READ: Final = b"R"
"""`R <side> <seq> <origin> <texts of the other side up to it>`: a read mark has moved.

Of who stands in: `R substitute <seq> <origin> <person>`."""
TYPING: Final = b"T"
"""`T <side> <origin>`: somebody types. Who stands in: `T substitute <origin> <person>`."""
PRESENCE: Final = b"P"
"""Somebody has come or gone: look."""
DEADLINE: Final = b"D"
"""`D <warning or missed> <hours> <due>`: a reply deadline is so many hours ahead, or was missed (0 hours)."""
SESSION: Final = b"X"
"""`X<event>`: a whole event about a session, as JSON, for everyone."""
AWAY: Final = b"A"
"""The mentor's absences have changed: look."""
PEOPLE: Final = b"H"
"""One of its people is called something else: look."""

LETTERS: Final = (MESSAGE, CHANGE, SETTINGS, THERE, READ, TYPING, PRESENCE, DEADLINE, SESSION, AWAY, PEOPLE)
"""Of conversations' channels, all of them."""

_SUBSTITUTE = "substitute"
_REVOKED = "revoked "
_SIGNED_OUT = "signed-out "
_NOTICED = b"noticed "
_CASED = b"case "
_SIGNALLED = b"signal "
_UNSENT = b"unsent "
_MUTED = "muted "
_UNMUTED = "unmuted "
STANDS_IN: Final = b"stands in"
"""On a person's channel: for whom they stand in has changed, or where. Look."""


def read_message(payload: bytes) -> tuple[int, int, Usage, TextCounts, str, bytes]:
    """Of MESSAGE: seq, instant, usage, texts, origin, entry."""
    seq, at, _, _ = POSTED.unpack_from(payload, 1)
    origin_ends = payload.index(b"\n", AFTER_STATE)
    usage = Usage(*USAGE.unpack_from(payload, AFTER_POSTED))
    texts = TextCounts(*TEXTS.unpack_from(payload, AFTER_POSTED))
    return seq, at, usage, texts, payload[AFTER_STATE:origin_ends].decode(), payload[origin_ends + 1 :]


class ChangeSaid(Struct, frozen=True):
    """What CHANGE says beside its entry."""

    kind: ChangeKind
    about: int
    member_seen: int
    mentor_seen: int


def read_change(payload: bytes) -> tuple[int, int, Usage, TextCounts, str, ChangeSaid, bytes]:
    """Of CHANGE: seq, instant, usage, texts, origin, what it says of itself, entry."""
    seq, at, usage, texts, words, entry = read_message(payload)
    origin, kind, about, member_seen, mentor_seen = words.split(" ")
    said = ChangeSaid(cast(ChangeKind, kind), int(about), int(member_seen), int(mentor_seen))
    return seq, at, usage, texts, origin, said, entry


def read_there(payload: bytes) -> int:
    """Of THERE: the last seq."""
    return int(payload[2:])


class Hand(Struct, frozen=True):
    """Who did something: the person of a side, or `substitute` for the mentor."""

    side: Writer
    substitute: str = ""


def _hand(side: str, person: list[str]) -> Hand:
    return Hand("mentor", person[0]) if side == _SUBSTITUTE else Hand(cast(Writer, side))


def read_mark(payload: bytes) -> tuple[Hand, int, str, int | None]:
    """Of READ: whose, seq, origin, how many texts of the other side there are up to it: None where that is not said."""
    _, side, seq, origin, *more = payload.decode().split(" ")
    seen = int(more[0]) if more and side != _SUBSTITUTE else None
    return _hand(side, more), int(seq), origin, seen


def typing(hand: Hand, origin: str) -> str:
    """TYPING, to publish."""
    return f"T {_SUBSTITUTE} {origin} {hand.substitute}" if hand.substitute else f"T {hand.side} {origin}"


def read_typing(payload: bytes) -> tuple[Hand, str]:
    """Of TYPING: who, origin."""
    _, side, origin, *person = payload.decode().split(" ")
    return _hand(side, person), origin


def read_deadline(payload: bytes) -> tuple[Literal["warning", "missed"], int, float]:
    """Of DEADLINE: kind, due, hours."""
    _, kind, hours, due_at = payload.split(b" ")
    return "missed" if kind == b"missed" else "warning", int(due_at), float(hours)


def session(payload: bytes) -> bytes:
    """SESSION, to publish. The event's meaning is the publisher's and the apps': nothing between looks inside."""
    return SESSION + payload


def read_session(payload: bytes) -> bytes:
    """Of SESSION: the event as JSON."""
    return payload[1:]


# A person's channel: the name of a conversation that was added for them, or:


def revoked(before: int) -> str:
    """`revoked <instant>`, to publish: the person's tokens issued before that instant are good no more."""
    return f"{_REVOKED}{before}"


def read_revoked(payload: bytes) -> int | None:
    """The instant; None where it is something else."""
    said = payload.decode()
    return int(said.removeprefix(_REVOKED)) if said.startswith(_REVOKED) else None


def signed_out(sign_in: str) -> str:
    """`signed-out <id>`, to publish: what is connected by that sign-in of the person's ends."""
    return f"{_SIGNED_OUT}{sign_in}"


def read_signed_out(payload: bytes) -> str | None:
    """The sign-in's id; None where it is something else."""
    said = payload.decode()
    return said.removeprefix(_SIGNED_OUT) if said.startswith(_SIGNED_OUT) else None


def noticed(event: bytes, origin: str = "") -> bytes:
    """`noticed <origin> <event>`, to publish: a whole event about the person's notices, as JSON.

    It is for every connection of theirs but `origin`. Nothing between the publisher and the apps looks inside.
    """
    return b"%b%b %b" % (_NOTICED, origin.encode(), event)


def read_noticed(payload: bytes) -> tuple[str, bytes] | None:
    """Origin ('' where it is for all), and the event; None where it is something else."""
    if not payload.startswith(_NOTICED):
        return None
    origin, _, event = payload[len(_NOTICED) :].partition(b" ")
    return origin.decode(), event


def cased(role: str, event: bytes) -> bytes:
    """`case <role> <event>`, to publish: a whole event about a case, as JSON, for tokens of that role alone."""
    return b"%b%b %b" % (_CASED, role.encode(), event)


def read_cased(payload: bytes) -> tuple[str, bytes] | None:
    """Role and event; None where it is something else."""
    if not payload.startswith(_CASED):
        return None
    role, _, event = payload[len(_CASED) :].partition(b" ")
    return role.decode(), event


def signalled(role: str, event: bytes) -> bytes:
    """`signal <role> <event>`, to publish: of a video call, as JSON, for tokens of that role alone."""
    return b"%b%b %b" % (_SIGNALLED, role.encode(), event)


def read_signalled(payload: bytes) -> tuple[str, bytes] | None:
    """Role and event; None where it is something else."""
    if not payload.startswith(_SIGNALLED):
        return None
    role, _, event = payload[len(_SIGNALLED) :].partition(b" ")
    return role.decode(), event


def unsent(event: bytes) -> bytes:
    """`unsent <event>`, to publish: something that the person wrote and has not sent is another one now, as JSON."""
    return _UNSENT + event


def read_unsent(payload: bytes) -> bytes | None:
    """The event; None where it is something else."""
    return payload[len(_UNSENT) :] if payload.startswith(_UNSENT) else None


def muted(conversation: str, *, muted: bool) -> str:
    """`muted <conversation>` or `unmuted <conversation>`, to publish: whether the person wants notices of it."""
    return f"{_MUTED if muted else _UNMUTED}{conversation}"


def read_muted(payload: bytes) -> tuple[str, bool] | None:
    """The conversation, and whether it is muted now; None where it is something else."""
    said = payload.decode()
    for word in (_MUTED, _UNMUTED):
        if said.startswith(word):
            return said.removeprefix(word), word == _MUTED
    return None


# A partition's board


def read_board(payload: bytes) -> str:
    """Of `<conversation> <since> <due> <missed>`: whose wait is another one now. The rest is read where it is kept."""
    return payload.partition(b" ")[0].decode()


# The clock of a demo or a test


def moved(shift: int, busy: Collection[int]) -> str:
    """`<shift> <partition> …`, to publish: the clock was moved to `shift`, and something is due there by it."""
    return " ".join(map(str, (shift, *busy)))


def read_moved(payload: bytes) -> tuple[int, list[int]]:
    """Shift, and partitions."""
    shift, *busy = map(int, payload.split())
    return shift, busy


# A partition's work: what its processes need not ask for all the time

RINGS: Final = b"T"
"""`T <instant>`: a timer was set that rings before all others that are to come."""
EVENT: Final = b"E"
"""What became of a wait is the first in the stream of events."""
URGENT: Final = b"N"
"""An urgent note is in the stream of events: not to wait for the next look."""
UNARCHIVED: Final = b"U"
"""`U <instant>`: a conversation is the first of those of which the archive lacks something, since that instant."""

WORK: Final = (RINGS, EVENT, URGENT, UNARCHIVED)
"""All of them."""


def read_work(payload: bytes) -> tuple[bytes, int]:
    """Letter and instant; 0 for now."""
    return payload[:1], int(payload[2:] or 0)
