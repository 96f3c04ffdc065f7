"""When a mentor is asked whether a member has disappeared.

Source: cases.md, the table's `ghosting` and "What happens by itself".
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct

WRITTEN = 2
"""Messages of the mentor without a sign of the member."""


class WrittenMessage(Struct, frozen=True):
    """A message. `at` in ms."""

    seq: int
    at: int
    by_member: bool


def quiet_since(messages: Sequence[WrittenMessage], read: int, signs: Iterable[int]) -> int | None:
    """Since when nothing shows that the member is there; None: not known to be quiet, for they have read everything.

    `messages` in order; `read` is the seq up to which the member has read; `signs` are instants of other signs, and of
    the start or resumption of the conversation. When a message was read nobody knows: no later than the first unread
    one was written, for that would have been read too.
    """
    last = max([*signs, *(each.at for each in messages if each.by_member)], default=0)
    since = [each for each in messages if not each.by_member and each.at > last]
    unread = [each for each in since if each.seq > read]
    if len(unread) == len(since):
        return last
    return unread[0].at if unread else None


def ghosting_suggested_at(since: int, mentor_wrote: Sequence[int], quiet: int) -> int | None:
    """From when on it is suggested if the member stays away for `quiet` ms; None: not before the mentor writes again.

    `since` is when the quiet began; `mentor_wrote` are the instants of the mentor's messages, in order. All in ms.
    """
    wrote = [at for at in mentor_wrote if at >= since]
    return max(since + quiet, wrote[WRITTEN - 1]) if len(wrote) >= WRITTEN else None
