"""What the commands about sessions share: where they ask, in which zone they read and tell times, how they end."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from chatserver.client.http import AnswerError, RefusedAnswerError
from chatserver.client.sessions import ConversationSaid, SessionCalls
from chatserver.commands.chat import token_of
from chatserver.commands.faults import one_sentence
from chatserver.commands.screen import screen
from chatserver.protocol.base64url import base64url_bytes
from chatserver.protocol.sessions import BookingView
from chatserver.settings import DEFAULT_URL, SettingsError
from chatserver.terminal.refusals import in_sentences, sentence
from chatserver.terminal.session_tables import EN, state_of, told
from chatserver.terminal.starts import start_of
from quotas import instant

UTC = "UTC"


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class QuestionFlags:
    """Where to ask, as whom, and how to print the answer."""

    url: str = DEFAULT_URL
    """Address of the server."""
    token_file: Path | None = None
    """File that holds the token; else it is read from CHATSERVER_TOKEN."""
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False
    """Print JSON."""


AS_USUAL = QuestionFlags()


class Asking:
    """One command's talk with the server. `zone` is the conversation's, once it is known."""

    def __init__(self, calls: SessionCalls) -> None:
        self.calls = calls
        self.zone = UTC

    def conversation(self, id: str) -> ConversationSaid:
        """The conversation; from now on times are told in its zone."""
        found = self.calls.conversation(id)
        self.zone = found.zone
        return found

    def start(self, text: str, conversation: str) -> str:
        """The start that a person wrote, RFC 3339."""
        # The server's clock says what `18:00` means: a demo's is not this machine's.
        now = instant.parse(self.calls.bookings(conversation).now)
        return instant.text(start_of(text, self.zone, now))


@contextmanager
def asking(asked: QuestionFlags) -> Iterator[Asking]:
    """Ask as the person of the token; what goes wrong is told in a sentence, with what would work instead."""
    with one_sentence():
        ask = Asking(SessionCalls(asked.url, token_of(asked.token_file)))
        try:
            yield ask
        except RefusedAnswerError as refused:
            raise SettingsError(in_sentences(EN, refused.refusal, ask.zone)) from None
        except (AnswerError, ValueError) as error:
            raise SettingsError(str(error)) from None


def person_of(asked: QuestionFlags) -> str:
    """Whom the token names: the server checks it, this only reads it. Raises SettingsError."""
    try:
        _, payload, _ = token_of(asked.token_file).split(".")
        return str(msgspec.json.decode(base64url_bytes(payload))["sub"])
    except (ValueError, KeyError, TypeError, msgspec.DecodeError):
        raise SettingsError("the token names nobody; use one that `chatserver token` or your platform issued") from None


def print_json(content: object) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(content), indent=2).decode() + "\n")


def print_booking(asked: QuestionFlags, ask: Asking, happened: str, booking: BookingView) -> None:
    """One line: what happened to it, and what it is now."""
    if asked.as_json:
        print_json(booking)
        return
    state = state_of(EN, booking)
    now = "" if state in ("booked", happened.lower()) else f", {state}"
    line = f"{happened}: {told(EN, booking, ask.zone)} ({ask.zone}){now}; id {booking.id}"
    screen.print(sentence(line), highlight=False, soft_wrap=True)
