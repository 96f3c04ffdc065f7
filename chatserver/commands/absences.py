"""`chatserver absences`: when a mentor is away, shown, said and taken back."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from cyclopts import App
from rich.text import Text

from chatserver.client.absences import AbsenceCalls, AbsenceSaid
from chatserver.client.http import AnswerError
from chatserver.commands.asking import AS_USUAL, QuestionFlags, person_of, print_json
from chatserver.commands.book import ID_LENGTH
from chatserver.commands.chat import token_of
from chatserver.commands.faults import one_sentence
from chatserver.commands.screen import screen
from chatserver.plural import counted
from chatserver.settings import SettingsError
from chatserver.terminal.session_tables import EN, show_bookings
from chatserver.terminal.starts import start_of
from chatserver.terminal.words import day_and_time
from quotas import instant

absences = App(name="absences")


class AbsenceAsking:
    """One command's talk with the server about one mentor; times are told and read in the mentor's zone."""

    def __init__(self, asked: QuestionFlags, mentor: str | None) -> None:
        token = token_of(asked.token_file)
        self.mentor = mentor or person_of(asked)
        self.calls = AbsenceCalls(asked.url, token, self.mentor)
        self.coming = self.calls.coming()
        self.zone = self.coming.zone

    def told(self, absence: AbsenceSaid) -> str:
        """Away from … until …, tora stands in; id a1."""
        since, until = (day_and_time(EN, instant.parse(at), self.zone) for at in (absence.since, absence.until))
        stands_in = f"{absence.substitute} stands in" if absence.substitute else "nobody stands in"
        return f"Away from {since} until {until} ({self.zone}), {stands_in}; id {absence.id}."


@contextmanager
def _asking(asked: QuestionFlags, mentor: str | None) -> Iterator[AbsenceAsking]:
    with one_sentence():
        try:
            yield AbsenceAsking(asked, mentor)
        except (AnswerError, ValueError) as error:
            raise SettingsError(str(error)) from None


@absences.default
def listed(mentor: str | None = None, /, *, asked: QuestionFlags = AS_USUAL) -> None:
    """Show when a mentor is away, from now on, with what is booked then; `absences set` says so.

    Parameters
    ----------
    mentor
        Id of the mentor; the token's person by default.
    """
    with _asking(asked, mentor) as ask:
        found = ask.coming
        if asked.as_json:
            print_json(found)
            return
        if not found.absences:
            screen.print(f"{ask.mentor} is not away.", highlight=False, soft_wrap=True)
        for each in found.absences:
            _print(ask, each)


@absences.command(name="set")
def put(
    since: str,
    until: str,
    /,
    *,
    substitute: str | None = None,
    mentor: str | None = None,
    id: str | None = None,
    asked: QuestionFlags = AS_USUAL,
) -> None:
    """Say when a mentor is away: free times vanish, what is booked stays and is listed, the substitute stands in.

    Parameters
    ----------
    since
        From when: an instant such as 2026-12-03T18:00+01:00, or a local time such as '2026-12-03 18:00' or 'thu 18:00'.
    until
        Until when.
    substitute
        Another mentor, who stands in meanwhile.
    mentor
        For support: the mentor meant; the token's person by default.
    id
        The absence's id: that of one that is known changes it; made up by default.
    """
    with _asking(asked, mentor) as ask:
        now = instant.parse(ask.coming.now)
        times = [instant.text(start_of(text, ask.zone, now)) for text in (since, until)]
        absence = ask.calls.put(id or uuid4().hex[:ID_LENGTH], times[0], times[1], substitute)
        if asked.as_json:
            print_json(absence)
        else:
            _print(ask, absence)


@absences.command
def end(id: str, /, *, mentor: str | None = None, asked: QuestionFlags = AS_USUAL) -> None:
    """Take an absence back, or end it: the mentor is there.

    Parameters
    ----------
    id
        The absence's id, as `chatserver absences` shows it.
    mentor
        For support: the mentor meant; the token's person by default.
    """
    with _asking(asked, mentor) as ask:
        ask.calls.remove(id)
        if asked.as_json:
            print_json({"mentor": ask.mentor, "id": id})
        else:
            screen.print(f"{ask.mentor} has no absence {id} any more.", highlight=False, soft_wrap=True)


def _print(ask: AbsenceAsking, absence: AbsenceSaid) -> None:
    screen.print(Text(ask.told(absence)), soft_wrap=True)
    if absence.bookings:
        screen.print(
            Text(f"{counted(len(absence.bookings), 'session')} booked within it, to be moved:"), soft_wrap=True
        )
        show_bookings(screen, absence.bookings, ask.zone)
