"""A message as it stands: what was written, and the edits, deletions and reactions about it."""

from collections.abc import Iterable, Sequence
from typing import get_args

from msgspec.structs import replace

from chatserver.protocol.events import EarlierText, Message, Reaction
from quotas.standing import ChangeKind

CHANGES = frozenset(get_args(ChangeKind))


def as_they_stand(messages: Iterable[Message], changes: Iterable[Message], *, with_earlier: bool) -> list[Message]:
    """The texts and events among `messages`, changed by what of `changes` is about them, in the order of their seqs.

    `with_earlier`: with what each said before it was edited.
    """
    about: dict[int, list[Message]] = {}
    for change in changes:
        about.setdefault(change.about or 0, []).append(change)
    standing = (each for each in messages if each.kind not in CHANGES)
    return [changed(each, about.get(each.seq, ()), with_earlier=with_earlier) for each in standing]


def changed(message: Message, changes: Sequence[Message], *, with_earlier: bool = False) -> Message:
    """The message after these changes about it, in the order of their seqs; not those that it has in it already.

    A deletion is final. Of edits the last counts, and of each person's reactions.
    """
    new = [each for each in changes if message.as_of is None or each.seq > message.as_of]
    if not new:
        return message
    people = {person: one.emoji for one in message.reactions for person in one.people}
    earlier = list(message.earlier)
    for change in new:
        message = replace(message, as_of=change.seq)
        if change.kind == "deletion" or message.deleted:
            message = replace(message, deleted=True, body="", edited_at=None, attachments=[], exercise=None)
        elif change.kind == "reaction":
            people.pop(change.sender, None)
            if change.body:
                people[change.sender] = change.body
        elif not change.deleted:
            earlier.append(EarlierText(message.body, message.edited_at or message.at))
            message = replace(message, body=change.body, edited_at=change.at, erased=change.erased)
    if message.deleted:
        return replace(message, reactions=[], earlier=[])
    return replace(message, reactions=_reactions(people), earlier=earlier if with_earlier else [])


def _reactions(people: dict[str, str]) -> list[Reaction]:
    emoji = sorted(set(people.values()))
    return [Reaction(each, sorted(person for person, its in people.items() if its == each)) for each in emoji]
