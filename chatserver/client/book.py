"""What the client knows of each conversation, kept current by the events that pass."""

from msgspec.structs import replace

from chatserver.messages.changes import CHANGES
from chatserver.protocol.events import (
    Accepted,
    AnyEvent,
    ComposerChanged,
    ConversationChanged,
    ConversationView,
    Following,
    LastMessage,
    Message,
    Presence,
    ReadMark,
    Refused,
    ReplyChanged,
    Role,
    Unfollowed,
    UnreadLeft,
    Welcome,
)

Book = dict[str, ConversationView]
"""By conversation id, in the order of the welcome."""


def note(book: Book, user: str, event: AnyEvent) -> None:
    """Write what `event` says into the book of `user`."""
    match event:
        case Welcome():
            book.clear()
            book.update({each.id: each for each in event.conversations})
        case ConversationChanged() | Following():
            book[event.conversation.id] = event.conversation
        case Unfollowed():
            book.pop(event.conversation, None)
        case (
            Accepted()
            | Refused()
            | Message()
            | ComposerChanged()
            | ReplyChanged()
            | ReadMark()
            | UnreadLeft()
            | Presence()
        ) if event.conversation in book:
            book[event.conversation] = _after(book[event.conversation], user, event)


def _after(
    known: ConversationView,
    user: str,
    event: Accepted | Refused | Message | ComposerChanged | ReplyChanged | ReadMark | UnreadLeft | Presence,
) -> ConversationView:
    match event:
        case Accepted():
            return replace(known, composer=event.composer, last_seq=max(known.last_seq, event.seq))
        case Refused() | ComposerChanged():
            return replace(known, composer=event.composer)
        case Message() if event.seq <= known.last_seq:
            return known
        case Message():
            is_theirs = event.kind == "text" and event.role == _other_side(known, user)
            unread = known.unread + (is_theirs or event.kind == "event")
            last = _last_changed(known.last, event) if event.kind in CHANGES else _last_of(event)
            return replace(known, last_seq=event.seq, unread=unread, last=last)
        case UnreadLeft():
            return replace(known, unread=event.unread, last_seq=max(known.last_seq, event.last_seq))
        case ReplyChanged():
            return replace(known, reply=event.reply)
        case ReadMark() if event.sender == user:
            return replace(known, read_seq=max(known.read_seq, event.seq))
        case ReadMark():
            return replace(known, peer_read_seq=max(known.peer_read_seq, event.seq))
        case Presence():
            return known if event.user == user else replace(known, peer_online=event.online)


def _other_side(known: ConversationView, user: str) -> Role:
    """Whose texts are unread until they are read; whoever only reads sees it as the member does."""
    is_mentor = user == known.mentor or known.reads_from is not None
    return "member" if is_mentor else "mentor"


def _last_changed(last: LastMessage | None, change: Message) -> LastMessage | None:
    """The last message after an edit, a deletion or a reaction: that is none itself."""
    if last is None or last.seq != change.about or last.deleted:
        return last
    if change.kind == "deletion":
        return replace(last, text="", deleted=True, attachments=0, edited_at=None)
    if change.kind == "edit" and not change.deleted:
        return replace(last, text=_line(change.body), erased=change.erased, edited_at=change.at)
    return last


def _last_of(message: Message) -> LastMessage:
    return LastMessage(
        message.seq,
        message.sender,
        message.role,
        message.at,
        _line(message.body),
        message.erased,
        message.event,
        message.kind,
        message.deleted,
        len(message.attachments),
        message.urgent,
    )


def _line(body: str) -> str:
    return " ".join(body.split())
