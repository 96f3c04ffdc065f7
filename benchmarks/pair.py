"""One member and one mentor who write to each other, and the checks on everything they hear."""

import time
from array import array
from asyncio import Future, get_running_loop
from collections import Counter

import msgspec

from benchmarks.dialects import Dialect, Heard, SocketIo
from benchmarks.wire import ClientSocket

_FILLER = "I tried what we talked about on Tuesday, and it went better than I had feared. Can we go on from there? "


class Tally:
    """What happened in the measured window, over all pairs, and every fault of the whole run.

    `ack_ns` and `delivery_ns` hold one latency a complete message, from writing it to the socket, in nanoseconds.
    """

    def __init__(self) -> None:
        self.measuring = False
        self.complete = 0
        self.complete_in_all = 0
        self.other_frames = 0
        self.ack_ns = array("q")
        self.delivery_ns = array("q")
        self.faults: Counter[str] = Counter()


class InFlight(msgspec.Struct, gc=False):
    """A message that was written and is not complete. Instants are nanoseconds, 0 for not yet.

    `sent_ns` is when it was to be written, where that was fixed beforehand.
    """

    writer: str
    body: str
    sent_ns: int
    seq: int = 0
    acked_ns: int = 0
    delivered_ns: int = 0


class Pair:
    """Two sides of one conversation. A message is complete when its writer has the ack and the other side the text.

    With `refusals`, only the member writes, and a message is complete when it was refused.
    """

    def __init__(
        self,
        conversation: str,
        seq: int,
        window: int,
        body_bytes: int,
        tally: Tally,
        dialect: Dialect,
        refusals: bool = False,
    ) -> None:
        self.conversation = conversation
        self.seq = seq
        self.dialect = dialect
        self.refusals = refusals
        self.window = window
        self.body_bytes = body_bytes
        self.tally = tally
        self.writing = False
        self.in_flight: dict[str, InFlight] = {}
        self.sides: dict[str, Side] = {}

    def add(self, user: str, token: str, url: str) -> "Side":
        """Add the member or the mentor."""
        self.sides[user] = Side(self, user, token, url)
        return self.sides[user]

    def start(self) -> None:
        """Fill each side's window; from here on, a complete message is followed by the next."""
        self.writing = True
        sides = list(self.sides.values())
        for turn in range(self.window * len(sides)):
            sides[0 if self.refusals else turn % len(sides)].write()

    def settle(self, id_: str, message: InFlight) -> None:
        """Count the message if it is complete, and let its writer go on."""
        if not (message.acked_ns and message.delivered_ns):
            return
        del self.in_flight[id_]
        tally = self.tally
        tally.complete_in_all += 1
        if tally.measuring:
            tally.complete += 1
            tally.ack_ns.append(message.acked_ns - message.sent_ns)
            tally.delivery_ns.append(message.delivered_ns - message.sent_ns)
        if self.writing:
            self.sides[message.writer].write()


class Side:
    """One person on one connection. Hears every seq of the conversation exactly once: as an ack or as a message."""

    def __init__(self, pair: Pair, user: str, token: str, url: str) -> None:
        self.pair = pair
        self.user = user
        self.welcomed: Future[None] = get_running_loop().create_future()
        self.dialect = pair.dialect
        self.socket = ClientSocket(url, self._hear, self._fault, self.dialect.subprotocol)
        self._token = token
        self._written = 0
        self._dense_up_to = pair.seq
        self._ahead: set[int] = set()
        self._last_delivered = 0

    def protocol(self) -> ClientSocket:
        """The factory that asyncio wants."""
        return self.socket

    def greet(self) -> None:
        """Send hello."""
        self.socket.send_text(self.dialect.hello(self._token, self.pair.conversation, self.pair.seq))

    def write(self, at_ns: int = 0) -> None:
        """Send the next message; `at_ns` is when it was to be sent, where that is not now."""
        self._written += 1
        # Where the conversation went on from matters too: a used id would get its first answer.
        id_ = f"{self.user}.{self.pair.seq}.{self._written}"
        body = f"{self._written} {_FILLER}"[: self.pair.body_bytes].ljust(self.pair.body_bytes, ".")
        self.pair.in_flight[id_] = InFlight(self.user, body, at_ns or time.perf_counter_ns())
        self.socket.send_text(self.dialect.send(self.pair.conversation, id_, body))

    def seqs_missing(self) -> int:
        """How many seqs were skipped below the highest one heard."""
        return max(self._ahead) - self._dense_up_to - len(self._ahead) if self._ahead else 0

    def _hear(self, payload: bytes) -> None:
        now = time.perf_counter_ns()
        try:
            heard = self.dialect.read(payload)
        except msgspec.MsgspecError as problem:
            self._fault(f"an event that cannot be read: {problem}")
            return
        if heard is not None:
            self._take(heard, now)

    def _take(self, heard: Heard, now: int) -> None:
        if heard.type == "accepted":
            self._hear_ack(heard, now)
        elif heard.type == "message":
            self._hear_message(heard, now)
        elif heard.type == "welcome":
            if not self.welcomed.done():
                self.welcomed.set_result(None)
        elif heard.type == "ping":
            self.socket.send_text(SocketIo.PONG)
        elif heard.type == "refused" and self.pair.refusals:
            self._hear_refusal(heard, now)
        elif heard.type in ("refused", "error", "gap"):
            self._fault(f"{heard.type}: {heard.reason or heard.code}")
        elif self.pair.tally.measuring:
            self.pair.tally.other_frames += 1

    def _hear_ack(self, heard: Heard, now: int) -> None:
        message = self.pair.in_flight.get(heard.id or "")
        if message is None or message.writer != self.user or message.acked_ns:
            self._fault("an ack for a message that is not waiting for one")
        elif self._fits(heard, message):
            message.acked_ns = now
            self.pair.settle(heard.id or "", message)

    def _hear_refusal(self, heard: Heard, now: int) -> None:
        message = self.pair.in_flight.get(heard.id or "")
        if message is None or heard.body != message.body:
            self._fault("a refusal without its text, or for a message that is not waiting for one")
        else:
            message.acked_ns = message.delivered_ns = now
            self.pair.settle(heard.id or "", message)

    def _hear_message(self, heard: Heard, now: int) -> None:
        message = self.pair.in_flight.get(heard.id or "")
        if message is None or message.writer == self.user or message.delivered_ns:
            self._fault("a message delivered twice, or to its writer")
        elif heard.body != message.body or heard.sender != message.writer:
            self._fault("a message with another text or sender")
        elif heard.seq <= self._last_delivered:
            self._fault("messages out of order")
        elif self._fits(heard, message):
            self._last_delivered = heard.seq
            message.delivered_ns = now
            self.pair.settle(heard.id or "", message)

    def _fits(self, heard: Heard, message: InFlight) -> bool:
        """Whether conversation and seq are right: one seq for both sides, each heard once, in time without holes."""
        if heard.conversation != self.pair.conversation:
            self._fault("an event of another conversation")
        elif message.seq and message.seq != heard.seq:
            self._fault("ack and message disagree on the seq")
        elif heard.seq <= self._dense_up_to or heard.seq in self._ahead:
            self._fault("a seq heard twice")
        else:
            message.seq = heard.seq
            self._ahead.add(heard.seq)
            while self._dense_up_to + 1 in self._ahead:
                self._dense_up_to += 1
                self._ahead.remove(self._dense_up_to)
            return True
        return False

    def _fault(self, sentence: str) -> None:
        self.pair.tally.faults[sentence] += 1
        if not self.welcomed.done():
            self.welcomed.set_exception(ConnectionError(sentence))
