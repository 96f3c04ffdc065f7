"""Messages that stay unread are told of: once for each stretch of quiet, until who they are for has read them.

The ledger sets a timer where a side gets a message and has none, and was not told. Nothing is said of whoever has read
meanwhile, or has answered: they have seen it. A process that dies between noting and settling has the timer ring again,
and the same first unread message is the same fact.
"""

from collections.abc import Awaitable, Callable
from typing import get_args

from msgspec import Struct

from chatserver.messages.log import PAGE, KeptMessages
from chatserver.messages.waiting import LoggedHead
from chatserver.notices.fact import Fact
from chatserver.notices.notice import Notice
from chatserver.notices.noting import Noting
from chatserver.records.database import Database
from quotas.instant import MINUTE
from quotas.ledger.base import Ledger
from quotas.ledger.timers import Rung
from quotas.ledger.unread import UNREAD, Unread, unread_place
from quotas.notices import NoticePolicy
from quotas.standing import Standing, Writer

WRITERS: tuple[Writer, ...] = get_args(Writer)

MOST_COUNTED = 5 * PAGE
"""Entries that are looked through: who has not read for longer is told of so many."""


class UnreadStretch(Struct, frozen=True):
    """What a side has not read: the first message of the other one (`at` in ms), and how many there are.

    An edit of one that was read is one, too; of one that is unread, it is one with that.
    `is_answer` where that side wrote last before it; `sender` is who wrote the first.
    """

    seq: int
    at: int
    count: int
    is_answer: bool
    sender: str


def _is_told(entry: LoggedHead) -> bool:
    """Texts and edits, as long as they stand. A reaction answers nobody, and is told nobody who is away."""
    return entry.head.kind in ("text", "edit") and not entry.head.deleted


class UnreadTimers:
    """What timers of unread messages are for: a `TimerKind`. `clock` gives the store's instant."""

    kind = UNREAD

    def __init__(
        self,
        *,
        database: Database,
        ledger: Ledger,
        unread: Unread,
        messages: KeptMessages,
        noting: Noting,
        policy: NoticePolicy,
        clock: Callable[[], Awaitable[int]],
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._unread = unread
        self._messages = messages
        self._noting = noting
        self._after = policy.unread_minutes * MINUTE
        self._clock = clock

    async def arm(self, partition: int) -> None:
        """The ledger sets them."""

    async def ring(self, rung: Rung) -> None:
        """Tell the side of what it has not read, if anything is. Raises StoreError, DatabaseError."""
        side, conversation = unread_place(rung.name)
        standing = await self._ledger.standing(conversation)
        if standing is None:
            await self._unread.settle_unread(conversation, side, 0, "none")
            return
        seen = standing.last_seq
        stretch = await self._stretch(conversation, side, standing)
        if stretch is None or standing.settings.status == "ended" or not self._after:
            await self._unread.settle_unread(conversation, side, seen, "none")
        elif (due_at := stretch.at + self._after) > standing.now:
            # What the timer was set for was read; this came later.
            await self._unread.settle_unread(conversation, side, seen, "later", due_at)
        else:
            await self._note(conversation, side, standing, stretch)
            await self._unread.settle_unread(conversation, side, seen, "told")

    async def still_unread(self, notice: Notice) -> str | None:
        """Whether what was told of is unread: a `StillHolds`."""
        standing = await self._ledger.standing(notice.conversation)
        if standing is None or standing.settings.status == "ended":
            return "the conversation has ended"
        side: Writer = "mentor" if notice.data["role"] == "mentor" else "member"
        stretch = await self._stretch(notice.conversation, side, standing)
        return None if stretch is not None and stretch.seq <= notice.data["seq"] else "read meanwhile"

    async def _note(self, conversation: str, side: Writer, standing: Standing, stretch: UnreadStretch) -> None:
        by: Writer = "member" if side == "mentor" else "mentor"
        fact = Fact(
            event="message.unread",
            mark=f"{conversation}/{side}/{stretch.seq}",
            at=stretch.at,
            conversation=conversation,
            member=standing.settings.member,
            mentor=standing.settings.mentor,
            roles=frozenset({side}),
            data={
                "by": by,
                "seq": stretch.seq,
                "count": stretch.count,
                "answered": by == "mentor" and stretch.is_answer,
            },
        )
        if by == "mentor" and stretch.sender != standing.settings.mentor:
            fact.data["answered_by"] = stretch.sender
        now = await self._clock()
        async with self._database.begin() as connection:
            made = await self._noting.note(connection, [fact], now)
        await self._noting.tell(made)

    async def _stretch(self, conversation: str, side: Writer, standing: Standing) -> UnreadStretch | None:
        """What that side has neither read nor written after; looked for back from the newest entry."""
        read = standing.member_read if side == "member" else standing.mentor_read
        lowest = max(read, standing.last_seq - MOST_COUNTED)
        first: LoggedHead | None = None
        told: set[int] = set()
        before, is_answer = standing.last_seq + 1, False
        while before > lowest + 1 and not is_answer:
            page = await self._messages.heads(conversation, max(lowest, before - 1 - PAGE), before, PAGE)
            for entry in reversed(page):
                if is_answer := entry.head.role == side:
                    break
                if entry.head.role in WRITERS and _is_told(entry):
                    first = entry
                    told.add(entry.head.about or entry.seq)
            if not page:
                break
            before = page[0].seq
        if first is None:
            return None
        is_answer = is_answer or await self._answers(conversation, side, first.seq)
        return UnreadStretch(first.seq, first.at, len(told), is_answer, first.head.sender)

    async def _answers(self, conversation: str, side: Writer, seq: int) -> bool:
        """Whether that side wrote last before it, as far as a page reaches."""
        page = await self._messages.heads(conversation, max(0, seq - 1 - PAGE), seq, PAGE)
        written = [entry.head.role for entry in page if entry.head.role in WRITERS and entry.head.kind == "text"]
        return bool(written) and written[-1] == side
