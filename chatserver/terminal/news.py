"""What is new in each conversation: what others wrote and the reader has not seen, here or on another device."""

from chatserver.client import ChatClient, ChatError
from chatserver.messages.changes import CHANGES
from chatserver.protocol.commands import MAX_HISTORY
from chatserver.protocol.events import ConversationView, Message


class News:
    """By conversation. One's own messages are read, from whatever device they came."""

    def __init__(self) -> None:
        self._new: dict[str, set[int]] = {}
        self._read: dict[str, int] = {}
        self._more: set[str] = set()

    def came(self, message: Message, user: str) -> None:
        """A message of `user`'s own is none; an event is nobody's own. Nor is a change: a deletion takes one away."""
        if message.kind == "deletion":
            self._new.get(message.conversation, set()).discard(message.about or 0)
        elif message.kind in CHANGES or message.deleted:
            return
        elif (message.sender != user or message.kind == "event") and message.seq > self._read.get(
            message.conversation, 0
        ):
            self._new.setdefault(message.conversation, set()).add(message.seq)

    def read(self, conversation: str, seq: int) -> None:
        """The reader has seen everything up to `seq`."""
        self._read[conversation] = seq = max(seq, self._read.get(conversation, 0))
        self._new[conversation] = {each for each in self._new.get(conversation, set()) if each > seq}
        self._more.discard(conversation)

    def of(self, conversation: str) -> str:
        """How many, for people: "3"; "200+" where there are more than were looked at; "" for none."""
        count = len(self._new.get(conversation, ()))
        more = conversation in self._more
        return f"{count}+" if more else f"{count}" if count else ""

    async def look_back(self, chat: ChatClient, conversation: ConversationView, user: str) -> None:
        """Find what came before this program did. The welcome says how far was read, not who wrote what follows.

        Raises ChatClosed.
        """
        self.read(conversation.id, conversation.read_seq)
        unread = conversation.last_seq - conversation.read_seq
        if unread <= 0:
            return
        try:
            page = await chat.history(conversation.id, conversation.last_seq + 1, min(unread, MAX_HISTORY))
        except ChatError:
            return  # There is nothing to see any more.
        for message in page.messages:
            self.came(message, user)
        if page.first > self._read[conversation.id] + 1:
            self._more.add(conversation.id)
