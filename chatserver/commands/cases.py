"""`chatserver cases`: the list, what may be opened, and one more."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Annotated, Literal
from uuid import uuid4

from cyclopts import App, Parameter
from cyclopts.validators import Number

from chatserver.client.cases import CaseAnswer, CaseCalls
from chatserver.client.http import AnswerError, RefusedAnswerError
from chatserver.client.sessions import SessionCalls
from chatserver.commands.asking import AS_USUAL, UTC, QuestionFlags, print_json
from chatserver.commands.book import ID_LENGTH
from chatserver.commands.chat import token_of
from chatserver.commands.faults import one_sentence
from chatserver.commands.screen import screen
from chatserver.settings import SettingsError
from chatserver.terminal.case_facts import facts_given
from chatserver.terminal.case_tables import acted_told, show_cases, show_choices
from chatserver.terminal.refusals import sentence
from chatserver.terminal.starts import start_of
from quotas import instant
from quotas.cases.rules import CaseKind, CaseState

cases = App(name="cases")

FactWords = Annotated[list[str] | None, Parameter(negative="")]


class CaseAsking:
    """One command's talk with the server about cases; times are told and read in `zone`, by the server's clock."""

    def __init__(self, asked: QuestionFlags) -> None:
        token = token_of(asked.token_file)
        self.calls = CaseCalls(asked.url, token)
        self._sessions = SessionCalls(asked.url, token)
        self.zone = UTC

    def at(self, conversation: str) -> None:
        """From now on in that conversation's zone; UTC for those who see a case of it and not itself."""
        with suppress(AnswerError):
            self.zone = self._sessions.conversation(conversation).zone

    def facts(self, words: list[str] | None) -> dict[str, object]:
        """What was given as name=value."""
        return facts_given(words or (), lambda text: start_of(text, self.zone, self._now()))

    def _now(self) -> int:
        return instant.parse(self.calls.page(limit="1").now)


@contextmanager
def case_asking(asked: QuestionFlags) -> Iterator[CaseAsking]:
    """Ask as the person of the token; what goes wrong is told in a sentence, with what would work instead."""
    with one_sentence():
        ask = CaseAsking(asked)
        try:
            yield ask
        except RefusedAnswerError as refused:
            said = refused.refusal
            way = f" It is {said.case}." if said.case else ""
            raise SettingsError(sentence(said.detail) + way) from None
        except (AnswerError, ValueError) as error:
            raise SettingsError(str(error)) from None


def print_case_done(asked: QuestionFlags, ask: CaseAsking, case: CaseAnswer) -> None:
    """One line, or JSON."""
    if asked.as_json:
        print_json(case)
    else:
        screen.print(acted_told(case, ask.zone), highlight=False, soft_wrap=True)


@cases.default
def listed(
    *,
    open: Annotated[bool, Parameter(negative="")] = False,
    kind: CaseKind | None = None,
    state: CaseState | None = None,
    assignee: str | None = None,
    conversation: str | None = None,
    after: str | None = None,
    limit: Annotated[int, Parameter(validator=Number(gte=1, lte=100))] = 50,
    asked: QuestionFlags = AS_USUAL,
) -> None:
    """Show the cases that you may see, newest first: support all of them; `chatserver case ID` shows one.

    Parameters
    ----------
    open
        Only those that have not ended.
    kind
        Of that kind.
    state
        In that state.
    assignee
        Given to that person of support.
    conversation
        Of that conversation; times are then told in its zone.
    after
        Those older than this one, by id.
    limit
        How many at most, 1 to 100.
    """
    with case_asking(asked) as ask:
        given = {"kind": kind, "state": state, "assignee": assignee, "conversation": conversation, "after": after}
        which = {name: value for name, value in given.items() if value is not None} | {"limit": f"{limit}"}
        if open:
            which["open"] = "true"
        page = ask.calls.page(**which)
        if asked.as_json:
            print_json(page)
            return
        if conversation is not None or page.cases:
            ask.at(conversation or page.cases[0].conversation)
        show_cases(screen, page, ask.zone)


@cases.command
def choices(conversation: str, /, *, asked: QuestionFlags = AS_USUAL) -> None:
    """Show what you may open in a conversation, and what each kind asks for.

    Parameters
    ----------
    conversation
        Id of the conversation.
    """
    with case_asking(asked) as ask:
        found = ask.calls.choices(conversation)
        if asked.as_json:
            print_json(found)
        else:
            show_choices(screen, found)


@cases.command(name="open")
def opened(
    kind: CaseKind,
    conversation: str,
    /,
    *,
    note: str = "",
    fact: FactWords = None,
    opened_for: Annotated[Literal["member", "mentor"] | None, Parameter(name="--for")] = None,
    id: str | None = None,
    asked: QuestionFlags = AS_USUAL,
) -> None:
    """Open a case, such as `cases open mentor_switch c1 --note '…'`.

    Parameters
    ----------
    kind
        Its kind; `cases choices CONVERSATION` says which you may open, and what each asks for.
    conversation
        Id of the conversation.
    note
        What you want to say; support reads it.
    fact
        What the kind asks for, as name=value, such as reason=cost; name it again for more.
    opened_for
        For support: whose case it is.
    id
        Your id for it, by which the same command again opens nothing more; made up by default.
    """
    with case_asking(asked) as ask:
        ask.at(conversation)
        case = ask.calls.open(id or uuid4().hex[:ID_LENGTH], kind, conversation, ask.facts(fact), note, opened_for)
        print_case_done(asked, ask, case)
