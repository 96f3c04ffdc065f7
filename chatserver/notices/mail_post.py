"""How mails leave: by a relay, or into a folder."""

from typing import Protocol

from msgspec import Struct

from chatserver.notices.delivery import DeliveryResult


class PostedMail(Struct, frozen=True):
    """One mail, written out. `sender` and `to` are bare addresses."""

    name: str
    """The same at every try, and no other mail's; it sorts by when the mail was noted."""
    sender: str
    to: str
    content: bytes
    about: tuple[str, ...] = ()
    """Who it is to and what it is about, such as `person:m1` and `conversation:c1`: an erasure finds it by them."""


class AddressRefused(Struct, frozen=True):
    """There is nobody at that address, or they take no mail: any other mail would fare as this one."""

    reason: str


class MailPost(Protocol):
    """Where mails are handed over."""

    async def post(self, mail: PostedMail) -> DeliveryResult | AddressRefused:
        """Hand it over once. Raises nothing but what ends a task."""

    async def close(self) -> None:
        """Give up what connections there are."""
