"""What a client hears, handed to those whom it is for: an answer to its question, the rest to the reader of events."""

from typing import assert_never

from chatserver.client.board import ReplyBoard
from chatserver.client.book import Book, note
from chatserver.client.inbox import Inbox
from chatserver.client.questions import Questions
from chatserver.protocol.board import BoardShown
from chatserver.protocol.cases import CaseChanged
from chatserver.protocol.events import (
    Accepted,
    AnyEvent,
    Clock,
    ComposerChanged,
    ConversationChanged,
    ConversationsPage,
    Deadline,
    Error,
    Following,
    Gap,
    HistoryPage,
    Message,
    Presence,
    ReadMark,
    Refused,
    Renewed,
    ReplyChanged,
    Role,
    SearchPage,
    TypingNow,
    Unfollowed,
    UnreadLeft,
    WaitAcknowledged,
    Welcome,
)
from chatserver.protocol.notices import NoticeCame, NoticesPage, NoticesRead
from chatserver.protocol.session_events import SessionChanged, Signalled
from chatserver.protocol.unsent import DraftList, DraftStands, LaterChanged, LaterList, Scheduled


class Incoming:
    """Keeps what the latest event says of conversations, of the board and of notices."""

    def __init__(self, questions: Questions, inbox: Inbox) -> None:
        self._questions = questions
        self._inbox = inbox
        self._user = ""
        self._role: Role = "member"
        self.book: Book = {}
        self.board = ReplyBoard()
        self.unread: int | None = None
        """How many notices; None where the server did not say."""

    def begin(self, welcome: Welcome) -> None:
        """A connection was welcomed: what comes from here on is for that person."""
        self._user, self._role = welcome.user, welcome.role
        self.unread = None if welcome.notices is None else welcome.notices.unread
        note(self.book, welcome.user, welcome)

    def take(self, event: AnyEvent) -> None:
        """Note what it says, and hand it on."""
        note(self.book, self._user, event)
        match event:
            case Message():
                self._take_message(event)
            case (
                Accepted()
                | Refused()
                | ComposerChanged()
                | HistoryPage()
                | SessionChanged()
                | Following()
                | Unfollowed()
                | Renewed()
                | SearchPage()
                | WaitAcknowledged()
            ):
                self._take_answer(event)
            case BoardShown():
                self.board.note(event)
                self._inbox.put(event)
            case NoticesPage() | NoticesRead() | NoticeCame():
                self._take_notices(event)
            case Gap():
                self._inbox.put(event)
                self._inbox.place(event.conversation, otherwise=event.after).go_back_to(event.after)
                self._inbox.fetch(event.conversation, self._last_seq(event.conversation))
            case ConversationChanged():
                self._inbox.place(event.conversation.id, otherwise=event.conversation.last_seq)
                self._inbox.put(event)
            case Error() | LaterList() | Scheduled() | LaterChanged() | DraftStands() | DraftList():
                if not self._questions.settle_error_or_unsent(event):
                    self._inbox.put(event)
            case (
                Welcome()
                | ConversationsPage()
                | ReplyChanged()
                | Deadline()
                | ReadMark()
                | UnreadLeft()
                | TypingNow()
                | Signalled()
                | Presence()
                | CaseChanged()
                | Clock()
            ):
                self._inbox.put(event)
            case _:
                assert_never(event)

    def _take_answer(
        self,
        event: Accepted
        | Refused
        | ComposerChanged
        | HistoryPage
        | SessionChanged
        | Following
        | Unfollowed
        | Renewed
        | SearchPage
        | WaitAcknowledged,
    ) -> None:
        match event:
            case Accepted():
                self._inbox.place(event.conversation, otherwise=event.seq - 1).take(event.seq)
                self._questions.settle_send(event)
            case Refused():
                self._questions.settle_send(event)
            case ComposerChanged():
                self._questions.settle_check(event)
                self._inbox.put(event)
            case HistoryPage() | Renewed() | SearchPage() | WaitAcknowledged():
                self._questions.settle_asked(event)
            case SessionChanged():
                self._questions.settle_join(event, self._role)
                self._inbox.put(event)
            case Following():
                after = self._questions.settle_following(event)
                known = event.conversation
                self._inbox.place(known.id, otherwise=known.last_seq if after is None else after)
            case Unfollowed():
                self._inbox.forget(event.conversation)
                self._questions.settle_unfollowed(event)
            case _:
                assert_never(event)

    def _take_notices(self, event: NoticesPage | NoticesRead | NoticeCame) -> None:
        self.unread = event.unread
        match event:
            case NoticesPage():
                self._questions.settle_notices(event)
            case NoticesRead():
                if not self._questions.settle_notices_read(event):
                    self._inbox.put(event)
            case NoticeCame():
                self._inbox.put(event)
            case _:
                assert_never(event)

    def _take_message(self, message: Message) -> None:
        if message.sender != self._user or not self._questions.is_sending(message.conversation, message.id):
            self._inbox.put_message(message)
            return
        # The answer was lost with its connection; the message itself says that it is stored.
        self._inbox.place(message.conversation, otherwise=message.seq - 1).take(message.seq)
        self._questions.settle_send(
            Accepted(
                conversation=message.conversation,
                id=message.id,
                seq=message.seq,
                at=message.at,
                composer=self.book[message.conversation].composer,
            )
        )

    def _last_seq(self, conversation: str) -> int:
        return self.book[conversation].last_seq if conversation in self.book else 0
