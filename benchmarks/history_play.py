"""A random conversation, and how it must stand: worked out from what was accepted, without the code that is tested."""

from collections.abc import Iterable
from random import Random
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from benchmarks.contenders import BenchmarkError
from chatserver.keyed import Keyed
from chatserver.keys.sealing import Key
from chatserver.messages.history import history, message_of
from chatserver.messages.read_marks import OTHER, mark_read
from chatserver.protocol.codec import encode_json
from chatserver.protocol.entry import More, change_head, event_entry, head_json, head_with_more, joined
from chatserver.protocol.events import Message, MessageKind
from quotas.instant import DAY
from quotas.ledger.archive import Keep
from quotas.ledger.base import Change, Changed, Deleted, Post, Posted, posted
from quotas.standing import ChangeKind, Writer

Step = Literal["text", "edit", "deletion", "reaction", "event", "read", "archive", "look"]
STEPS: dict[Step, int] = {
    "text": 40,
    "edit": 16,
    "deletion": 9,
    "reaction": 22,
    "event": 4,
    "read": 8,
    "archive": 6,
    "look": 3,
}
"""What happens, and how often beside the others."""
EMOJI = ("👍", "❤️", "😀", "")
"""The last takes it back."""
REPEATED = 0.05
"""Of changes, how many are sent a second time."""
PAGES = (1, 3, *(7,) * 5, *(20,) * 5, *(100,) * 10)
"""Entries read at a time: one by one takes long."""
DAYS = 1_000


class Written(Struct, frozen=True):
    """An entry that was accepted, as whoever was there heard it."""

    seq: int
    kind: MessageKind
    sender: str
    body: str
    about: int = 0
    reply_to: int | None = None


class Stands(Struct, frozen=True):
    """A message as a reader has it."""

    seq: int
    kind: MessageKind
    sender: str
    body: str
    reply_to: int | None
    deleted: bool = False
    is_edited: bool = False
    reactions: frozenset[tuple[str, str]] = frozenset()
    """Who, and the emoji."""
    as_of: int | None = None
    earlier: tuple[str, ...] | None = None
    """None where the reader is not told."""


class Talk:
    """One conversation: what is done in it, and what must be read. Raises BenchmarkError where that is not so."""

    def __init__(self, parts: Keyed, name: str, seed: str) -> None:
        self.name = name
        self.people: dict[Writer, str] = {"member": f"mia-{name}", "mentor": f"tom-{name}"}
        self._parts = parts
        self._seed = seed
        self._random = Random(seed)
        self._written: list[Written] = []
        self._events = 0
        self._tried = 0
        self._archived = 0
        """The seq up to which the archive has everything."""

    @property
    def entries(self) -> int:
        """How many it has."""
        return len(self._written)

    async def play(self, steps: int) -> None:
        """So many random steps."""
        for step in self._random.choices(list(STEPS), list(STEPS.values()), k=steps):
            await self._take(step)

    async def _take(self, step: Step) -> None:
        random, parts = self._random, self._parts
        match step:
            case "text":
                await self._write(random.choice(("member", "mentor")))
            case "edit" | "deletion" | "reaction":
                texts = [each for each in self._written if each.kind == "text"]
                if texts:
                    await self._change(step, random.choice(texts))
            case "event":
                self._events += 1
                entry = event_entry(self._events, "played", {"number": self._events})
                if await parts.ledger.write_event(self.name, self._events, entry):
                    self._note("event", "system", "")
            case "read":
                reader: Writer = random.choice(("member", "mentor"))
                seq = random.randint(0, len(self._written))
                await mark_read(parts.ledger, parts.messages, self.name, reader, seq, "played", 0)
            case "archive":
                await self.archive(Keep(random.randint(0, 6), random.choice((0, DAYS * DAY))))
            case "look":
                await self.check()

    async def archive(self, keep: Keep) -> None:
        """Once: 100 entries."""
        await self._parts.archive.archive([self.name], keep)
        self._archived = len(self._written)

    async def _write(self, writer: Writer) -> None:
        standing = await self._parts.ledger.standing(self.name)
        if standing is None:
            raise self._fault("the store knows nothing of it")
        key, body = await self._key(), self._body()
        texts = [each.seq for each in self._written if each.kind == "text"]
        reply_to = self._random.choice(texts) if texts and self._random.random() < 1 / 3 else None
        sender, id, text = self.people[writer], self._id(), encode_json(body)
        head = head_json(sender, writer, id) if reply_to is None else head_with_more(sender, writer, id, More(reply_to))
        post = Post(self.name, writer, id, key.digest(text), joined(head, key.seal(text)), "played")
        result = await posted(self._parts.ledger, post, standing.settings, standing.terms(self._parts.rulebook))
        if not isinstance(result, Posted):
            raise self._fault(f"a text was answered {result}")
        self._note("text", sender, body, reply_to=reply_to)
        self._same_seq(result.seq)

    async def _change(self, kind: ChangeKind, message: Written) -> None:
        own: Writer = "member" if message.sender == self.people["member"] else "mentor"
        writer = self._random.choice((own, OTHER[own])) if kind == "reaction" else own
        body = {"edit": self._body(), "reaction": self._random.choice(EMOJI), "deletion": ""}[kind]
        key, id, text = await self._key(), self._id(), b"" if kind == "deletion" else encode_json(body)
        head = change_head(self.people[writer], writer, id, kind, message.seq)
        change = Change(
            conversation=self.name,
            writer=writer,
            id=id,
            digest=key.digest(text),
            entry=joined(head, key.seal(text) if text else b""),
            origin="played",
            kind=kind,
            about=message.seq,
            of=own,
            key=key.number,
        )
        deletion = next((each.seq for each in self._written if (each.kind, each.about) == ("deletion", message.seq)), 0)
        [there] = await self._parts.messages.heads(self.name, message.seq - 1, message.seq + 1, 1)
        if there.head.deleted != bool(deletion):
            raise self._fault(f"{message.seq} is read as {there.head}")
        if 0 < deletion <= self._archived:
            return  # The store forgets what the archive knows, and whoever changes it has looked there.
        result = await self._parts.ledger.change(change)
        if deletion:
            if not isinstance(result, Deleted):
                raise self._fault(f"a change of what is deleted was answered {result}")
            return
        if not isinstance(result, Changed):
            raise self._fault(f"a change was answered {result}")
        self._note(kind, self.people[writer], body, about=message.seq)
        self._same_seq(result.seq)
        if self._random.random() < REPEATED:
            again = await self._parts.ledger.change(change)
            if not isinstance(again, Changed) or (again.seq, again.first) != (result.seq, False):
                raise self._fault(f"the same change again was answered {again}")

    async def _key(self) -> Key:
        return await self._parts.keys.current(self.name, 1)

    def _body(self) -> str:
        return f"text {self._random.randrange(10**9)}"

    def _id(self) -> str:
        self._tried += 1
        return f"id {self._tried}"

    def _note(self, kind: MessageKind, sender: str, body: str, *, about: int = 0, reply_to: int | None = None) -> None:
        self._written.append(Written(len(self._written) + 1, kind, sender, body, about, reply_to))

    def _same_seq(self, seq: int) -> None:
        if seq != len(self._written):
            raise self._fault(f"entry {len(self._written)} got the seq {seq}")

    async def check(self) -> None:
        """By history, by resume from the beginning and from another seq, and what is counted."""
        expected = [self._stands(each) for each in self._written if each.kind in ("text", "event")]
        self._compare("history", expected, await self._history())
        without_earlier = [replace(each, earlier=None) for each in expected]
        last = len(self._written)
        for seen in {0, self._random.randint(0, last)}:
            has = folded([], self._written[:seen])
            self._compare(f"resume from {seen}", without_earlier, folded(has, await self._resumed(seen)))
        standing = await self._parts.ledger.standing(self.name)
        if standing is None or standing.last_seq != last:
            raise self._fault(f"of {last} entries the store has {standing}")
        marks: dict[Writer, int] = {"member": standing.member_read, "mentor": standing.mentor_read}
        for reader, mark in marks.items():
            others = [each for each in expected if each.sender != self.people[reader] and not each.deleted]
            unread = sum(each.seq > mark for each in others)
            if (standing.texts.for_side(reader), standing.unread(reader)) != (len(others), unread):
                raise self._fault(f"{reader} has {unread} unread of {len(others)}, and the store says {standing}")

    async def _history(self) -> list[Stands]:
        """All of it, in pages of a random size."""
        before, size = len(self._written) + 1, self._random.choice(PAGES)
        found: list[Stands] = []
        while True:
            page = await history(self._parts.messages, self.name, before, size, with_earlier=True)
            found = [_stands(each) for each in page.messages] + found
            if not page.more:
                return found
            before = page.first

    async def _resumed(self, seen: int) -> list[Written]:
        """The entries after that seq, some at a time."""
        found: list[Written] = []
        while True:
            after = seen + len(found)
            some = await self._parts.messages.page(self.name, after, 2**53, self._random.choice(PAGES))
            if [each.seq for each in some] != list(range(after + 1, after + 1 + len(some))):
                raise self._fault(f"after {after} come {[each.seq for each in some]}")
            messages = [message_of(self.name, each) for each in some]
            for each in messages:
                is_gone = each.deleted and each.kind in ("text", "edit")
                if not is_gone and each.body != self._written[each.seq - 1].body:
                    raise self._fault(f"{each.seq} is read as {each}")
            found += [
                Written(each.seq, each.kind, each.sender, each.body, each.about or 0, each.reply_to)
                if not each.deleted
                else Written(each.seq, each.kind, each.sender, "", each.about or 0, each.reply_to)
                for each in messages
            ]
            if not some:
                return found

    def _stands(self, message: Written) -> Stands:
        """By all that was accepted about it, at once."""
        about = [each for each in self._written if each.about == message.seq]
        found = Stands(
            message.seq,
            message.kind,
            message.sender,
            "",
            message.reply_to,
            as_of=max((each.seq for each in about), default=None),
            earlier=(),
        )
        if any(each.kind == "deletion" for each in about):
            return replace(found, deleted=True)
        texts = [message.body, *(each.body for each in about if each.kind == "edit")]
        last = {each.sender: each.body for each in about if each.kind == "reaction"}
        reactions = frozenset((person, emoji) for person, emoji in last.items() if emoji)
        return replace(found, body=texts[-1], is_edited=len(texts) > 1, reactions=reactions, earlier=tuple(texts[:-1]))

    def _compare(self, how: str, expected: list[Stands], found: list[Stands]) -> None:
        for wanted, read in zip(expected, found, strict=False):
            if wanted != read:
                raise self._fault(f"by {how} it reads {read}, and not {wanted}")
        if len(expected) != len(found):
            raise self._fault(f"by {how} there are {len(found)} messages, and not {len(expected)}")

    def _fault(self, problem: str) -> BenchmarkError:
        kinds = " ".join(f"{each.seq}:{each.kind}:{each.about}" for each in self._written)
        return BenchmarkError(f"{self.name} (seed {self._seed}): {problem}; it has {kinds}")


def folded(has: Iterable[Stands], entries: Iterable[Written]) -> list[Stands]:
    """What an app has after these entries, each put to what it had: by the rules of docs/protocol.md."""
    found = {each.seq: each for each in has}
    for entry in entries:
        if entry.kind in ("text", "event"):
            found[entry.seq] = Stands(entry.seq, entry.kind, entry.sender, entry.body, entry.reply_to)
            continue
        message = replace(found[entry.about], as_of=entry.seq)
        if entry.kind == "deletion":
            message = replace(message, deleted=True, body="", is_edited=False, reactions=frozenset())
        elif entry.kind == "reaction":
            others = {each for each in message.reactions if each[0] != entry.sender}
            message = replace(
                message, reactions=frozenset(others | {(entry.sender, entry.body)} if entry.body else others)
            )
        elif entry.body:
            message = replace(message, body=entry.body, is_edited=True)
        found[entry.about] = message
    return [found[seq] for seq in sorted(found)]


def _stands(message: Message) -> Stands:
    return Stands(
        message.seq,
        message.kind,
        message.sender,
        message.body,
        message.reply_to,
        message.deleted,
        message.edited_at is not None,
        frozenset((person, each.emoji) for each in message.reactions for person in each.people),
        message.as_of,
        tuple(each.body for each in message.earlier),
    )
