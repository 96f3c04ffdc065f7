"""Open waits for tests and for measuring: conversations with a member's message that nobody has answered."""

from quotas.ledger.base import Ledger, Post, Posted, posted
from quotas.notices import NoticePolicy
from quotas.plans import Always, CalendarPolicy, Plan, Policy, ReplyPromise
from quotas.standing import Writer
from quotas.terms import Rulebook
from tests.quotas.moments import oslo

NOON = oslo("2026-01-06T12:00:00")
"""A Tuesday."""
PROMISES = Rulebook(
    Policy(
        CalendarPolicy(closed_weekdays=()),
        {
            "day": Plan(writing=Always(), reply=ReplyPromise(target_hours=24, clock="continuous")),
            "hour": Plan(writing=Always(), reply=ReplyPromise(target_hours=1, clock="continuous")),
            "early": Plan(writing=Always(), reply=ReplyPromise(target_hours=48, clock="continuous", warn_hours=(12,))),
            "six": Plan(writing=Always(), reply=ReplyPromise(target_hours=6.1, clock="continuous")),
            "none": Plan(writing=Always()),
        },
        notices=NoticePolicy(unread_minutes=0),
    )
)
"""Plans whose deadlines depend on no calendar. Nobody is told of unread messages: what has a timer is a deadline."""


async def write(
    ledger: Ledger, rulebook: Rulebook, conversation: str, at: int = 0, writer: Writer = "member"
) -> Posted:
    """Write a message as the chat does, without an id; `at` 0 for the store's clock."""
    standing = await ledger.standing(conversation, at=at)
    assert standing is not None, conversation
    post = Post(conversation, writer, "", b"", b"{}", "test")
    result = await posted(ledger, post, standing.settings, standing.terms(rulebook), at=at)
    assert isinstance(result, Posted), result
    return result
