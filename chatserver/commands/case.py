"""`chatserver case`."""

from typing import Annotated, Literal

from cyclopts import Parameter

from chatserver.commands.asking import AS_USUAL, QuestionFlags, print_json
from chatserver.commands.cases import FactWords, case_asking, print_case_done
from chatserver.commands.screen import screen
from chatserver.settings import SettingsError
from chatserver.terminal.case_tables import show_case


def case(
    id: str,
    action: str | None = None,
    /,
    *,
    note: str = "",
    audience: Annotated[Literal["internal", "shared"] | None, Parameter(name="--for")] = None,
    fact: FactWords = None,
    assignee: str | None = None,
    reached: Annotated[bool, Parameter(negative="")] = False,
    asked: QuestionFlags = AS_USUAL,
) -> None:
    """Show a case with its history and what you may do with it; or take one of these actions.

    Parameters
    ----------
    id
        Its id, as `chatserver cases` shows it, or the one that you gave it.
    action
        What to do: a state that can follow, or note, assign, attempt, withdraw, suspend, lift.
    note
        What you want to say.
    audience
        For support's notes: internal, or shared with who opened it; by itself only the answer to a question is shared.
    fact
        What the state asks for, as name=value, such as mentor=tora; name it again for more.
    assignee
        Of assign: the person of support; nobody where it is left out.
    reached
        Of attempt: the member was reached.
    """
    with case_asking(asked) as ask:
        if action is None and (note or fact or assignee or reached):
            raise SettingsError("no action: name one before its note and facts, such as `chatserver case ID note`")
        found = ask.calls.case(id)
        ask.at(found.conversation)
        if action is not None:
            done = ask.calls.act(
                id,
                action,
                note=note,
                audience=audience,
                facts=ask.facts(fact),
                assignee=assignee,
                reached=reached,
            )
            print_case_done(asked, ask, done)
        elif asked.as_json:
            print_json(found)
        else:
            show_case(screen, found, ask.zone)
