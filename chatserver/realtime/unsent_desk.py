"""What the socket asks of what is not sent yet: messages for later, and drafts. They are their writer's alone."""

from collections.abc import Collection
from contextlib import suppress
from typing import assert_never

from chatserver.protocol.codec import check_text
from chatserver.protocol.codes import MEANING
from chatserver.protocol.commands import Draft, Drafts, ListLater, Reschedule, Send, Unschedule
from chatserver.protocol.events import Accepted, Refused
from chatserver.protocol.unsent import (
    DraftList,
    DraftStands,
    DraftView,
    LaterBecame,
    LaterChanged,
    LaterList,
    LaterView,
    Scheduled,
)
from chatserver.realtime.command_desk import Asker, CommandDesks, WritesAs, more_said
from chatserver.realtime.follower import Follower, room_for_more
from chatserver.realtime.room import Room
from chatserver.records.database import DatabaseError
from chatserver.unsent import draft_book, later_book
from chatserver.unsent.draft_book import DraftBook, Drafted
from chatserver.unsent.later import IdTaken, LaterMessage, NotLater, TooMany, Underway
from chatserver.unsent.later_book import LaterBook, LaterText, WantedLater
from chatserver.unsent.unsent_news import UnsentChanged
from quotas.admission import Reason
from quotas.instant import parse, text, text_or_none
from quotas.ledger.base import Posted, PostRefused
from quotas.standing import Writer
from quotas.store.errors import StoreError

_WAS_REFUSED = "that message could not be sent at its time, and is kept: take it back, and use a new id"
_MISSED = LaterChanged(None)


class UnsentDesk:
    """One process's: obeys those commands, and tells the other devices of what came of them."""

    def __init__(self, later: LaterBook, drafts: DraftBook) -> None:
        self._later = later
        self._drafts = drafts

    def desks(self) -> CommandDesks:
        """For the connections."""
        return dict.fromkeys((Send, ListLater, Reschedule, Unschedule, Draft, Drafts), self)

    async def obey(self, asker: Asker, command: Send | ListLater | Reschedule | Unschedule | Draft | Drafts) -> None:
        """A `CommandDesk`; a `send` with `at`."""
        match command:
            case ListLater():
                await self._list(asker, command)
            case Drafts():
                await self._list_drafts(asker, command)
            case Unschedule():
                await self._unschedule(asker, command)
            case Send() | Reschedule() | Draft():
                follower = asker.follower(command.conversation)
                if follower is None:
                    asker.refuse(command, "not_found")
                else:
                    await self._in_room(asker, command, follower)
            case _:
                assert_never(command)

    async def _in_room(self, asker: Asker, command: Send | Reschedule | Draft, follower: Follower[Room]) -> None:
        writes_as = asker.writes_as(follower)
        if writes_as is None:
            asker.refuse(command, "read_only")
            return
        match command:
            case Draft():
                await self._draft(asker, command, writes_as.side)
            case Send():
                await self._schedule(asker, command, follower.room, writes_as)
            case Reschedule():
                await self._reschedule(asker, command)
            case _:
                assert_never(command)

    # Later

    async def _schedule(self, asker: Asker, command: Send, room: Room, writes_as: WritesAs) -> None:
        at = _instant(asker, command, command.at)
        if at is None:
            return
        wanted = WantedLater(
            conversation=command.conversation,
            side=writes_as.side,
            person=asker.user,
            id=command.id,
            body=command.body,
            at=at,
            more=more_said(command),
            origin=asker.id,
            stands_in=writes_as.stand_in is not None,
        )
        done = await self._later.schedule(wanted)
        if not isinstance(done, LaterMessage | Posted | PostRefused):
            self._not_kept(asker, command, done)
            return
        match done:
            case LaterMessage(state="waiting"):
                asker.tell(_scheduled(done))
            case LaterMessage(reason=reason, opens_at=opens_at):
                if reason is None or reason == "stand_in_over":
                    asker.refuse(command, "id_reused", _WAS_REFUSED)
                else:
                    asker.tell(_refused(command, room, reason, opens_at))
            case Posted():
                asker.tell(Accepted(command.conversation, command.id, done.seq, text(done.at), room.composer_now()))
            case PostRefused():
                asker.tell(_refused(command, room, done.reason, done.opens_at))

    def _not_kept(self, asker: Asker, command: Send, why: TooMany | IdTaken | str | None) -> None:
        match why:
            case TooMany():
                asker.refuse(command, "too_many_waiting")
            case IdTaken():
                asker.refuse(command, "id_reused")
            case str():
                asker.refuse(command, "invalid_field", why)
            case None:
                asker.refuse(command, "not_found")
            case _:
                assert_never(why)

    async def _list(self, asker: Asker, command: ListLater) -> None:
        if asker.reads_along:
            asker.refuse(command, "not_allowed", MEANING["read_only"])
            return
        async with asker.turn:
            await room_for_more(asker)
            mine = await self._later.of_person(asker.user, command.conversation)
            views = [_view(each) for each in mine if _may_see(asker, each.message)]
            asker.tell(LaterList(views, len(mine) == later_book.MOST_LISTED, command.ask))

    async def _reschedule(self, asker: Asker, command: Reschedule) -> None:
        at = None
        if command.at is not None and (at := _instant(asker, command, command.at)) is None:
            return
        if command.body and (problem := check_text(command.body)):
            asker.refuse(command, *problem)
            return
        if at is None and command.body is None and command.attachments is None:
            asker.refuse(command, "invalid_field", "`at`, `body` and `attachments` say what is to be another one")
            return
        before = await self._later.find(command.conversation, asker.user, command.id)
        if before is None or before.state == "refused" or not _may_see(asker, before):
            asker.refuse(command, "not_found", f"no message {command.id!r} waits to be sent")
            return
        done = await self._later.change(before, at=at, body=command.body, files=command.attachments, origin=asker.id)
        match done:
            case LaterMessage():
                asker.tell(_scheduled(done, command.ask))
            case Underway():
                asker.refuse(command, "too_late")
            case str():
                asker.refuse(command, "invalid_field", done)
            case None:
                asker.refuse(command, "not_found")
            case _:
                assert_never(done)

    async def _unschedule(self, asker: Asker, command: Unschedule) -> None:
        if asker.reads_along and asker.follows(command.conversation):
            asker.refuse(command, "read_only")
            return
        before = await self._later.find(command.conversation, asker.user, command.id)
        done: LaterText | NotLater | Underway = NotLater()
        if before is not None and _may_see(asker, before):
            done = await self._later.take_back(command.conversation, asker.user, command.id, asker.id)
        match done:
            case LaterText():
                asker.tell(LaterChanged(_view(done, "gone"), command.ask))
            case NotLater():
                asker.refuse(command, "not_found", f"no message {command.id!r} waits to be sent, or is kept")
            case Underway():
                asker.refuse(command, "too_late")
            case _:
                assert_never(done)

    # Drafts

    async def _draft(self, asker: Asker, command: Draft, side: Writer) -> None:
        if command.body and (problem := check_text(command.body)) and problem[0] != "text_empty":
            asker.refuse(command, *problem)
            return
        seen = 0
        if command.seen is not None and (seen := _instant(asker, command, command.seen, "seen") or -1) < 0:
            return
        async with asker.turn:  # What was written first is put first.
            done = await self._drafts.put(command.conversation, side, asker.user, command.body, seen, asker.id)
        if done is None:
            asker.refuse(command, "not_found")
        else:
            self._stands(asker, done, command.ask)

    def _stands(self, asker: Asker, done: Drafted, ask: str | None = None) -> None:
        draft = done.draft
        asker.drafts[draft.conversation] = draft.written_at
        asker.tell(
            DraftStands(draft.conversation, draft.body, text_or_none(draft.written_at), done.returned or None, ask)
        )

    async def went(self, asker: Asker, conversation: str, side: Writer, body: str) -> None:
        """That text was sent, and not by `send`: where it is the draft, it is one no longer, on no device."""
        with suppress(StoreError, DatabaseError):
            async with asker.turn:
                draft = await self._drafts.find(conversation, asker.user)
                if not draft.body or draft.body.strip() != body.strip():
                    return
                done = await self._drafts.put(conversation, side, asker.user, "", draft.written_at, asker.id)
            if done is not None:
                self._stands(asker, done)

    async def _list_drafts(self, asker: Asker, command: Drafts) -> None:
        if asker.reads_along:
            asker.refuse(command, "not_allowed", MEANING["read_only"])
            return
        async with asker.turn:
            await room_for_more(asker)
            mine = await self._drafts.of_person(asker.user)
            shown = [each for each in mine if asker.follows(each.conversation)]
            for each in shown:
                asker.drafts[each.conversation] = each.written_at
            views = [DraftView(each.conversation, each.body, text_or_none(each.written_at)) for each in shown]
            asker.tell(DraftList(views, len(mine) == draft_book.MOST_LISTED, command.ask))

    # What the feed brings

    async def told(self, devices: Collection[Asker], changed: UnsentChanged) -> None:
        """Tell the person's devices, but the one that did it. Raises StoreError, DatabaseError."""
        those = [each for each in devices if each.id != changed.origin and _writes_there(each, changed)]
        if not those:
            return
        if changed.what == "draft":
            draft = await self._drafts.find(changed.conversation, those[0].user)
            for each in those:
                self._stands(each, Drafted(draft))
            return
        kept = await self._later.text_of(changed.conversation, those[0].user, changed.id)
        view = _view(kept) if kept is not None else _gone(changed)
        for each in those:
            each.tell(LaterChanged(view))

    def missed(self, devices: Collection[Asker]) -> None:
        """What was said of them may have been missed: their apps are to ask."""
        for each in devices:
            if not each.reads_along:
                each.tell(_MISSED)


def _instant(asker: Asker, command: Send | Reschedule | Draft, said: str | None, field: str = "at") -> int | None:
    """None where it is none, which is answered."""
    try:
        return parse(said or "")
    except ValueError as error:
        asker.refuse(command, "invalid_field", f"`{field}`: {error}")
        return None


def _may_see(asker: Asker, message: LaterMessage) -> bool:
    """Who has tokens of two roles sees by each what they wrote in that role.

    Also where they follow the conversation no longer, having stood in for its mentor: it is their text.
    """
    return asker.role == message.side


def _writes_there(device: Asker, changed: UnsentChanged) -> bool:
    """A draft is of use where one may write."""
    return device.role == changed.side and (changed.what == "later" or device.follows(changed.conversation))


def _refused(command: Send, room: Room, reason: Reason, opens_at: int | None) -> Refused:
    composer = room.composer_now()
    return Refused(command.conversation, command.id, reason, text_or_none(opens_at), command.body, composer)


def _scheduled(message: LaterMessage, ask: str | None = None) -> Scheduled:
    return Scheduled(message.conversation, message.id, text(message.send_at), text(message.written_at), ask)


def _view(kept: LaterText, state: LaterBecame | None = None) -> LaterView:
    message = kept.message
    return LaterView(
        message.conversation,
        message.id,
        kept.body,
        text(message.send_at),
        text(message.written_at),
        state or message.state,
        message.reason,
        text_or_none(message.opens_at),
        attachments=message.opened_head.attachments,
        reply_to=message.opened_head.reply_to,
    )


def _gone(changed: UnsentChanged) -> LaterView:
    state: LaterBecame = "sent" if changed.seq else "gone"
    return LaterView(changed.conversation, changed.id, "", None, None, state, seq=changed.seq or None)
