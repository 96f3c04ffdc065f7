"""The other devices of whoever wrote something hear that it is another one now: each process looks what it is."""

from contextlib import suppress
from typing import Literal

import msgspec
from msgspec import Struct

from quotas.ledger import feed, keys
from quotas.standing import Writer
from quotas.store.errors import StoreError
from quotas.store.port import Store

What = Literal["draft", "later"]


class UnsentChanged(Struct, frozen=True, omit_defaults=True):
    """On a person's channel, about something of theirs. No text travels: who hears of it reads it where it is kept."""

    what: What
    conversation: str
    side: Writer
    id: str = ""
    """Of a message that goes out later."""
    origin: str = ""
    """The connection that did it, and knows."""
    seq: int = 0
    """Of one that was sent."""


_decode = msgspec.json.Decoder(UnsentChanged).decode
_encode = msgspec.json.Encoder().encode


def read_change(payload: bytes) -> UnsentChanged | None:
    """Of what came on a person's channel; None where it is something else."""
    said = feed.read_unsent(payload)
    return None if said is None else _decode(said)


class UnsentNews:
    """Says it to the store, which passes it on; where that does not answer, apps ask when they come back."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def tell(self, person: str, changed: UnsentChanged) -> None:
        """Something of that person's has changed."""
        with suppress(StoreError):
            await self._store.request("SPUBLISH", keys.person_feed(person), feed.unsent(_encode(changed)))
