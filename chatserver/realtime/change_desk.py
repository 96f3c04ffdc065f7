"""Edits, deletions and reactions on the socket: who may do which to what, and until when.

Source: chat.md "Changes to a message are entries". Who wrote a message, and when, never changes: that is looked at
here. Whether it is too late, deleted meanwhile, or nobody may write, the store says.
"""

from contextlib import suppress

from msgspec import Struct

from chatserver.mentoring.exercises import Exercises
from chatserver.messages.waiting import LoggedHead
from chatserver.protocol.codec import check_text, encode_json
from chatserver.protocol.codes import MEANING, Code
from chatserver.protocol.commands import Delete, Edit, React
from chatserver.protocol.entry import Head, change_head, joined
from chatserver.protocol.events import Accepted, Refused
from chatserver.protocol.visible import is_one_emoji
from chatserver.realtime.command_desk import Asker, WritesAs
from chatserver.realtime.file_sends import FileClaims
from chatserver.realtime.follower import Follower
from chatserver.realtime.room import Room
from chatserver.records.database import DatabaseError
from quotas.instant import DAY, MINUTE, text
from quotas.ledger import base
from quotas.plans import MessagePolicy
from quotas.standing import ChangeKind, Writer
from quotas.store.errors import StoreError

DELETE_WITHIN = DAY
"""How long one may delete what one wrote, in ms."""
MOST_EDITS = 20
"""Of one message."""
MOST_REACTIONS = 40
"""Of one person to one message, with those that were taken back."""

ChangeCommand = Edit | Delete | React


class _Wanted(Struct, frozen=True):
    """What a command asks for: `until` as of Change, `is_own` where only its writer may."""

    kind: ChangeKind
    text: str | None
    most: int
    lasts: int
    is_own: bool


class ChangeDesk:
    """One process's."""

    def __init__(self, policy: MessagePolicy, files: FileClaims, exercises: Exercises) -> None:
        self._files = files
        self._exercises = exercises
        self._edit_within = policy.edit_minutes * MINUTE

    async def obey(self, asker: Asker, command: ChangeCommand) -> None:
        follower = asker.follower(command.conversation)
        if follower is None:
            asker.refuse(command, "not_found")
        elif (writes_as := asker.writes_as(follower)) is None:
            asker.refuse(command, "read_only")
        else:
            problem = await self._change(asker, follower, writes_as, command)
            if problem is not None:
                asker.refuse(command, *problem)

    def _wanted(self, command: ChangeCommand) -> _Wanted | tuple[Code, str]:
        match command:
            case Edit():
                wanted = _Wanted("edit", command.body, MOST_EDITS, self._edit_within, is_own=True)
                return (check_text(command.body) if command.body else None) or wanted
            case React():
                if command.emoji is not None and not is_one_emoji(command.emoji):
                    return "no_emoji", MEANING["no_emoji"]
                return _Wanted("reaction", command.emoji or "", MOST_REACTIONS, 0, is_own=False)
            case Delete():
                return _Wanted("deletion", None, 1, DELETE_WITHIN, is_own=True)

    async def _change(
        self, asker: Asker, follower: Follower[Room], writes_as: WritesAs, command: ChangeCommand
    ) -> tuple[Code, str] | None:
        """Why it cannot be done; None where it was answered."""
        wanted, room = self._wanted(command), follower.room
        if not isinstance(wanted, _Wanted):
            return wanted
        found = await room.log.heads(room.id, command.about - 1, command.about + 1, 1)
        if not found or found[0].head.kind != "text" or command.about < follower.first_seq:
            return "seq_unknown", f"`about` names no message; the last one is {room.last_seq}"
        message, side = found[0], writes_as.side
        if message.head.deleted and not await self._is_known(room, message, asker.user, command.id):
            return "deleted", MEANING["deleted"]
        if wanted.is_own and (message.head.sender, message.head.role) != (asker.user, side):
            return "not_yours", MEANING["not_yours"]
        if (problem := _problem(wanted, message.head)) is not None:
            return problem
        result: base.ChangeResult = base.Recount()
        while isinstance(result, base.Recount):  # the person's other devices may be at it, too
            left, known = await self._left(room, message, asker.user, wanted, command.id)
            if wanted.kind != "deletion" and left <= 0:
                return "too_many_changes", f"{MEANING['too_many_changes']}: {wanted.most} times"
            change = _sealed(room, asker, writes_as, command, message, wanted, left, known)
            result = await room.ledger.change(change, room.lane.terms.unread_after)
        if wanted.kind == "deletion" and isinstance(result, base.Changed | base.Deleted):
            await self._deleted(room, message)
        return _answered(asker, follower, command, change, result)

    async def _deleted(self, room: Room, message: LoggedHead) -> None:
        """What the message had beside its text goes, too; else the archive sees to it when it hears of it."""
        head = message.head
        with suppress(DatabaseError, StoreError):
            if head.attachments:
                await self._files.deleted(room.id, head.sender, head.id, message.seq, head.attachments)
            if head.exercise is not None:
                await self._exercises.deleted(room.id, message.seq)

    async def _is_known(self, room: Room, message: LoggedHead, person: str, id: str) -> bool:
        """Whether it comes once more, and the store has its answer. Deletions it forgets that the archive knows."""
        changes = await room.log.heads_of_changes(room.id, message.seq)
        return any((each.head.sender, each.head.id) == (person, id) for each in changes)

    async def _left(self, room: Room, message: LoggedHead, person: str, wanted: _Wanted, id: str) -> tuple[int, int]:
        """How often they may change it so, and the last change that was counted, as of Change; a deletion is one."""
        if wanted.kind == "deletion":
            return 0, 0
        changes = await room.log.heads_of_changes(room.id, message.seq)
        own = [each.head.id for each in changes if each.head.kind == wanted.kind and each.head.sender == person]
        # Said again, it gets its first answer.
        return wanted.most - sum(each != id for each in own), changes[-1].seq if changes else 0


def _problem(wanted: _Wanted, head: Head) -> tuple[Code, str] | None:
    """Why the message cannot be changed so, whoever asks; None where it can."""
    if wanted.is_own and (why := _stays(wanted.kind, head)):
        return "not_allowed", why
    if wanted.kind == "edit" and not wanted.lasts:
        return "not_allowed", "messages are not edited here: `messages.edit_minutes` of the policy is 0"
    # Without a text it stands by its files.
    return check_text("") if wanted.kind == "edit" and not (wanted.text or head.attachments) else None


def _stays(kind: ChangeKind, head: Head) -> str:
    """Why one's own message stays as it is; '' where it need not."""
    if head.urgent:
        return "an urgent note stays as it was sent: somebody may be acting on it"
    if kind == "edit" and head.exercise is not None:
        return "what an exercise says is not edited; it can be deleted"
    return ""


def _sealed(
    room: Room,
    asker: Asker,
    writes_as: WritesAs,
    command: ChangeCommand,
    message: LoggedHead,
    wanted: _Wanted,
    left: int,
    known: int,
) -> base.Change:
    key, kind = room.lane.key, wanted.kind
    body = encode_json(wanted.text) if wanted.text is not None else b""
    head = change_head(asker.user, writes_as.side, command.id, kind, message.seq)
    of: Writer = "mentor" if message.head.role == "mentor" else "member"
    return base.Change(
        conversation=room.id,
        writer=writes_as.side,
        id=command.id,
        digest=key.digest(b"%b %d\n%b" % (kind.encode(), message.seq, body)),
        entry=joined(head, key.seal(body) if body else b""),
        origin=asker.id,
        kind=kind,
        about=message.seq,
        of=of,
        key=key.number,
        until=message.at + wanted.lasts if wanted.lasts else 0,
        stand_in=writes_as.stand_in,
        left=left,
        known=known,
    )


def _answered(
    asker: Asker, follower: Follower[Room], command: ChangeCommand, change: base.Change, result: base.ChangeResult
) -> tuple[Code, str] | None:
    room = follower.room
    match result:
        case base.Changed():
            composer = room.composer(room.lane.writing_state(result.at))
            follower.say_accepted(Accepted(room.id, command.id, result.seq, text(result.at), composer))
        case base.ChangeRefused():
            state = room.lane.writing_state(room.now())
            body = command.body if isinstance(command, Edit) else ""
            asker.tell(Refused(room.id, command.id, result.reason, None, body, room.composer(state)))
        case base.TooLate():
            return "too_late", f"it could be done until {text(change.until)}"
        case base.Deleted():
            return "deleted", MEANING["deleted"]
        case base.Reused():
            return "id_reused", MEANING["id_reused"]
        case base.OtherKey() | base.Recount():
            return "store_unavailable", "the conversation has just got another key; send again with the same id"
        case base.Unknown():
            return "not_found", MEANING["not_found"]
    return None
