"""Events on their way out: encoded once per encoding, however many read them."""

import msgspec

from chatserver.keys.sealing import Key
from chatserver.messages.history import message_of
from chatserver.messages.log import in_the_open
from chatserver.protocol.codec import Encoding, accepted_json, encode_json, encode_msgpack, message_json
from chatserver.protocol.event import Event
from chatserver.protocol.events import Accepted, Composer
from chatserver.realtime.frames import binary_frame, text_frame
from quotas.instant import text
from quotas.ledger.base import Entry


def frame_of(event: Event, encoding: Encoding) -> bytes:
    """An event as one WebSocket frame."""
    return text_frame(encode_json(event)) if encoding == "json" else binary_frame(encode_msgpack(event))


class ComposerSaid:
    """A composer, as every message that leaves it so says it: encoded once for all of them."""

    __slots__ = ("composer", "json")

    def __init__(self, composer: Composer) -> None:
        self.composer = composer
        self.json = encode_json(composer)


def accepted_frame(conversation: str, id: str, seq: int, at: int, said: ComposerSaid, encoding: Encoding) -> bytes:
    """That a message was stored, as one WebSocket frame."""
    if encoding == "json":
        return text_frame(accepted_json(conversation, id, seq, text(at), said.json))
    return frame_of(Accepted(conversation, id, seq, text(at), said.composer), encoding)


def message_frame(conversation: str, entry: Entry, encoding: Encoding) -> bytes:
    """A message in the open as one WebSocket frame; in JSON its entry is copied, not encoded again."""
    if encoding == "json":
        return text_frame(message_json(conversation, entry.seq, text(entry.at), entry.entry))
    return frame_of(message_of(conversation, entry), encoding)


class Audience:
    """One thing said to many: made at most once per encoding, and only where someone reads that encoding."""

    __slots__ = ("_event", "_frames")

    def __init__(self, event: Event) -> None:
        self._event = event
        self._frames: dict[Encoding, bytes] = {}

    def frame(self, encoding: Encoding) -> bytes:
        """The frame in that encoding."""
        made = self._frames.get(encoding)
        if made is None:
            made = self._frames[encoding] = frame_of(self._event, encoding)
        return made


class MessageAudience:
    """As `Audience`, for a message: where it comes with a key, it is opened at most once, if somebody reads it."""

    __slots__ = ("_conversation", "_entry", "_frames", "_key")

    def __init__(self, conversation: str, entry: Entry, key: Key | None) -> None:
        self._conversation = conversation
        self._entry = entry
        self._key = key
        self._frames: dict[Encoding, bytes] = {}

    def frame(self, encoding: Encoding) -> bytes:
        """The frame in that encoding."""
        made = self._frames.get(encoding)
        if made is None:
            if self._key is not None:
                self._entry, self._key = in_the_open(self._conversation, self._entry, self._key), None
            made = self._frames[encoding] = message_frame(self._conversation, self._entry, encoding)
        return made


class RawAudience:
    """As `Audience`, for an event that comes as JSON: it goes out as it is, or encoded once anew."""

    __slots__ = ("_frames", "_payload")

    def __init__(self, payload: bytes) -> None:
        self._payload = payload
        self._frames: dict[Encoding, bytes] = {}

    def frame(self, encoding: Encoding) -> bytes:
        """The frame in that encoding."""
        made = self._frames.get(encoding)
        if made is None:
            if encoding == "json":
                made = text_frame(self._payload)
            else:
                made = binary_frame(encode_msgpack(msgspec.json.decode(self._payload)))
            self._frames[encoding] = made
        return made
