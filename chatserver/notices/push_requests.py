"""What an app says to be reached by push, as it stands in JSON, and what is wrong with it."""

from collections.abc import Callable
from typing import Annotated

from msgspec import Meta, Struct

from chatserver.conversations.requests import FieldProblem, Invalid
from chatserver.notices.guarded_http import MOST_URL
from chatserver.notices.push_message import PushTarget, is_point
from chatserver.protocol.base64url import base64url_bytes
from quotas.instant import LATEST

AUTH_BYTES = 16

PushKeyText = Annotated[
    str, Meta(min_length=1, max_length=128, description="Bytes in base64url, as the browser gives them.")
]


class PushKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """The subscription's `keys`."""

    p256dh: PushKeyText
    auth: PushKeyText


class PushDetails(Struct, frozen=True, forbid_unknown_fields=True):
    """A browser's PushSubscription; `expiration_time` is its `expirationTime`."""

    endpoint: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=MOST_URL,
            description="The https address of the push service, as the browser has it.",
        ),
    ]
    keys: PushKeys
    expiration_time: (
        Annotated[int, Meta(ge=0, le=LATEST, description="Milliseconds since 1970; null for none.")] | None
    ) = None


def target_in(details: PushDetails, url_problem: Callable[[str], str | None], now: int) -> PushTarget | Invalid:
    """Where it is reached; or everything that is wrong. `url_problem` says what an address is not that may be asked.

    `now` is the real instant, by which subscriptions expire.
    """
    problems: list[FieldProblem] = []
    secure = details.endpoint[:8].lower() == "https://"
    if (problem := url_problem(details.endpoint)) or not secure:
        problems.append(FieldProblem("endpoint", f"must be {problem or 'an https address'}"))
    p256dh, auth = bytes_of(details.keys.p256dh), bytes_of(details.keys.auth)
    if not is_point(p256dh):
        problems.append(FieldProblem("keys.p256dh", "must be a point on P-256, uncompressed: 65 bytes in base64url"))
    if len(auth) != AUTH_BYTES:
        problems.append(FieldProblem("keys.auth", f"must be {AUTH_BYTES} bytes in base64url"))
    if details.expiration_time is not None and details.expiration_time <= now:
        problems.append(FieldProblem("expiration_time", "is over already; let the browser subscribe anew"))
    return Invalid(problems) if problems else PushTarget(details.endpoint, p256dh, auth)


def bytes_of(text: str) -> bytes:
    """What base64url holds, with or without its padding; b'' where it is none."""
    try:
        return base64url_bytes(text)
    except ValueError:
        return b""
