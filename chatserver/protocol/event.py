"""What everything is that the server says: an answer to a command, or an event that comes by itself."""

from msgspec import Struct


class Event(Struct, frozen=True, tag_field="type", tag=str.lower):
    """The base of everything the server sends; `type` is the class name in lower case unless the class says it."""
