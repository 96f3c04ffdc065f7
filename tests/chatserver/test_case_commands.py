"""`chatserver cases`, `case` and `absences` on a running server, as support, mentors and members use them."""

import asyncio
import json
from collections.abc import Iterator

import pytest

from tests.chatserver.realtime.servers import TUESDAY, ProgramServer, program
from tests.chatserver.test_cli import sentence
from tests.chatserver.test_session_commands import Commands, lines, say

__all__ = ["say"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProgramServer]:
    """A Tuesday at ten in Oslo: mia has a conversation with tora on Live, ola one with ulf on Light."""
    with program(tmp_path_factory.mktemp("cases"), "--now", TUESDAY) as server:
        asyncio.run(server.conversation("c1", "live"))
        asyncio.run(server.conversation("c2", "light", member="ola", mentor="ulf"))
        yield server


def ref_of(told: list[str]) -> str:
    """The id at the end of what was told of a case."""
    return told[-1].removesuffix(".").rpartition("; id ")[2]


def test_a_switch_by_member_and_support(say: Commands) -> None:
    """Opened, listed with its clock, worked through with notes and facts, and chosen by the member."""
    made = lines(say("mia", "cases", "open", "mentor_switch", "c1", "--note", "Another field", "--id", "mine"))
    ref = ref_of(made)
    assert made[0].startswith("mentor_switch: requested; waits for exploring from support until Thursday 8 Jan 10:0")
    assert made[0].endswith(f"then support is told (Europe/Oslo); id {ref}.")
    listed = lines(say("sara", "cases", "--open", "--conversation", "c1"))
    assert listed[0] == "Cases (times in Europe/Oslo)"
    [row] = [line for line in listed if line.endswith(ref)]
    assert "mentor_switch requested exploring (support) Thu 08 Jan 10:0" in row
    lines(say("sara", "case", ref, "assign", "--assignee", "sara"))
    lines(say("sara", "case", ref, "note", "--note", "she is kind"))
    lines(say("sara", "case", ref, "note", "--note", "Which field?", "--for", "shared"))
    assert sentence(say("sara", "case", ref, "proposed")).startswith("chatserver: ")
    lines(say("sara", "case", ref, "proposed", "--fact", "mentor=ulf", "--fact", "chemistry=no"))
    hers = lines(say("mia", "case", "mine"))
    assert hers[0] == "mentor_switch proposed (times in Europe/Oslo)"
    assert f"id {ref}, called mine" in hers
    assert "mentor ulf" in hers and "chemistry no" in hers
    assert "possible switched, exploring, kept, note, withdraw" in hers
    assert "Which field?" in hers and not any("she is kind" in line for line in hers)
    supports = lines(say("sara", "case", ref))
    assert "of mia in c1, for sara" in supports
    assert "(internal) she is kind" in supports
    lines(say("mia", "case", "mine", "kept", "--note", "I stay"))
    ended = json.loads(say("mia", "case", "mine", "--json").stdout)
    assert (ended["state"], ended["possible"]) == ("kept", [])
    assert lines(say("mia", "cases", "--open")) == ["There are no such cases."]


def test_a_mentor_sees_prompts_and_what_there_is_to_open(say: Commands) -> None:
    choices = lines(say("tora", "cases", "choices", "c1"))
    assert any(line.startswith("ghosting The member has gone quiet") for line in choices)
    made = lines(say("tora", "cases", "open", "poor_fit", "c1", "--fact", "reason=expertise"))
    ref = ref_of(made)
    found = lines(say("tora", "case", ref))
    assert any(line.startswith("· Is it your field that is missing?") for line in found)
    again = lines(say("tora", "cases", "choices", "c1"))
    assert any(line.startswith("poor_fit") and f"open: {ref}"[:20] in line for line in again)
    refused = sentence(say("tora", "cases", "open", "poor_fit", "c1", "--fact", "reason=expertise"))
    assert refused.endswith(f"go on with that one. It is {ref}.")
    assert lines(say("tora", "case", ref, "withdraw"))[0].startswith("poor_fit: withdrawn; id ")


def test_what_is_wrong_is_told(say: Commands) -> None:
    """Facts that are none, actions that are not possible now, cases that are not there."""
    assert "'colour=red' is no fact; write name=value" in sentence(
        say("mia", "cases", "open", "question", "c1", "--fact", "colour=red")
    )
    assert "number: 'two' is no whole number" in sentence(
        say("mia", "cases", "open", "extra_session", "c1", "--fact", "number=two")
    )
    lines(say("mia", "cases", "open", "question", "c1", "--id", "q", "--note", "?"))
    assert "possible is note, withdraw" in sentence(say("mia", "case", "q", "answered"))
    assert "no action: name one" in sentence(say("mia", "case", "q", "--note", "hello"))
    assert "there is no case 'q'" in sentence(say("ola", "case", "q"))
    lines(say("mia", "case", "q", "withdraw"))


def test_instants_and_prices_are_written_as_people_do(say: Commands) -> None:
    made = lines(say("mia", "cases", "open", "extra_session", "c1", "--fact", "number=1"))
    ref = ref_of(made)
    quote = ("--fact", "price=450,50", "--fact", "starts_at=thu 18:00")
    lines(say("tora", "case", ref, "quoted", *quote))
    hers = lines(say("mia", "case", ref))
    assert "price 450.50 NOK" in hers
    assert "starts_at Thursday 8 Jan 18:00" in hers
    lines(say("mia", "case", ref, "declined"))


def test_a_mentor_says_when_they_are_away(say: Commands) -> None:
    """With a substitute; what is booked then is listed; taken back again."""
    assert lines(say("tora", "absences")) == ["tora is not away."]
    lines(say("tora", "book", "c1", "2026-02-03 10:00", "--service", "live_chat", "--id", "s1"))
    away = ("2026-02-02 00:00", "2026-02-09 00:00", "--substitute", "ulf", "--id", "ski")
    told = "Away from Monday 2 Feb 00:00 until Monday 9 Feb 00:00 (Europe/Oslo), ulf stands in; id ski."
    said = lines(say("tora", "absences", "set", *away))
    assert said[:2] == [told, "1 session booked within it, to be moved:"]
    assert said[-1].endswith("s1")
    assert lines(say("sara", "absences", "tora"))[0] == told
    assert "must be after" in sentence(say("tora", "absences", "set", "2026-02-09 00:00", "2026-02-02 00:00"))
    assert sentence(say("ulf", "absences", "tora")).startswith("chatserver: ")
    assert lines(say("tora", "absences", "end", "ski")) == ["tora has no absence ski any more."]
    assert lines(say("tora", "absences")) == ["tora is not away."]
