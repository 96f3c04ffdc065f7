"""One conversation on a ledger, for tests that speak of members and mentors."""

from hashlib import blake2b
from typing import Self

from msgspec.structs import replace

from quotas.ledger.base import DIGEST_BYTES, Ledger, Post, PostResult, StandIn, posted
from quotas.standing import ConversationSettings, Standing, Writer
from quotas.terms import Rulebook, Terms

LANE = 2**53 - 2
"""One of the largest: whatever carries it keeps it whole."""
Turn = tuple[int, int, int]
"""Lane, number and after, as in `Post`."""


class Desk:
    """Posts with terms worked out for the instant, as the server does. An instant of 0 is the ledger's own clock."""

    def __init__(self, ledger: Ledger, rulebook: Rulebook, conversation: str = "c") -> None:
        self.ledger = ledger
        self.rulebook = rulebook
        self.conversation = conversation
        self.settings = ConversationSettings("member", "mentor", "light", "Europe/Oslo", "")

    async def opened(self, at: int, plan: str) -> Self:
        self.settings = replace(self.settings, plan=plan)
        await self.ledger.configure(self.conversation, self.settings, at=at)
        return self

    async def configure(self, at: int, **changes: object) -> Standing:
        """Change the settings, with the next revision unless one is named."""
        changed = replace(self.settings, **{"revision": self.settings.revision + 1} | changes)
        standing = await self.ledger.configure(self.conversation, changed, at=at)
        self.settings = standing.settings
        return standing

    async def standing(self, at: int) -> Standing:
        standing = await self.ledger.standing(self.conversation, at=at)
        assert standing is not None
        return standing

    def terms(self, standing: Standing) -> Terms:
        return standing.terms(self.rulebook)

    async def member(self, at: int, text: str, id: str = "") -> PostResult:
        return await self._post_now("member", at, text, id)

    async def mentor(self, at: int, text: str, id: str = "") -> PostResult:
        return await self._post_now("mentor", at, text, id)

    async def substitute(self, at: int, text: str, stand_in: StandIn, id: str = "") -> PostResult:
        return await self._post_now("mentor", at, text, id, stand_in)

    async def _post_now(
        self, writer: Writer, at: int, text: str, id: str, stand_in: StandIn | None = None
    ) -> PostResult:
        standing = await self.standing(at)
        return await self.post(writer, text, standing.settings, self.terms(standing), at, id, stand_in=stand_in)

    async def later(
        self, writer: Writer, at: int, text: str, id: str, *, written_at: int, stand_in: StandIn | None = None
    ) -> PostResult:
        """Post what was written before."""
        standing = await self.standing(at)
        of = self.conversation, writer, id, digest_of(text), text.encode(), "origin"
        post = Post(*of, stand_in=stand_in, written_at=written_at)
        return await posted(self.ledger, post, standing.settings, self.terms(standing), at=at)

    async def post(
        self,
        writer: Writer,
        text: str,
        settings: ConversationSettings,
        terms: Terms,
        at: int,
        id: str = "",
        turn: Turn = (0, 0, 0),
        stand_in: StandIn | None = None,
    ) -> PostResult:
        """Post with these settings and terms, whatever holds."""
        post = Post(self.conversation, writer, id, digest_of(text), text.encode(), "origin", *turn, stand_in)
        return await posted(self.ledger, post, settings, terms, at=at)


def digest_of(text: str) -> bytes:
    """As `Post.digest`, without a key."""
    return blake2b(text.encode(), digest_size=DIGEST_BYTES).digest()
