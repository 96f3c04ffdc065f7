"""What a push carries, sealed for the one browser that it goes to, and how urgent it is. Source: RFC 8030, 8188, 8291.

No text of a message is in it, and push services, which cannot read it, do not see by its length what it tells.
"""

from collections.abc import Sequence
from typing import Literal

import http_ece
import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from msgspec import Struct

from chatserver.notices.fact import FactName
from chatserver.notices.notice import Notice
from chatserver.notices.texts import NoticeWords
from quotas.instant import DAY, HOUR, MINUTE, SECOND

MOST_MESSAGE_BYTES = 3000
"""Before it is sealed; every push service takes 4,096 afterwards."""
MOST_TITLE = 120
MOST_BODY = 360
"""Characters. With four bytes each, and all else as long as it can be, they stay within MOST_MESSAGE_BYTES."""
MOST_LINES = 3
"""Of a summary."""
STEP = 512
"""A message is filled up to a multiple of so many bytes with spaces, which JSON does not mind."""

PushUrgency = Literal["low", "normal", "high"]


class PushTarget(Struct, frozen=True):
    """Where a browser is reached, and the keys that only it can open with: what is kept of a subscription, sealed."""

    endpoint: str
    p256dh: bytes
    """A point on P-256, uncompressed: 65 bytes."""
    auth: bytes
    """16 bytes."""


class PushMessage(Struct, frozen=True, kw_only=True):
    """What the app's worker gets, as JSON. `at` in ms."""

    title: str
    body: str
    event: FactName
    """Of the latest of what it tells."""
    notice: int
    """The id of that one."""
    conversation: str
    """'' for none, as `booking`."""
    booking: str
    count: int
    """How many notices it tells of."""
    unread: int
    """How many the person has not read, for the badge."""
    tag: str
    """As `Topic`: what is shown with it is replaced."""
    at: int


class PushManner(Struct, frozen=True):
    """How a push service treats it: how long (ms) it keeps it for a device that is away, and how urgent it is."""

    ttl: int
    urgency: PushUrgency


_USUAL = PushManner(DAY, "normal")
_NOW = PushManner(15 * MINUTE, "high")
_MANNERS: dict[FactName, PushManner] = {
    "session.starting": _NOW,
    "session.started": _NOW,
    "session.late": _NOW,
    "session.candidate": _NOW,
    "session.close_reminder": _NOW,
    "session.reminder": PushManner(HOUR, "normal"),
    "case.urgent": PushManner(DAY, "high"),
    "writing.days": PushManner(DAY, "low"),
    "ghosting.suggested": PushManner(DAY, "low"),
    "membership.changed": PushManner(DAY, "low"),
    "membership.reminder": PushManner(DAY, "low"),
    "membership.renewed": PushManner(DAY, "low"),
}
"""Of events that are not as usual."""
_URGENCIES: tuple[PushUrgency, ...] = ("low", "normal", "high")


def manner_of(notices: Sequence[Notice]) -> PushManner:
    """Of several, as the most patient and the most urgent of them."""
    manners = [_MANNERS.get(each.event, _USUAL) for each in notices]
    return PushManner(max(each.ttl for each in manners), max((each.urgency for each in manners), key=_URGENCIES.index))


def subject_of(notices: Sequence[Notice]) -> tuple[str, ...]:
    """What a later push about the same replaces: the conversation's messages, a booking, a case, all that was held."""
    if len(notices) > 1:
        return ("summary",)
    [notice] = notices
    about = notice.booking or notice.data.get("case", "")
    return notice.event.partition(".")[0], notice.conversation, about


def message_of(notices: Sequence[Notice], words: Sequence[NoticeWords], unread: int, tag: str) -> bytes:
    """Of one notice, or of several as a summary; `words` are theirs, in the same order, the latest one last.

    The first one of its kind says why one gets it.
    """
    latest, said = notices[-1], words[-1]
    lines = [each.line for each in words[: -MOST_LINES - 1 : -1]]
    if len(words) == 1 and latest.data.get("first"):
        lines.append(said.why)
    message = PushMessage(
        title=_cut(said.subject, MOST_TITLE),
        body=_cut("\n".join(lines), MOST_BODY),
        event=latest.event,
        notice=latest.id,
        conversation=latest.conversation,
        booking=latest.booking,
        count=len(notices),
        unread=unread,
        tag=tag,
        at=latest.at,
    )
    written = msgspec.json.encode(message)
    return written.ljust(min(-(-len(written) // STEP) * STEP, MOST_MESSAGE_BYTES))


def sealed_for(
    target: PushTarget, message: bytes, *, key: EllipticCurvePrivateKey | None = None, salt: bytes | None = None
) -> bytes:
    """The body of a request with `Content-Encoding: aes128gcm`. Key and salt are made for each message."""
    sealed: bytes = http_ece.encrypt(
        message,
        salt=salt,
        private_key=key or generate_private_key(SECP256R1()),
        dh=target.p256dh,
        auth_secret=target.auth,
        version="aes128gcm",
    )
    return sealed


def is_point(given: bytes) -> bool:
    """Whether these bytes are a point on P-256, uncompressed."""
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), given)
    except ValueError:
        return False
    return len(given) == 65


def headers_of(manner: PushManner, topic: str, authorization: str) -> dict[str, str]:
    """Of the request."""
    return {
        "Authorization": authorization,
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(manner.ttl // SECOND),
        "Topic": topic,
        "Urgency": manner.urgency,
    }


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
