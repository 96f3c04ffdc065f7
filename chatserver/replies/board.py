"""The board: who owes an answer, the most urgent first, a page at a time."""

from collections.abc import Iterable
from math import inf

from msgspec import Struct

from chatserver.protocol.base64url import base64url_bytes, base64url_text
from chatserver.replies.board_heads import BoardHeads
from quotas.admission import WaitState
from quotas.instant import LATEST
from quotas.ledger.open_waits import BEFORE_ALL, OpenWait, OpenWaits, Place, Totals
from quotas.ledger.partitions import gathered
from quotas.ledger.redis import RedisLedger


class Wanted(Struct, frozen=True):
    """Which waits: in that state, of that mentor, on that plan; '' for any."""

    state: WaitState = "waiting"
    mentor: str = ""
    plan: str = ""

    def is_of(self, wait: OpenWait) -> bool:
        """Whether the totals count it: mentor and plan, whatever the state."""
        return self.mentor in ("", wait.mentor) and self.plan in ("", wait.plan)

    def has(self, wait: OpenWait, now: int) -> bool:
        """Whether it is one of its rows at `now`."""
        return self.is_of(wait) and wait.is_in(self.state, now)


EVERY_WAIT = Wanted()


class BoardPage(Struct, frozen=True):
    """A page as it stands at `now`. `totals` count every wait of the mentor and plan; `next` is None on the last."""

    now: int
    totals: Totals
    waits: list[OpenWait]
    next: str | None


class Board:
    """Reads the store at every question. All methods raise StoreError."""

    def __init__(self, ledger: RedisLedger, waits: OpenWaits) -> None:
        self._ledger = ledger
        self._waits = waits

    async def page(self, wanted: Wanted, after: Place, limit: int) -> BoardPage:
        """The first `limit` waits beyond `after`.

        Between two pages waits move: one whose deadline moves may come twice, or not at all. So may a page have less
        than `limit`, where a wait ended while it was read.
        """
        read = self._page_of_mentor if wanted.mentor else self._page_of_all
        return await read(wanted, await self._ledger.now(), after, limit)

    async def of_mentor(self, wanted: Wanted) -> list[OpenWait]:
        """Those of the wanted mentor and plan, whatever the state. A mentor has few conversations: each is read."""
        found = await self.of_conversations(await self._ledger.conversations_of(wanted.mentor))
        return [wait for wait in found if wanted.is_of(wait)]

    async def of_conversations(self, conversations: Iterable[str]) -> list[OpenWait]:
        """The open waits of those in which an answer is owed, in their order."""
        found = await gathered(self._waits.of(conversation) for conversation in conversations)
        return [wait for wait in found if wait is not None]

    async def _page_of_mentor(self, wanted: Wanted, now: int, after: Place, limit: int) -> BoardPage:
        waits = await self.of_mentor(wanted)
        beyond = [wait for wait in waits if wait.place > after and wait.is_in(wanted.state, now)]
        beyond.sort(key=by_urgency)
        more = len(beyond) > limit
        return BoardPage(now, totals_of(waits, now), beyond[:limit], cursor(beyond[limit - 1].place) if more else None)

    async def _page_of_all(self, wanted: Wanted, now: int, after: Place, limit: int) -> BoardPage:
        heads = BoardHeads(self._waits, limit + 1, state=wanted.state, plan=wanted.plan, after=after)
        await heads.read(now)
        places = heads.places()
        found = await self.of_conversations(conversation for _, conversation in places[:limit])
        # Whatever has moved since the places were read stands as it is now.
        waits = sorted((wait for wait in found if wanted.has(wait, now)), key=by_urgency)
        return BoardPage(now, heads.totals(), waits, cursor(places[limit - 1]) if len(places) > limit else None)


def by_urgency(wait: OpenWait) -> Place:
    """The order of the board."""
    return wait.place


def totals_of(waits: Iterable[OpenWait], now: int) -> Totals:
    """Count them."""
    waiting = overdue = missed = 0
    for wait in waits:
        waiting += 1
        overdue += wait.is_overdue(now)
        missed += wait.missed
    return Totals(waiting, overdue, missed)


def cursor(place: Place) -> str:
    """A place as apps hand it back: opaque to them."""
    due_at = 0 if place[0] == inf else int(place[0])
    return base64url_text(f"{due_at} {place[1]}".encode())


def place_of(cursor: str) -> Place:
    """The place that a cursor stands for; '' for the beginning. Raises ValueError."""
    if not cursor:
        return BEFORE_ALL
    try:
        said = base64url_bytes(cursor).decode("ascii")
        due_at, conversation = int(said.partition(" ")[0]), said.partition(" ")[2]
    except ValueError:
        due_at, conversation = -1, ""
    if not 0 <= due_at <= LATEST or not conversation:
        raise ValueError(f"{cursor!r} is no place on the board")
    return due_at or inf, conversation
