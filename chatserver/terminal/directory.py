"""The conversations as their reader knows them: by which name, and in which of them something is owed or new."""

from collections.abc import Iterator

from chatserver.client import ChatClient
from chatserver.protocol.events import ConversationView, Role, Welcome
from chatserver.terminal.names import called
from chatserver.terminal.news import News
from chatserver.terminal.status import away, is_overdue, standing, urgency
from chatserver.terminal.texts import Texts


class Directory:
    """All that the reader has. Who that is, the first welcome says."""

    def __init__(self, chat: ChatClient, texts: Texts) -> None:
        self._chat = chat
        self._texts = texts
        self.news = News()
        self.role: Role = "member"
        self.user = ""
        self.edit_minutes = 0
        """For how long one may edit one's own message; 0 for never."""

    def belongs_to(self, welcome: Welcome) -> None:
        self.user, self.role = welcome.user, welcome.role
        self.edit_minutes = welcome.edit_minutes

    def __iter__(self) -> Iterator[ConversationView]:
        return iter(list(self._chat.conversations.values()))

    def others(self, conversation: ConversationView) -> list[str]:
        """The id of the other side, or for support those of both sides."""
        return [each for each in (conversation.member, conversation.mentor) if each != self.user]

    def other(self, conversation: ConversationView) -> str:
        """The other side by name, or for support both sides."""
        return " – ".join(called(each, conversation) for each in self.others(conversation))

    def label(self, conversation: ConversationView) -> str:
        """The other side; with plan, id and state where there is another conversation with them."""
        name = self.other(conversation)
        if sum(self.other(each) == name for each in self) < 2:
            return name
        state = [] if conversation.status == "open" else [self._texts(f"status_{conversation.status}")]
        return f"{name} ({', '.join([conversation.plan, conversation.id, *state])})"

    def labels(self) -> str:
        return ", ".join(map(self.label, self)) or "–"

    def matching(self, name: str) -> list[ConversationView]:
        """The conversation with that id; else those with that other person, or with one whose name begins so."""
        return (
            [each for each in self if each.id == name]
            or [each for each in self if name in (self.other(each), *self.others(each))]
            or [each for each in self if any(word.startswith(name.lower()) for word in self._words(each))]
        )

    def _words(self, conversation: ConversationView) -> list[str]:
        """What whoever looks for it may begin to write, in small letters."""
        return [each.lower() for each in (self.other(conversation), " – ".join(self.others(conversation)))]

    def standing(self, conversation: ConversationView) -> list[str]:
        parts = standing(self._texts, self.role, conversation, self._chat.now())
        return [*away(self._texts, self.user, conversation), *parts]

    def is_owed(self, conversation: ConversationView) -> bool:
        """Whether this person owes an answer in it."""
        open_wait = conversation.status != "ended" and conversation.reply.waiting_since is not None
        return open_wait and self.role == "mentor"

    def is_overdue(self, conversation: ConversationView) -> bool:
        return self.is_owed(conversation) and is_overdue(conversation.reply, self._chat.now())

    def beside(self, current: ConversationView | None) -> list[ConversationView]:
        """Those but the open one in which something is owed or new, the most urgent first."""
        others = [each for each in self if current is None or each.id != current.id]
        owed = sorted(filter(self.is_owed, others), key=urgency)
        return owed + [each for each in others if self.news.of(each.id) and not self.is_owed(each)]
