"""An export for programs: one JSON document, written as it is read.

`{"exported_at", "person": AboutPerson, "conversations": [Conversation + {"messages": [Message, …]}, …]}`, with the
types of `chatserver/personal_data/contents.py`. One message stands on a line.
"""

from collections.abc import Sequence
from typing import TextIO

import msgspec

from chatserver.personal_data.contents import AboutPerson, ExportedConversation, ExportedMessage


class JsonFile:
    """A `Sink`."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._between = ""
        self._between_messages = ""

    def begin(self, person: AboutPerson, exported_at: str, conversations: Sequence[str]) -> None:
        self._out.write(f'{{"exported_at":{_json(exported_at)},\n"person":{_json(person)},\n"conversations":[')

    def conversation(self, conversation: ExportedConversation) -> None:
        # Its messages go where its object ends.
        self._out.write(f'{self._between}\n{_json(conversation)[:-1]},"messages":[')
        self._between, self._between_messages = ",", ""

    def message(self, message: ExportedMessage) -> None:
        self._out.write(f"{self._between_messages}\n{_json(message)}")
        self._between_messages = ","

    def end_conversation(self) -> None:
        self._out.write("]}")

    def end(self) -> None:
        self._out.write("]}\n")


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
