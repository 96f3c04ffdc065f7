"""`urgent`: what a member writes while they may not write, once a lock.

The ledger keeps it and tells the records of it, which open its case: `chatserver/cases/urgent_notes.py`.
Source: chat.md "A lock that treats people well".
"""

from typing import Protocol, assert_never

from chatserver.keys.conversation_keys import ConversationKeys
from chatserver.protocol.codec import check_text, encode_json
from chatserver.protocol.codes import MEANING, Code
from chatserver.protocol.commands import MAX_NOTE, Urgent
from chatserver.protocol.entry import More, head_with_more, joined
from chatserver.protocol.events import Accepted, Refused
from chatserver.realtime.command_desk import Asker
from chatserver.realtime.follower import Follower
from chatserver.realtime.room import Room
from quotas.instant import text
from quotas.ledger.base import Note, NoteResult, NotNoted, Posted, Reused, Stale, Unknown, WhyNotNoted
from quotas.notes import last_lock_is_over
from quotas.standing import Writer
from quotas.store.errors import StoreError
from quotas.terms import Rulebook

MAX_TRIES = 5
"""How often a note is tried with new terms, before the ledger counts as unable to answer."""
_CODES: dict[WhyNotNoted, Code] = {"open": "not_locked", "noted": "note_sent"}


class DraftDesk(Protocol):
    """Keeps what is not sent yet."""

    async def went(self, asker: Asker, conversation: str, side: Writer, body: str) -> None:
        """That text was sent: where it is the draft, it is one no longer. Raises nothing of store and database."""


class NoteDesk:
    """A `CommandDesk`."""

    def __init__(self, keys: ConversationKeys, rulebook: Rulebook, drafts: DraftDesk) -> None:
        self._keys = keys
        self._rulebook = rulebook
        self._drafts = drafts

    async def obey(self, asker: Asker, command: Urgent) -> None:
        follower = asker.follower(command.conversation)
        if follower is None:
            asker.refuse(command, "not_found")
        elif problem := self._problem(asker, follower, command):
            asker.refuse(command, *problem)
        else:
            result = await self._noted(asker, follower.room, command)
            self._answer(asker, follower, command, result)
            if isinstance(result, Posted):
                await self._drafts.went(asker, command.conversation, "member", command.body)

    def _problem(self, asker: Asker, follower: Follower[Room], command: Urgent) -> tuple[Code, str] | None:
        writes_as = asker.writes_as(follower)
        if writes_as is None:
            return "read_only", MEANING["read_only"]
        if writes_as.side != "member":
            return "not_allowed", "only a member sends urgent notes: a mentor may always write"
        if not self._rulebook.policy.help.urgent_note:
            return "not_allowed", "the policy has no urgent notes: its `help.urgent_note` is false"
        if len(command.body) > MAX_NOTE:
            return "text_too_long", f"`body` has {len(command.body)} characters; a note has at most {MAX_NOTE}"
        return check_text(command.body)

    async def _noted(self, asker: Asker, room: Room, command: Urgent) -> NoteResult:
        """Sealed, by the terms of now; again where these are other ones by then."""
        body = encode_json(command.body)
        head = head_with_more(asker.user, "member", command.id, More(urgent=True))
        for _ in range(MAX_TRIES):
            standing = await room.ledger.standing(room.id)
            if standing is None:
                return Unknown()
            settings, last = standing.settings, standing.note
            key = await self._keys.current(room.id, settings.key)
            note = Note(
                conversation=room.id,
                id=command.id,
                digest=key.digest(b"urgent\n" + body),
                entry=joined(head, key.seal(body)),
                origin=asker.id,
                after=last.seq if last is not None and last_lock_is_over(standing, self._rulebook) else 0,
            )
            result = await room.ledger.note(note, settings, standing.terms(self._rulebook))
            if not isinstance(result, Stale):
                return result
        raise StoreError("the note was not carried out at any try")

    def _answer(self, asker: Asker, follower: Follower[Room], command: Urgent, result: NoteResult) -> None:
        room = follower.room
        match result:
            case Posted():
                room.noted(result.seq, result.at)
                composer = room.composer(room.lane.writing_state(result.at))
                follower.say_accepted(Accepted(room.id, command.id, result.seq, text(result.at), composer))
            case NotNoted(why="ended"):
                composer = room.composer(room.lane.writing_state(room.now()))
                asker.tell(Refused(room.id, command.id, "ended", None, command.body, composer))
            case NotNoted(why=why):
                asker.refuse(command, _CODES[why])
            case Reused():
                asker.refuse(command, "id_reused")
            case Unknown():
                asker.refuse(command, "not_found")
            case Stale():
                raise AssertionError("it is tried again")
            case never:
                assert_never(never)
