"""A message's way into the ledger: terms from the cache, one call, and again with new terms where they were stale."""

from collections.abc import Callable
from functools import partial
from hashlib import blake2b
from time import perf_counter

from chatserver.metrics import Metrics
from chatserver.protocol.codec import stored_entry
from quotas.admission import Usage, WritingState, changes_at, writing_state
from quotas.ledger.base import (
    DIGEST_BYTES,
    Ledger,
    LedgerError,
    Post,
    Posted,
    PostResult,
    Refused,
    Settings,
    Stale,
    Standing,
    Writer,
)
from quotas.terms import Rulebook, Terms

MAX_TRIES = 5
"""How often a post is tried with new terms, before the ledger counts as unable to answer."""

Done = Callable[[PostResult | LedgerError], None]


class _Ticket:
    """A post on its way, with its place in the order."""

    __slots__ = ("began", "done", "number", "post", "sent", "tries")

    def __init__(self, number: int, post: Post, done: Done) -> None:
        self.number = number
        self.post = post
        self.done = done
        self.tries = 0
        self.began = self.sent = perf_counter()


class Lane:
    """One conversation, as this process knows it, and its posts in the order in which they came.

    Where terms turn out stale, later posts wait until the earlier ones have been sent again, so that what one person
    wrote first stays first.
    """

    def __init__(
        self, conversation: str, standing: Standing, ledger: Ledger, rulebook: Rulebook, metrics: Metrics
    ) -> None:
        self.conversation = conversation
        self._ledger = ledger
        self._rulebook = rulebook
        self._admitted = metrics.admission.observe
        self._acknowledged = metrics.acknowledgement.observe
        self.settings: Settings = standing.settings
        self.usage: Usage = standing.usage
        self.terms: Terms = standing.terms(rulebook)
        self._number = 0
        self._in_flight = 0
        self._held: list[_Ticket] = []
        self._stale: Standing | None = None

    def learn(self, standing: Standing) -> None:
        """Take over how the conversation stands. Raises UnknownPlanError."""
        self.terms = standing.terms(self._rulebook)  # First: where it raises, nothing has changed.
        self.settings = standing.settings
        self.usage = standing.usage

    def terms_at(self, now: int) -> Terms:
        """The terms at `now`, worked out anew where the last ones have run out."""
        if not self.terms.hold(now, self.usage.live_until):
            settings = self.settings
            self.terms = self._rulebook.terms(
                settings.plan, settings.zone, settings.holidays, self.usage.live_until, now
            )
        return self.terms

    def writing_state(self, now: int) -> WritingState:
        """What the member may do at `now`."""
        return writing_state(self.settings.status, self.usage, self.terms_at(now), now)

    def changes_at(self, now: int) -> int:
        """The next instant at which something changes by itself."""
        return changes_at(self.usage, self.terms_at(now), now)

    def post(self, writer: Writer, sender: str, id: str, body: str, origin: str, done: Done) -> None:
        """Post a message; `done` is called once: Posted, Refused, Reused, Unknown or a LedgerError."""
        digest = blake2b(body.encode(), digest_size=DIGEST_BYTES).digest()
        post = Post(self.conversation, writer, id, digest, stored_entry(sender, writer, id, body), origin)
        self._number += 1
        ticket = _Ticket(self._number, post, done)
        if self._stale is None:
            self._send(ticket)
        else:
            self._held.append(ticket)

    def _send(self, ticket: _Ticket) -> None:
        self._in_flight += 1
        self._ledger.post(ticket.post, self.settings, self.terms, partial(self._answered, ticket))

    def _answered(self, ticket: _Ticket, result: PostResult | LedgerError) -> None:
        self._in_flight -= 1
        now = perf_counter()
        self._admitted(now - ticket.sent)
        if isinstance(result, Stale):
            ticket.tries += 1
            self._stale = result.standing
            if ticket.tries < MAX_TRIES:
                self._held.append(ticket)
            else:
                ticket.done(LedgerError("the terms were stale at every try"))
        else:
            if isinstance(result, Posted | Refused):
                self.usage = result.usage
            self._acknowledged(now - ticket.began)
            ticket.done(result)
        if self._stale is not None and self._in_flight == 0:
            self._send_again(self._stale)

    def _send_again(self, standing: Standing) -> None:
        held, self._held, self._stale = sorted(self._held, key=_number), [], None
        try:
            self.learn(standing)
        except LookupError as error:
            for ticket in held:
                ticket.done(LedgerError(str(error)))
            return
        for ticket in held:
            ticket.sent = perf_counter()
            self._send(ticket)


def _number(ticket: _Ticket) -> int:
    return ticket.number
