"""Cases as tables of commands: what fits a narrow terminal, years that are not this one, who writes until when."""

from io import StringIO

from rich.console import Console

from chatserver.client.cases import CaseAnswer, CaseDueSaid, CasesSaid, SuspensionSaid
from chatserver.terminal.case_tables import show_case, show_cases

NOW = "2026-01-06T09:00:00.000Z"
OSLO = "Europe/Oslo"
ENDING = CaseDueSaid("2027-01-30T23:00:00.000Z", "system", "ended", "ended")


def case(**said: object) -> CaseAnswer:
    told: dict[str, object] = {
        "id": "19b9288d75d59fd09f5b454d6e9",
        "kind": "membership_cancellation",
        "conversation": "c1",
        "member": "mia",
        "state": "official",
        "since": NOW,
        "opened_by": "mia",
        "opened_at": NOW,
        "ended_at": None,
        "assignee": "sara",
        "due": ENDING,
        "facts": {"paid_until": "2027-01-31"},
        "possible": ["kept"],
        "by_hand": [],
        "now": NOW,
    }
    return CaseAnswer(**(told | said))  # type: ignore[arg-type]


def printed(width: int) -> tuple[Console, StringIO]:
    out = StringIO()
    return Console(file=out, width=width), out


def test_no_word_of_a_list_is_broken_in_80_columns() -> None:
    console, out = printed(80)
    show_cases(console, CasesSaid(NOW, [case()], more=False), OSLO)
    assert [" ".join(line.split()) for line in out.getvalue().splitlines()] == [
        "Cases (times in Europe/Oslo)",
        "kind, state waits for, until id, conversation",
        "membership_cancellation ended 19b9288d75d59fd09f5b454d6e9",
        "official Sun 31 Jan 2027 00:00 c1, for sara",
    ]


def test_a_list_has_a_line_for_each_where_there_is_room() -> None:
    console, out = printed(160)
    show_cases(console, CasesSaid(NOW, [case()], more=False), OSLO)
    [row] = [line for line in out.getvalue().splitlines() if "19b9" in line]
    assert " ".join(row.split()) == (
        "Tue 06 Jan 10:00 membership_cancellation official ended Sun 31 Jan 2027 00:00 c1 mia sara "
        "19b9288d75d59fd09f5b454d6e9"
    )


def test_what_goes_on_by_itself_and_facts_with_long_names() -> None:
    console, out = printed(100)
    show_case(console, case(), OSLO)
    assert "waits for  ended, by itself Sunday 31 Jan 2027 00:00\n" in out.getvalue()
    assert "paid_until 2027-01-31\n" in out.getvalue()


def test_until_when_nobody_writes() -> None:
    console, out = printed(100)
    show_case(console, case(suspension=SuspensionSaid(NOW, "2026-01-07T09:00:00.000Z")), OSLO)
    show_case(console, case(suspension=SuspensionSaid(NOW, None)), OSLO)
    told = [line for line in out.getvalue().splitlines() if line.startswith("suspended")]
    assert told == [
        "suspended  since Tuesday 6 Jan 10:00, until Wednesday 7 Jan 10:00 unless support confirms it by suspend",
        "suspended  since Tuesday 6 Jan 10:00, until it is lifted or the case ends",
    ]
