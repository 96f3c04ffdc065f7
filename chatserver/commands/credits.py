"""`chatserver credits`."""

from uuid import uuid4

from chatserver.client.http import RefusedAnswerError
from chatserver.client.sessions import CreditsSaid
from chatserver.commands.asking import AS_USUAL, Asking, QuestionFlags, asking, print_json
from chatserver.commands.screen import screen
from chatserver.settings import SettingsError
from chatserver.terminal.refusals import sentence
from chatserver.terminal.session_tables import show_credits


def credits(
    conversation: str,
    /,
    *,
    day: str | None = None,
    correct: int | None = None,
    reason: str | None = None,
    id: str | None = None,
    asked: QuestionFlags = AS_USUAL,
) -> None:
    """Show the session credits of a subscription month, with every entry; support corrects them.

    Parameters
    ----------
    conversation
        Id of the conversation.
    day
        A day of the month meant, such as 2026-12-03; today by default.
    correct
        Units of 30 minutes to add, or below 0 to take. Support only.
    reason
        Why, for the book; needed with --correct.
    id
        The correction's id, by which the same command again corrects nothing more; made up by default.
    """
    with asking(asked) as ask:
        if (correct is None) != (reason is None):
            raise SettingsError(
                "--correct and --reason go together: name both, such as --correct 1 --reason 'mentor ill'"
            )
        ask.conversation(conversation)
        if correct is None or reason is None:
            found = ask.calls.credits(conversation, day)
        else:
            found = _corrected(ask, conversation, id or uuid4().hex, correct, reason, day)
        if asked.as_json:
            print_json(found)
        else:
            show_credits(screen, found, ask.zone)


def _corrected(ask: Asking, conversation: str, id: str, units: int, reason: str, day: str | None) -> CreditsSaid:
    try:
        return ask.calls.correct(conversation, id, units, reason, day)
    except RefusedAnswerError as refused:
        # What would work instead of a booking does not help here.
        raise SettingsError(sentence(refused.refusal.detail)) from None
