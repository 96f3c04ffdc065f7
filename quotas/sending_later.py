"""When something that is sent later may be sent: from now on, and not too far ahead; and when, if nobody says.

Source: chat.md "Send when it opens".
"""

from datetime import timedelta

from quotas import instant
from quotas.instant import DAY
from quotas.zones import first_instant, local_time

LONGEST_AHEAD = 90 * DAY
"""How far ahead a message can be sent."""
MOST_WAITING = 20
"""Messages of one person that wait in one conversation, and those that could not be sent and are kept for them."""
MORNING = 8
"""The hour at which people expect a message."""


def first_morning(opens_at: int, zone: str) -> int:
    """When a message goes out by itself that was refused until `opens_at`: 08:00 of that day, as its clocks show it.

    Where that day opens later than 08:00, it is `opens_at` itself: at the earliest then it can be admitted.
    """
    opens = local_time(opens_at, zone)
    return max(opens_at, first_instant(opens.replace(hour=MORNING, minute=0, second=0, microsecond=0)))


def next_morning(now: int, zone: str) -> int:
    """The first 08:00 after `now`: what to offer where nothing is locked."""
    today = local_time(now, zone).replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return next(at for days in (0, 1, 2) if (at := first_instant(today + timedelta(days=days))) > now)


def send_at_problem(at: int, now: int) -> str | None:
    """Why nothing can be sent then: a sentence for people; None where it can."""
    if at <= now:
        return f"`at` is over, it is {instant.text(now)}; leave it out to send now"
    if at > now + LONGEST_AHEAD:
        return f"`at` is more than {LONGEST_AHEAD // DAY} days ahead; the latest is {instant.text(now + LONGEST_AHEAD)}"
    return None
