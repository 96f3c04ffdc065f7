"""Why a conversation stands as it does: its messages, plans and suspensions, told to the rules once more."""

from collections.abc import Iterator, Sequence
from typing import assert_never, cast

from msgspec import Struct
from msgspec.structs import replace

from chatserver.conversations.conversation import ConversationRecord, Subscription
from chatserver.conversations.provisioning import Provisioning
from chatserver.messages.log import MessageLog
from chatserver.messages.waiting import LoggedHead
from chatserver.protocol.entry import is_acknowledgement
from quotas.admission import Status, Usage
from quotas.explain import Explanation, explained
from quotas.instant import HOUR, MINUTE, parse
from quotas.ledger.base import MESSAGES_AT_ONCE
from quotas.plans import Windows
from quotas.standing import ConversationSettings, Standing, Writer
from quotas.story import Story
from quotas.suspensions import SuspensionSpan, first_within
from quotas.terms import Rulebook

PAGE = MESSAGES_AT_ONCE
MAX_PAGES = 200
"""Pages looked at, at most; a longer past is explained from there on."""
LIVE_CHAT = 30 * MINUTE
"""How long a live chat is taken to have lasted: the ledger keeps its end only."""


class Wrote(Struct, frozen=True, gc=False):
    """A message without its text."""

    seq: int
    at: int
    writer: Writer
    written_at: int = 0
    """When, of what went out later by itself; 0 for the others."""


class SaidNoAnswer(Struct, frozen=True, gc=False):
    """The mentor's side said that what waited needs no answer."""

    seq: int
    at: int


class TookBack(Struct, frozen=True, gc=False):
    """The member deleted their message `about`."""

    seq: int
    at: int
    about: int


class Past(Struct, frozen=True):
    """The messages since some instant, in order, deleted ones too, and what ended waits without one.

    `complete` is false where older ones of that time are not at hand.
    """

    messages: list[Wrote | SaidNoAnswer | TookBack]
    complete: bool


Happening = Wrote | SaidNoAnswer | TookBack | ConversationSettings | int
"""An int is the end of a live chat."""


async def why(
    provisioning: Provisioning, log: MessageLog, conversation: ConversationRecord
) -> tuple[Standing, Explanation]:
    """How it stands, and the steps that led there. Raises DatabaseError, StoreError, UnjudgeableError."""
    rulebook = provisioning.rulebook
    standing = await provisioning.standing(conversation)
    plans = await provisioning.subscriptions(conversation.id)
    suspensions = await provisioning.suspensions(conversation.id)
    if not rulebook.knows(standing.settings.plan, standing.settings.zone, standing.settings.holidays):
        nothing = Past([], complete=False)
        # Nothing of it can be judged any more. Where it has not ended, that is said by `explained`.
        return standing, explained(_story(rulebook, standing, plans[-1:], suspensions, nothing), standing)
    monday = _monday(rulebook, standing, plans)
    forgotten = max((plan.ended_at or 0 for plan in plans if plan.plan not in rulebook.policy.plans), default=0)
    past = await _past(log, conversation.id, standing.last_seq, max(monday, forgotten))
    if forgotten > monday:
        past = replace(past, complete=False)
    known = [plan for plan in plans if (plan.ended_at or standing.now) > forgotten]
    story = _story(rulebook, standing, known, suspensions, past)
    # A trial's windows count with those of another one, and what was used comes along to the next mentor.
    story.counts_elsewhere = bool(conversation.kind == "trial" or conversation.chosen_at or conversation.follows)
    return standing, explained(story, standing)


def _monday(rulebook: Rulebook, standing: Standing, plans: Sequence[Subscription]) -> int:
    """The Monday before the week in which the wait began or the window opened, whichever is earlier.

    A week more than the counts need: it shows whether a window ran on into that week.
    """
    settings, usage, now = standing.settings, standing.usage, standing.now
    known = [rulebook.plan(plan.plan).writing for plan in plans if plan.plan in rulebook.policy.plans]
    longest = max((writing.hours * HOUR for writing in known if isinstance(writing, Windows)), default=0)
    earliest = min(now, usage.waiting_since or now)
    if now < usage.window_ends_at:
        earliest = min(earliest, usage.window_ends_at - longest)
    calendar = rulebook.calendar(settings.zone, settings.holidays)
    return calendar.week_start(calendar.week_of(earliest) - 1)


async def _past(log: MessageLog, conversation: str, last_seq: int, since: int) -> Past:
    """Read backwards, page by page, until before `since`."""
    messages: list[Wrote | SaidNoAnswer | TookBack] = []
    before = last_seq + 1
    for _ in range(MAX_PAGES):
        after = max(0, before - 1 - PAGE)
        page = await log.heads(conversation, after, before, PAGE)
        told = (_told(each) for each in page if each.at >= since)
        messages = [*(each for each in told if each is not None), *messages]
        reached = after == 0 or (bool(page) and page[0].at < since)
        whole = len(page) == before - 1 - after
        if reached or not whole:
            return Past(messages, complete=whole or (bool(page) and page[0].at < since))
        before = after + 1
    return Past(messages, complete=False)


def _told(entry: LoggedHead) -> Wrote | SaidNoAnswer | TookBack | None:
    """What it is to the rules; None for what is nothing to them."""
    if is_acknowledgement(entry.head):
        return SaidNoAnswer(entry.seq, entry.at)
    if entry.head.kind == "deletion" and entry.head.role == "member":
        return TookBack(entry.seq, entry.at, entry.head.about or 0)
    if entry.head.kind != "text":
        return None
    written_at = parse(entry.head.written_at) if entry.head.written_at is not None else 0
    return Wrote(entry.seq, entry.at, cast(Writer, entry.head.role), written_at)


def _story(
    rulebook: Rulebook,
    standing: Standing,
    plans: Sequence[Subscription],
    suspensions: Sequence[SuspensionSpan],
    past: Past,
) -> Story:
    """Everything that is known, told in its order."""
    # Who wrote was let in, so it was open then; what it is now, `standing` says.
    settings = replace(standing.settings, status="open")
    usage, known_from = Usage(), 0
    if not past.complete:
        known_from = past.messages[0].at if past.messages else standing.now
        usage = _seen_before(standing.usage, known_from)
    story = Story(rulebook, replace(settings, plan=plans[0].plan), usage=usage, known_from=known_from)
    for at, happened in sorted(_happenings(settings, standing, plans, suspensions, past), key=_instant):
        match happened:
            case Wrote():
                story.wrote(happened.seq, happened.at, happened.writer, happened.written_at)
            case SaidNoAnswer():
                story.acknowledged(happened.seq, happened.at)
            case TookBack():
                story.deleted(happened.seq, happened.at, happened.about)
            case ConversationSettings():
                story.changed(at, happened)
            case int():
                story.went_live(at, happened)
            case never:
                assert_never(never)
    return story


def _seen_before(usage: Usage, known_from: int) -> Usage:
    """What the store still says of the time before: a wait, and its deadline where that had passed."""
    if not 0 < usage.waiting_since < known_from:
        return Usage()
    return Usage(waiting_since=usage.waiting_since, due_at=usage.due_at if usage.due_at < known_from else 0)


def _happenings(
    settings: ConversationSettings,
    standing: Standing,
    plans: Sequence[Subscription],
    suspensions: Sequence[SuspensionSpan],
    past: Past,
) -> Iterator[tuple[int, Happening]]:
    """Changes and the live chat come before messages of the same instant; messages keep their order."""
    turns = {plan.started_at for plan in plans[1:]}
    turns |= {at for each in suspensions for at in (each.began_at, each.lifted_at) if at is not None}
    for at in sorted(turns):
        held = [plans[0], *(plan for plan in plans[1:] if plan.started_at <= at)][-1]
        status: Status = "suspended" if first_within(suspensions, at, at + 1) else "open"
        yield at, replace(settings, plan=held.plan, status=status)
    if until := standing.usage.live_until:
        yield min(until - LIVE_CHAT, standing.now), until
    latest = 0
    for message in past.messages:
        latest = max(latest, message.at)  # a clock set back
        yield latest, message


def _instant(happening: tuple[int, Happening]) -> int:
    return happening[0]
