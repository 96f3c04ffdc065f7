"""What a person can ask a chat: each command that has an answer, sent until it is answered."""

from collections.abc import Sequence
from typing import cast
from uuid import uuid4

from chatserver.client.questions import Questions
from chatserver.protocol.commands import (
    Acknowledge,
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
    Reschedule,
    Search,
    Send,
    Unfollow,
    Unschedule,
    Urgent,
)
from chatserver.protocol.events import (
    Accepted,
    Composer,
    ComposerChanged,
    ConversationView,
    Following,
    HistoryPage,
    Refused,
    SearchPage,
    WaitAcknowledged,
)
from chatserver.protocol.notices import NoticesPage, NoticesRead
from chatserver.protocol.session_events import SessionChanged
from chatserver.protocol.sessions import BookingView
from chatserver.protocol.unsent import DraftList, DraftStands, DraftView, LaterChanged, LaterList, LaterView, Scheduled
from quotas import instant


class Askable:
    """The part of `ChatClient` that is the same on every connection."""

    _questions: Questions

    async def send(
        self,
        conversation: str,
        body: str,
        id: str | None = None,
        *,
        reply_to: int | None = None,
        attachments: Sequence[str] = (),
    ) -> Accepted | Refused:
        """Write a message; wait until the server has answered, through reconnects and temporary errors.

        `attachments` are the ids of uploads (`chatserver.client.files`); with them `body` may be ''.

        Messages of one conversation go out one after the other, so that they are stored in the order of the calls.
        The same `id` (1–64 characters) travels each time, so nothing is stored twice. A cancelled call may have
        been stored. `reply_to` is the seq of the message that it answers. Raises ChatError where sending again cannot
        help, ChatClosed where the chat ends first.
        """
        command = Send(
            conversation=conversation,
            id=id or uuid4().hex,
            body=body,
            reply_to=reply_to,
            attachments=tuple(attachments),
        )
        return cast(Accepted | Refused, await self._questions.ask(command))

    async def edit(self, conversation: str, about: int, body: str, id: str | None = None) -> Accepted | Refused:
        """Give one's own message, of the seq `about`, another text. Waits, takes turns and raises as `send`.

        ChatError too where it is somebody else's, deleted, too old, or was edited too often.
        """
        command = Edit(conversation=conversation, id=id or uuid4().hex, about=about, body=body)
        return cast(Accepted | Refused, await self._questions.ask(command))

    async def delete(self, conversation: str, about: int, id: str | None = None) -> Accepted | Refused:
        """Take back one's own message, of the seq `about`: its place stays. Waits and raises as `edit`."""
        command = Delete(conversation=conversation, id=id or uuid4().hex, about=about)
        return cast(Accepted | Refused, await self._questions.ask(command))

    async def react(
        self, conversation: str, about: int, emoji: str | None, id: str | None = None
    ) -> Accepted | Refused:
        """React to the message of the seq `about`, whoever wrote it; None takes it back. Waits and raises as `edit`."""
        command = React(conversation=conversation, id=id or uuid4().hex, about=about, emoji=emoji)
        return cast(Accepted | Refused, await self._questions.ask(command))

    async def give(
        self, conversation: str, item: str, id: str | None = None, *, shared: bool = False
    ) -> Accepted | Refused:
        """A mentor gives a saved exercise of their own, or of those for all. Its message comes by `events`.

        Waits and raises as `send`; ChatError too (`not_found`) where there is no such exercise.
        """
        command = GiveExercise(conversation=conversation, id=id or uuid4().hex, item=item, shared=shared)
        return cast(Accepted | Refused, await self._questions.ask(command))

    async def hand_in(self, conversation: str, exercise: str, id: str | None = None) -> Accepted | Refused:
        """A member hands in what they answered. Its message comes by `events`.

        Waits and raises as `send`; ChatError too where nothing is answered, or it is handed in already.
        """
        command = HandIn(conversation=conversation, id=id or uuid4().hex, exercise=exercise)
        return cast(Accepted | Refused, await self._questions.ask(command))

    async def send_later(
        self,
        conversation: str,
        body: str,
        at: int,
        id: str | None = None,
        *,
        reply_to: int | None = None,
        attachments: Sequence[str] = (),
    ) -> Scheduled | Accepted | Refused:
        """Let the server send a message by itself at the instant `at` (ms). Waits and raises as `send`.

        Accepted or Refused where it is over: sent, or refused, under that id before.
        """
        command = Send(
            conversation=conversation,
            id=id or uuid4().hex,
            body=body,
            reply_to=reply_to,
            attachments=tuple(attachments),
            at=instant.text(at),
        )
        return cast(Scheduled | Accepted | Refused, await self._questions.ask(command))

    async def scheduled(self, conversation: str | None = None) -> LaterList:
        """One's own messages that go out later, or could not, of that conversation or of all. As `send_later`."""
        return cast(LaterList, await self._questions.ask(ListLater(conversation=conversation)))

    async def reschedule(
        self,
        conversation: str,
        id: str,
        *,
        at: int | None = None,
        body: str | None = None,
        attachments: Sequence[str] | None = None,
    ) -> Scheduled:
        """Give one that waits another time, text or files. Raises as `send`, and ChatError where it waits no more."""
        when = None if at is None else instant.text(at)
        files = None if attachments is None else list(attachments)
        question = Reschedule(conversation=conversation, id=id, at=when, body=body, attachments=files)
        return cast(Scheduled, await self._questions.ask(question))

    async def unschedule(self, conversation: str, id: str) -> LaterView:
        """Take one back, or away once it was refused; it as it was. Waits and raises as `reschedule`."""
        answer = await self._questions.ask(Unschedule(conversation=conversation, id=id))
        return cast(LaterView, cast(LaterChanged, answer).message)

    async def draft(self, conversation: str, body: str, seen: str | None = None) -> DraftStands:
        """One is writing this there; `seen` is the `at` of the draft that one has seen. Waits and raises as `send`."""
        return cast(DraftStands, await self._questions.ask(Draft(conversation=conversation, body=body, seen=seen)))

    async def drafts(self) -> list[DraftView]:
        """What one is writing in one's conversations, the newest first. Waits and raises as `send`."""
        return cast(DraftList, await self._questions.ask(Drafts())).drafts

    async def urgent(self, conversation: str, body: str, id: str | None = None) -> Accepted | Refused:
        """While a member may not write: an urgent note to mentor and support, at most 500 characters, once a lock.

        Waits and raises as `send`; ChatError too where they may write (`not_locked`), or this lock has had its note
        (`note_sent`).
        """
        question = Urgent(conversation=conversation, id=id or uuid4().hex, body=body)
        return cast(Accepted | Refused, await self._questions.ask(question))

    async def check(self, conversation: str) -> Composer:
        """What `send` would meet now. Waits and raises as `send`."""
        return cast(ComposerChanged, await self._questions.ask(Check(conversation=conversation))).composer

    async def history(self, conversation: str, before: int | None = None, limit: int = 50) -> HistoryPage:
        """Of the last `limit` (1–200) entries with a seq below `before` the messages as they stand, oldest first.

        The page before it ends before its `first`. Waits and raises as `send`.
        """
        command = History(conversation=conversation, before=before, limit=limit)
        return cast(HistoryPage, await self._questions.ask(command))

    async def search(
        self, query: str, conversation: str | None = None, before: str | None = None, limit: int = 20
    ) -> SearchPage:
        """At most `limit` (1–50) messages that hold all of `query`, newest first: of one conversation, or of all.

        `before` is the `next` of the page before it. One at a time; waits and raises as `send`. ChatError too where
        there is no such conversation, or where support or a service names none.
        """
        command = Search(query=query, conversation=conversation, before=before, limit=limit)
        return cast(SearchPage, await self._questions.ask(command))

    async def acknowledge(self, conversation: str, seq: int | None = None) -> int:
        """What waits needs no answer, as far as it was seen: up to `seq`, or all there is. Returns the event's seq.

        Waits and raises as `send`; ChatError too (`not_acknowledged`) where nothing waits, where the member has written
        beyond `seq`, or where the plan has every message answered.
        """
        answer = await self._questions.ask(Acknowledge(conversation=conversation, seq=seq))
        return cast(WaitAcknowledged, answer).seq

    async def join(self, conversation: str, booking: str) -> BookingView:
        """Come to a session; both sides hear of it. Who has joined may do so again while it runs.

        Waits and raises as `send`; ChatError too (`not_open`) where it is too early, over, cancelled or unknown.
        """
        answer = await self._questions.ask(JoinSession(conversation=conversation, booking=booking))
        return cast(BookingView, cast(SessionChanged, answer).booking)

    async def follow(self, conversation: str, resume: int | None = None) -> ConversationView:
        """For support and services: read along in a conversation, as it stands, through reconnects.

        `events` brings what comes after `resume`, the last seq seen, or from here on. What is followed already goes on
        as it is. Waits and raises as `send`; ChatError too where there is no such conversation, where too many are
        followed, or for a member or a mentor, who follow all of theirs.
        """
        answer = await self._questions.ask(Follow(conversation=conversation, resume=resume))
        return cast(Following, answer).conversation

    async def unfollow(self, conversation: str) -> None:
        """Read along no longer; `positions` forgets the conversation. Waits and raises as `send`.

        What came before it is still handed over.
        """
        await self._questions.ask(Unfollow(conversation=conversation))

    async def notices(self, before: int | None = None, limit: int = 50) -> NoticesPage:
        """At most `limit` (1–100) of one's notices with ids below `before`, newest first. Waits and raises as `send`;
        ChatError too for a service, which has none.
        """
        return cast(NoticesPage, await self._questions.ask(Notices(before=before, limit=limit)))

    async def read_notices(self, *, upto: int | None = None, ids: Sequence[int] = ()) -> int:
        """One has seen those up to `upto`, or those of `ids` (at most 100); how many are unread still.

        The other devices hear of it. Waits and raises as `notices`.
        """
        answer = await self._questions.ask(ReadNotices(upto=upto, ids=list(ids)))
        return cast(NoticesRead, answer).unread
