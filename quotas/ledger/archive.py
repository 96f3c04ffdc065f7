"""The ledger's side of the archive: what it lacks, conversation by conversation, and what it may give back."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from quotas.ledger import keys
from quotas.ledger.answers import first_answer
from quotas.ledger.base import ANY_TEXT, LARGEST_ENTRY, MESSAGES_AT_ONCE, Entry
from quotas.ledger.redis import RedisLedger, remembered_as
from quotas.ledger.results import entry_of
from quotas.ledger.state import State
from quotas.standing import ConversationSettings, Writer
from quotas.store.port import Store

_KEPT = tuple(
    name for name in State.__struct_fields__ if name not in ("status", "revision", "last_seq", "generation", "behind")
)
"""What of the state comes back from the archive; settings and the log say the rest."""
_NOT_ARCHIVED = {*ConversationSettings.__struct_fields__, "refused"}
"""Of the other fields."""


class Keep(Struct, frozen=True):
    """What stays in the ledger of messages that the archive has: the newest `messages`, none older than `age` ms."""

    messages: int
    age: int


class ArchiveDue(Struct, frozen=True):
    """Conversations of a partition that are due; since when the next one has lacked something, where known."""

    partition: int
    names: list[str]
    next: int | None


class Unarchived(Struct, frozen=True):
    """One conversation as the ledger has it, read in one step.

    `archived` is the seq up to which the archive has everything, `state` everything but settings, as of `last_seq`.
    `messages` are the first ones after `archived`; `complete` says whether they reach `last_seq`.
    """

    archived: int
    last_seq: int
    state: Mapping[str, str]
    messages: list[Entry]
    digest: str
    """Tells this state from a later one."""

    @property
    def reached(self) -> int:
        """The seq up to which the archive has everything once `messages` are stored."""
        return self.messages[-1].seq if self.messages else self.archived

    @property
    def complete(self) -> bool:
        return self.reached == self.last_seq


class Unkept(Struct, frozen=True):
    """An entry that the archive lacks, and what it is about where it is a change; 0 where it is none."""

    at: int
    entry: bytes
    about: int = 0
    is_deletion: bool = False


class SentId(Struct, frozen=True):
    """An id that was used, and the first answer to it."""

    writer: Writer
    id: str
    seq: int
    at: int
    substitute: str = ""
    """Who wrote for the mentor; '' for nobody."""


class LedgerArchive:
    """On the store of `ledger`. All methods raise StoreError."""

    def __init__(self, store: Store, ledger: RedisLedger, shift: int) -> None:
        self._store = store
        self._ledger = ledger
        self._shift = shift

    async def due(self, partition: int, before: int, most: int) -> ArchiveDue:
        """Where the archive has lacked something since that instant or longer, the longest lacking first."""
        found = await self._store.request("ZRANGE", keys.unarchived(partition), 0, most - 1, "WITHSCORES")
        since = {name.decode(): int(score) for name, score in found}
        return ArchiveDue(
            partition,
            [name for name, instant in since.items() if instant <= before],
            next((instant for instant in since.values() if instant > before), None),
        )

    async def oldest(self, partition: int) -> int | None:
        """Since when the archive lacks something of a partition; an instant to come is when it looks again."""
        found = await self._store.request("ZRANGE", keys.unarchived(partition), 0, 0, "WITHSCORES")
        return int(found[0][1]) if found else None

    async def postpone(self, conversation: str) -> None:
        """Look at a conversation as if it had changed only now."""
        now = await self._ledger.now()
        await self._store.request("ZADD", keys.unarchived(keys.partition(conversation)), "XX", now, conversation)

    async def unarchived(self, conversation: str, most: int) -> Unarchived | None:
        """What the archive lacks, `most` messages at most; None where the ledger has no such conversation."""
        names = (keys.conversation(conversation), keys.log(conversation), keys.blanked(conversation))
        first = min(most, MESSAGES_AT_ONCE)
        reply = await self._ledger.call("unarchived", names, first, largest=(first + 1) * LARGEST_ENTRY)
        if reply == b"U":
            return None
        # What the archive has, no failover must take back.
        await self._store.kept(keys.kept(keys.tag(conversation)))
        fields, digest, found = reply
        words = dict(zip(fields[::2], fields[1::2], strict=True))
        state = State.unpacked(words.pop(b"state"))
        rest = {name.decode(): value.decode() for name, value in words.items()}
        messages = [entry_of(id, entry) for id, entry in found]
        if len(messages) == first < most:
            # Those that were written since are no part of this state.
            after, before = messages[-1].seq, state.last_seq + 1
            messages += await self._ledger.messages(conversation, after, before, most - first)
        return Unarchived(
            int(rest["archived"]),
            state.last_seq,
            {name: value for name, value in rest.items() if name not in _NOT_ARCHIVED}
            | {name: str(getattr(state, name)) for name in _KEPT},
            messages,
            digest.decode(),
        )

    async def archived(self, conversation: str, stored: Unarchived, keep: Keep) -> bool:
        """The archive has it: trim the log. False where another process archived the conversation meanwhile."""
        names = (
            keys.conversation(conversation),
            keys.log(conversation),
            keys.unarchived(keys.partition(conversation)),
            keys.changes(conversation),
            keys.blanked(conversation),
        )
        digest = stored.digest if stored.complete else ""
        done = await self._ledger.call(
            "archived", names, stored.reached, stored.archived, digest, keep.messages, keep.age, self._shift
        )
        return bool(done)

    async def restore(
        self,
        conversation: str,
        last_seq: int,
        lost: int | None,
        state: Mapping[str, str],
        messages: Sequence[Unkept],
        ids: Iterable[SentId],
    ) -> bool:
        """Put what the archive has in the place of what the ledger has.

        The log is emptied; `messages` are appended after `last_seq`, the archive's. The conversation is unknown until
        it is configured. `lost` is the ledger's last seq, None where it has no such conversation; False where it is
        another one by now.
        """
        names = (
            keys.conversation(conversation),
            keys.log(conversation),
            keys.sent(conversation, 0),
            keys.sent(conversation, 1),
            keys.changes(conversation),
            keys.blanked(conversation),
        )
        packed = State(**{name: int(state[name]) for name in _KEPT if name in state}).packed()
        rest = {"member_read": "0", "mentor_read": "0", "warned": "0 0"} | dict(state)
        fields: list[str | bytes] = ["state", packed]
        for name in rest.keys() - set(_KEPT):
            fields += [name, rest[name]]
        entries = [word for each in messages for word in (each.at, each.entry, each.about, int(each.is_deletion))]
        records: list[str | bytes] = []
        for sent in ids:
            field = remembered_as(sent.writer, sent.substitute, sent.id)
            records += [field, ANY_TEXT + first_answer(sent.seq, sent.at)]
        before = "" if lost is None else lost
        counts = (len(fields), len(entries))
        words = (*fields, *entries, *records)
        done = await self._ledger.call("restore", names, last_seq, before, self._shift, *counts, *words)
        return bool(done)
