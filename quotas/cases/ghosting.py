"""When a mentor is asked whether a member has disappeared.

Source: cases.md, the table's `ghosting` and "What happens by itself".
"""

from collections.abc import Sequence

from quotas.admission import Status
from quotas.instant import DAY

QUIET = 14 * DAY
"""Without a sign of the member."""
WRITTEN = 2
"""Messages of the mentor since then."""


def ghosting_suggested_at(quiet_since: int, mentor_wrote: Sequence[int]) -> int | None:
    """From when on it is suggested if the member stays away; None: not before the mentor has written again.

    `quiet_since` is the member's last sign, or the start or resumption of the conversation where that is later;
    `mentor_wrote` are the instants of the mentor's messages, in order. All in ms.
    """
    since = [at for at in mentor_wrote if at > quiet_since]
    return max(quiet_since + QUIET, since[WRITTEN - 1]) if len(since) >= WRITTEN else None


def suggests_ghosting(
    quiet_since: int, mentor_wrote: Sequence[int], *, status: Status, is_official: bool, is_open: bool, now: int
) -> bool:
    """Whether it is suggested now. `is_official`: the member is cancelling; `is_open`: there is such a case already."""
    if status != "open" or is_official or is_open:
        return False
    at = ghosting_suggested_at(quiet_since, mentor_wrote)
    return at is not None and now >= at
