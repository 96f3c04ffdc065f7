"""What the state lines say: may I write, what is owed, who is there. Pure: `now` is the server's clock."""

from typing import Literal

from chatserver.client import ConnectionState
from chatserver.protocol.events import Composer, ConversationView, Reply, Role
from chatserver.terminal.names import called
from chatserver.terminal.texts import Texts
from chatserver.terminal.words import date_and_time, duration, time_of_day
from quotas import instant
from quotas.admission import CLOSED_TO_BOTH

Mood = Literal["good", "wait", "bad"]


def may_write(role: Role, conversation: ConversationView) -> bool:
    """Whether the server would take a message, as far as is known here: of a mentor unless both are locked out."""
    if role == "mentor":
        return conversation.status not in CLOSED_TO_BOTH
    return role == "member" and conversation.composer.open


def standing(texts: Texts, role: Role, conversation: ConversationView, now: int) -> list[str]:
    """The state of a conversation as this person needs it, in parts that can be put side by side or wrapped."""
    if role == "member":
        return writing(texts, conversation.composer, conversation.zone, now)
    if role == "mentor":
        if conversation.status in CLOSED_TO_BOTH:
            return [texts(f"locked_{conversation.status}")]
        paused = [texts("status_paused")] if conversation.status == "paused" else []
        return paused + owed(texts, conversation.reply, conversation.zone, now)
    return [texts("reading_only")]


def away(texts: Texts, user: str, conversation: ConversationView) -> list[str]:
    """That the mentor is away, until when, and who stands in; to the substitute, that they do."""
    if conversation.away is None:
        return []
    mentor, substitute = conversation.mentor, conversation.away.substitute
    name = called(mentor, conversation)
    when = date_and_time(texts, instant.parse(conversation.away.until), conversation.zone)
    if user == substitute:
        return [texts("away_for", name=name, when=when)]
    gone = texts("away_you", when=when) if user == mentor else texts("away_until", name=name, when=when)
    return [gone + (f", {texts('away_stands_in', name=called(substitute, conversation))}" if substitute else "")]


def writing(texts: Texts, composer: Composer, zone: str, now: int) -> list[str]:
    if not composer.open:
        return locked(texts, composer, zone, now)
    if composer.live_until is not None:
        until = instant.parse(composer.live_until)
        return [texts("live_until", when=time_of_day(until, zone), left=duration(texts, until - now))]
    parts = [texts("open")]
    if composer.window_ends_at is not None:
        parts.append(texts("window_ends", left=duration(texts, instant.parse(composer.window_ends_at) - now)))
    elif composer.windows_left is not None:
        parts.append(texts("opens_window"))
    return parts + _left(texts, "windows", composer.windows_left) + _left(texts, "messages", composer.messages_left)


def locked(texts: Texts, composer: Composer, zone: str, now: int) -> list[str]:
    parts = [texts(f"locked_{composer.reason}")] if composer.reason is not None else []
    if composer.opens_at is not None:
        opens_at = instant.parse(composer.opens_at)
        left = duration(texts, opens_at - now)
        parts.append(texts("opens", when=date_and_time(texts, opens_at, zone), left=left))
    return parts


def _left(texts: Texts, what: str, left: int | None) -> list[str]:
    if left is None:
        return []
    return [texts(f"{what}_{left if left in (0, 1) else 'n'}", n=left)]


def is_overdue(reply: Reply, now: int) -> bool:
    """Whether the deadline has passed. The server says so a moment later than the clock."""
    return reply.overdue or (reply.due_at is not None and now > instant.parse(reply.due_at))


def urgency(conversation: ConversationView) -> tuple[bool, str]:
    """Sorts by deadline, those without one last."""
    return conversation.reply.due_at is None, conversation.reply.due_at or conversation.reply.waiting_since or ""


def owed(texts: Texts, reply: Reply, zone: str, now: int) -> list[str]:
    if reply.waiting_since is None:
        return [texts("nothing_owed")]
    if reply.due_at is None:
        return [texts("waiting_since", when=date_and_time(texts, instant.parse(reply.waiting_since), zone))]
    due_at = instant.parse(reply.due_at)
    if is_overdue(reply, now):
        return [texts("overdue_by", left=duration(texts, now - due_at))]
    return [texts("answer_by", when=date_and_time(texts, due_at, zone), left=duration(texts, due_at - now))]


def connection(texts: Texts, state: ConnectionState, loop_time: float) -> list[tuple[Mood, str]]:
    """How the connection is, in parts. `loop_time` is the event loop's clock."""
    if state.kind == "online":
        return [("good", f"● {texts('online')}")]
    if state.kind == "offline" and state.retry_at is not None:
        left = duration(texts, int((state.retry_at - loop_time) * instant.SECOND))
        return [("bad", f"○ {texts('offline')}"), ("wait", texts("retry_in", left=left))]
    return [("wait", f"○ {texts('closed' if state.kind == 'closed' else 'connecting')}")]
