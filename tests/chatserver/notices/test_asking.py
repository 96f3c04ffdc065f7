"""Before each try to send it is asked whether there is still a reason."""

from typing import Any

import pytest

from chatserver.notices.asking import AskingAgain
from chatserver.notices.notice import Notice
from quotas.notices import NoticePolicy


def notice(event: Any = "reply.missed", read_at: int | None = None) -> Notice:
    return Notice(1, "tom", event, "1", "c1", "", {"role": "mentor"}, 1, 1, read_at)


async def gone(_: Notice) -> str | None:
    return "answered meanwhile"


async def test_who_knows_is_asked_and_where_nobody_does_it_is_sent() -> None:
    asking = AskingAgain(NoticePolicy())
    asking.of(["reply.missed"], gone)
    assert await asking(notice()) == "answered meanwhile"
    assert await asking(notice("session.unattended")) is None
    with pytest.raises(ValueError, match=r"two are asked about reply\.missed"):
        asking.of(["reply.missed"], gone)


async def test_what_was_seen_in_the_list_is_sent_only_where_it_is_essential() -> None:
    asking = AskingAgain(NoticePolicy())
    assert await asking(notice("reply.warning", 5)) == "seen meanwhile"
    assert await asking(notice("booking.booked", 5)) is None


async def test_what_waited_while_the_policy_was_changed_is_not_sent() -> None:
    """A mail of it would be taken for essential, and have no link that turns it off. A test is in no policy."""
    asking = AskingAgain(NoticePolicy(events={"reply.missed": {"mentor": False}}))
    assert await asking(notice()) == "by the policy nobody hears of it any more"
    assert await asking(notice("notice.test")) is None
