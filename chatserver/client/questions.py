"""Commands that have an answer: asked until answered, one at a time per conversation and kind."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4
from weakref import WeakValueDictionary

import msgspec
from msgspec.structs import replace

from chatserver.client.backoff import full_jitter
from chatserver.client.errors import ChatError
from chatserver.client.link import ClientLink
from chatserver.protocol.codes import MEANING
from chatserver.protocol.commands import (
    MAX_BODY_BYTES,
    MAX_FRAME_BYTES,
    Acknowledge,
    AnyCommand,
    Check,
    Delete,
    Draft,
    Drafts,
    Edit,
    Follow,
    GiveExercise,
    HandIn,
    History,
    JoinSession,
    ListLater,
    Notices,
    React,
    ReadNotices,
    Renew,
    Reschedule,
    Search,
    Send,
    Unfollow,
    Unschedule,
    Urgent,
)
from chatserver.protocol.events import (
    Accepted,
    ComposerChanged,
    Error,
    Following,
    HistoryPage,
    Refused,
    Renewed,
    Role,
    SearchPage,
    Unfollowed,
    WaitAcknowledged,
)
from chatserver.protocol.notices import NoticesPage, NoticesRead
from chatserver.protocol.session_events import SessionChanged
from chatserver.protocol.unsent import DraftList, DraftStands, LaterChanged, LaterList, Scheduled

WritingInTurn = Send | Edit | Delete | React
"""Of one conversation they go out one after the other."""
UnsentQuestion = ListLater | Reschedule | Unschedule | Draft | Drafts
"""About what is not sent yet: each answer says the question's `ask`."""
UnsentAnswer = LaterList | Scheduled | LaterChanged | DraftStands | DraftList
OwnWriting = WritingInTurn | Urgent
"""What is stored under an id of ours, and answered by it."""
Question = (
    OwnWriting
    | GiveExercise
    | HandIn
    | Check
    | History
    | Acknowledge
    | JoinSession
    | Follow
    | Unfollow
    | Notices
    | ReadNotices
    | Renew
    | Search
    | UnsentQuestion
)
QuestionAnswer = (
    Accepted
    | Refused
    | ComposerChanged
    | HistoryPage
    | SessionChanged
    | Following
    | Unfollowed
    | NoticesPage
    | NoticesRead
    | Renewed
    | UnsentAnswer
    | SearchPage
    | WaitAcknowledged
)
QuestionKind = (
    type[Send]
    | type[GiveExercise]
    | type[HandIn]
    | type[Urgent]
    | type[Check]
    | type[History]
    | type[Acknowledge]
    | type[JoinSession]
    | type[Follow]
    | type[Notices]
    | type[ReadNotices]
    | type[Renew]
    | type[ListLater]
    | type[Reschedule]
    | type[Unschedule]
    | type[Draft]
    | type[Drafts]
    | type[Search]
)
AskedAnswer = HistoryPage | Renewed | SearchPage | WaitAcknowledged
_ASKED: dict[type[AskedAnswer], QuestionKind] = {
    HistoryPage: History,
    Renewed: Renew,
    SearchPage: Search,
    WaitAcknowledged: Acknowledge,
}
"""By the answer, what it was asked by."""
_Posting = OwnWriting | GiveExercise | HandIn
"""What becomes a message."""
NOWHERE = ""
"""In place of a conversation's name, for what is asked of none."""

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyCommand] = msgspec.json.Decoder(AnyCommand)


def require_valid(command: AnyCommand) -> None:
    """Raise ChatError for what every server refuses, so that a bad frame never costs the connection."""
    try:
        frame = _encoder.encode(command)
        _decoder.decode(frame)
    except (msgspec.ValidationError, UnicodeEncodeError) as fault:
        raise ChatError("invalid_field", str(fault)) from None
    if len(frame) > MAX_FRAME_BYTES or (
        isinstance(command, Send | Edit) and len(command.body.encode()) > MAX_BODY_BYTES
    ):
        raise ChatError("text_too_long", MEANING["text_too_long"])


class _Waiting:
    """One question on its way, kept through reconnects until it is answered."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.reset()

    def reset(self) -> None:
        self.answer: asyncio.Future[QuestionAnswer | Error] = asyncio.get_running_loop().create_future()

    def settle(self, answer: QuestionAnswer | Error) -> None:
        if not self.answer.done():
            self.answer.set_result(answer)


class Questions:
    """What is being asked. The callers are the outbox: each waits for its turn, then for its answer.

    `link` waits for a greeted connection, or raises what ended the chat.
    """

    def __init__(self, link: Callable[[], Awaitable[ClientLink]]) -> None:
        self._link = link
        self._waiting: dict[tuple[QuestionKind, str], _Waiting] = {}
        self._turns: WeakValueDictionary[tuple[QuestionKind, str], asyncio.Lock] = WeakValueDictionary()

    async def ask(self, question: Question) -> QuestionAnswer:
        require_valid(question)
        kind = _kind_of(question)
        key = (kind, NOWHERE if isinstance(question, Search) else getattr(question, "conversation", None) or NOWHERE)
        if not isinstance(question, _Posting | JoinSession):
            question = replace(question, ask=uuid4().hex[:16])
        # asyncio.Lock is fair: turns come in the order of the calls.
        turn = self._turns.setdefault(key, asyncio.Lock())
        async with turn:
            waiting = self._waiting[key] = _Waiting(question)
            try:
                return await self._until_answered(waiting)
            finally:
                del self._waiting[key]

    async def _until_answered(self, waiting: _Waiting) -> QuestionAnswer:
        delays = full_jitter()
        while True:
            while not waiting.answer.done():
                link = await self._link()
                if not waiting.answer.done():
                    await link.send(waiting.question)
                    await _first_of(waiting.answer, link.lost)
            answer = waiting.answer.result()
            if not isinstance(answer, Error):
                return answer
            if not answer.temporary:
                raise ChatError(answer.code, answer.message)
            waiting.reset()
            delay = next(delays) if answer.retry_after is None else answer.retry_after
            await asyncio.wait({waiting.answer}, timeout=delay)

    def settle_unsent(self, answer: UnsentAnswer) -> bool:
        """Whether it is the answer to what was asked here; else it comes by itself."""
        if isinstance(answer, Scheduled) and answer.ask is None:
            self.settle_send(answer)
            return True
        asked = [each for each in self._waiting.values() if answer.ask and _ask_of(each.question) == answer.ask]
        for each in asked:
            each.settle(answer)
        return bool(asked)

    def settle_send(self, answer: Accepted | Refused | Scheduled) -> None:
        for kind in (Send, Urgent, GiveExercise, HandIn):
            waiting = self._waiting.get((kind, answer.conversation))
            if waiting is not None and isinstance(waiting.question, _Posting) and waiting.question.id == answer.id:
                waiting.settle(answer)

    def settle_check(self, answer: ComposerChanged) -> None:
        self._settle(Check, answer.conversation, answer)

    def settle_asked(self, answer: AskedAnswer) -> None:
        """Of what is for whoever asked alone."""
        self._settle(_ASKED[type(answer)], getattr(answer, "conversation", NOWHERE), answer)

    def _settle(
        self,
        kind: QuestionKind,
        conversation: str,
        answer: ComposerChanged | NoticesPage | AskedAnswer,
    ) -> None:
        """Not where it answers another question, which was given up; a server of before `ask` says nothing of it."""
        waiting = self._waiting.get((kind, conversation))
        if waiting is not None and answer.ask in (None, _ask_of(waiting.question)):
            waiting.settle(answer)

    def settle_join(self, answer: SessionChanged, role: Role) -> None:
        """Whoever of the two joined: it answers the join of that side, once its own instant is there."""
        booking, waiting = answer.booking, self._waiting.get((JoinSession, answer.conversation))
        if waiting is None or not isinstance(waiting.question, JoinSession) or booking is None:
            return
        own = booking.joins.member if role == "member" else booking.joins.mentor
        if own is not None and booking.id == waiting.question.booking and answer.kind == "joined":
            waiting.settle(answer)

    def settle_following(self, answer: Following) -> int | None:
        """Hand it to the follow that it answers; the seq after which that wanted to begin, None for here."""
        waiting = self._waiting.get((Follow, answer.conversation.id))
        if waiting is None or not isinstance(waiting.question, Follow):
            return None
        waiting.settle(answer)
        return waiting.question.resume

    def settle_unfollowed(self, answer: Unfollowed) -> None:
        waiting = self._waiting.get((Follow, answer.conversation))
        if waiting is not None and isinstance(waiting.question, Unfollow):
            waiting.settle(answer)

    def settle_notices(self, answer: NoticesPage) -> None:
        self._settle(Notices, NOWHERE, answer)

    def settle_notices_read(self, answer: NoticesRead) -> bool:
        """Whether it is the answer to what was asked here; else it was read on another device."""
        waiting = self._waiting.get((ReadNotices, NOWHERE))
        if waiting is None or not isinstance(waiting.question, ReadNotices):
            return False
        asked = waiting.question
        if (asked.upto, sorted(set(asked.ids))) != (answer.upto, answer.ids):
            return False
        waiting.settle(answer)
        return True

    def settle_error_or_unsent(self, answer: Error | UnsentAnswer) -> bool:
        """Hand it to the question that it answers; False where there is none."""
        return self.settle_error(answer) if isinstance(answer, Error) else self.settle_unsent(answer)

    def settle_error(self, error: Error) -> bool:
        """Hand an error to the question that it answers; False where there is none.

        Where it does not say the question's `ask`: what is asked of a conversation that is still being opened is
        answered before the follow that opens it.
        """
        if error.ask is not None:
            asked = [each for each in self._waiting.values() if _ask_of(each.question) == error.ask]
            for each in asked:
                each.settle(error)
            return bool(asked)
        for (_, conversation), waiting in sorted(self._waiting.items(), key=lambda item: item[0][0] is Follow):
            own_id = waiting.question.id if isinstance(waiting.question, _Posting) else None
            # seq_unknown with no id answers a read mark, which nobody waits for; not_open a join and nothing else.
            fits = (error.code != "seq_unknown" or own_id is not None) and (
                error.code != "not_open" or isinstance(waiting.question, JoinSession)
            )
            is_open = own_id == error.id and fits and not waiting.answer.done()
            if is_open and error.conversation in (conversation, None):
                waiting.settle(error)
                return True
        return False

    def is_sending(self, conversation: str, id: str) -> bool:
        return bool(self._sending(conversation, id))

    def _sending(self, conversation: str, id: str) -> list[_Waiting]:
        found = (self._waiting.get((kind, conversation)) for kind in (Send, Urgent))
        return [each for each in found if each and isinstance(each.question, OwnWriting) and each.question.id == id]


def _kind_of(question: Question) -> QuestionKind:
    """Of one kind one is asked at a time, of a conversation."""
    if isinstance(question, WritingInTurn):
        return Send
    # What follows and what ends that take turns: the last one counts.
    return Follow if isinstance(question, Unfollow) else type(question)


def _ask_of(question: Question) -> str | None:
    return None if isinstance(question, _Posting | JoinSession) else question.ask


async def _first_of(answer: asyncio.Future[QuestionAnswer | Error], lost: asyncio.Future[None]) -> None:
    both: set[asyncio.Future[QuestionAnswer | Error] | asyncio.Future[None]] = {answer, lost}
    await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
