"""What is said of a message beside its text: that it was edited or taken back, reactions, what it answers."""

from collections.abc import Callable

from chatserver.client.standing import StandingMessages
from chatserver.messages.changes import CHANGES
from chatserver.protocol.events import Message
from chatserver.terminal.happenings import in_words
from chatserver.terminal.texts import Texts

QUOTED = 40
"""Characters of another message that a line shows."""

NameOf = Callable[[str], str]
"""How the reader calls a person."""


def said_in(texts: Texts, message: Message, zone: str) -> str:
    """Its text, its files, and whether it was edited; or that there is none any more; an event in words."""
    if message.event is not None:
        return in_words(texts, message.event, zone)
    if message.deleted:
        return texts("taken_back")
    if message.erased:
        return texts("erased")
    said = [message.body] if message.body else []
    if count := len(message.attachments):
        said.append(texts("one_file") if count == 1 else texts("some_files", n=count))
    return "\n".join(said) + (f" {texts('edited')}" if message.edited_at is not None else "")


def earlier_in(texts: Texts, message: Message) -> list[str]:
    """To support: what it said before it was edited, oldest first."""
    return [texts("said_before", text=each.body) for each in message.earlier]


def reactions_in(message: Message, name_of: NameOf) -> str:
    """👍 tora, You; nothing where there are none."""
    said = (f"{each.emoji} {', '.join(map(name_of, each.people))}" for each in message.reactions)
    return "  ".join(said)


def quoted(texts: Texts, message: Message, known: StandingMessages, name_of: NameOf, zone: str) -> str:
    """What it answers, in a line; nothing where it answers nothing."""
    if message.reply_to is None or message.deleted:
        return ""
    answered = known.find(message.reply_to)
    if answered is None:
        return f"↪ {texts('what_number', number=f'#{message.reply_to}')}"
    if answered.deleted or answered.erased:
        return f"↪ {name_of(answered.sender)}: {texts('quoted_gone')}"
    return f"↪ {name_of(answered.sender)}: {beginning(said_in(texts, answered, zone))}"


def change_in(texts: Texts, change: Message, known: StandingMessages, name_of: NameOf) -> str:
    """What somebody did to a message, in a line. In `known` that is as it was before; what is gone is not told."""
    about = known.find(change.about)
    if about is None or about.deleted or about.erased or not about.body or change.kind == "deletion":
        what = texts("what_number", number=f"#{change.about}")
    else:
        what = texts("what_message", text=beginning(about.body))
    name = name_of(change.sender)
    if change.kind == "reaction":
        key = "change_reaction" if change.body else "change_reaction_off"
        return texts(key, name=name, emoji=change.body, what=what)
    if change.kind == "edit" and (change.deleted or change.erased):
        return texts("change_edit", name=name, what=what, text=texts("taken_back" if change.deleted else "erased"))
    if change.kind == "edit" and not change.body:
        return texts("change_edit_emptied", name=name, what=what)
    return texts(f"change_{change.kind}", name=name, what=what, text=change.body)


def is_change(message: Message) -> bool:
    return message.kind in CHANGES


def beginning(text: str) -> str:
    """Of a text, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= QUOTED else line[: QUOTED - 1] + "…"
