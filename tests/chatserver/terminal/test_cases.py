"""Cases in the terminal chat, on a real server: asked for by one call each, worked through, told of as they change."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatserver.cases.case_requests import CaseAsker, CaseOpening, CaseSeen
from chatserver.client.cases import CaseCalls, CaseChoiceSaid
from chatserver.conversations.requests import PersonDetails, Written
from chatserver.sessions.absence_requests import AbsenceDetails
from chatserver.sessions.absences import AbsenceWritten
from chatserver.terminal.case_wishes import facts_and_words, wish_of
from quotas.cases.acts import CaseDoing
from quotas.cases.facts import CaseFacts
from quotas.instant import parse
from tests.chatserver.realtime.servers import HereServer, here, token
from tests.chatserver.terminal.screen import ENTER, at_terminal
from tests.stories.clock import when


@pytest.fixture
async def server(valkey_url: str, tmp_path: Path) -> AsyncIterator[HereServer]:
    """A Tuesday at ten in Oslo: mia and tora on Live."""
    async with here(valkey_url, tmp_path / "data", now=when("tuesday", "10:00")) as server:
        await server.conversation("c1", "live")
        yield server


async def test_a_member_changes_mentor_by_one_call(server: HereServer) -> None:
    """Support works it through; each sees what the other did as it happens, and the member decides."""
    assert isinstance(await server.parts.provisioning.put_person("ulf", PersonDetails("mentor", "Ulf")), Written)
    async with at_terminal(server, "mia") as mia, at_terminal(server, "sara") as sara:
        await sara.sees("online")
        sara.type("/follow c1" + ENTER)
        await sara.sees("Mia – Tora: No messages yet.")
        await mia.sees("online")
        mia.type("/switch I want another field" + ENTER)
        await mia.sees("◦ Change of mentor: Support has the request and will look into it. · waits for support until")
        await sara.sees("◦ Change of mentor: A change of mentor was asked for.")
        sara.type("/cases" + ENTER)
        await sara.sees("1 Change of mentor · Mia – Tora")
        sara.type("/case 1 tell Which field?" + ENTER)
        await mia.sees("◦ Change of mentor: a new note · /cases")
        mia.type("/case 1" + ENTER)
        await mia.sees("You · opened: I want another field")
        await mia.sees("sara · note: Which field?")
        await mia.sees("/case 1 note | withdraw")
        mia.type("/case 1 accept" + ENTER)
        await mia.sees("That cannot be done now. Possible: note, withdraw.")
        sara.type("/case 1 proposed" + ENTER)
        await sara.sees("`facts.mentor`: is missing")
        sara.type("/case 1 proposed mentor=ulf chemistry=no He knows it" + ENTER)
        await mia.sees("Support suggests a new mentor. Say yes, ask for somebody else, or stay.")
        mia.type("/case 1 answered" + ENTER)
        await mia.sees("That cannot be done now. Possible: switched, exploring, kept, note, withdraw.")
        mia.type("/case 1 kept" + ENTER)
        await mia.sees("◦ Change of mentor: You stay with your mentor.")
        await sara.sees("◦ Change of mentor: The member stays with the same mentor.")
        mia.forget()
        mia.type("/cases" + ENTER)
        await mia.sees("Nothing is open with support.")
        assert sara.drawn.count("◦ Change of mentor: Support has been") == 0


async def test_an_answer_is_read_though_its_question_is_over(server: HereServer) -> None:
    """It is the member's to read without support's saying so."""
    async with at_terminal(server, "mia") as mia, at_terminal(server, "sara") as sara:
        await mia.sees("online")
        mia.type("/question Which card?" + ENTER)
        await mia.sees("Support has your question and will answer it.")
        await sara.sees("online")
        sara.type("/cases" + ENTER)
        await sara.sees("A question is waiting for an answer.")
        sara.type("/case 1 answered Any card." + ENTER)
        await mia.sees("Support has answered your question.")
        mia.type("/cases all" + ENTER)
        await mia.sees("1 Question to support · Tora")
        mia.type("/case 1" + ENTER)
        await mia.sees("sara · answered: Any card.")


async def test_cancelling_asks_first(server: HereServer) -> None:
    """In the reader's language; a mentor alone reports."""
    async with at_terminal(server, "mia", "nb") as mia, at_terminal(server, "tora") as tora:
        await mia.sees("tilkoblet")
        mia.type("/resign" + ENTER)
        await mia.sees("/resign ja sier det opp.")
        await tora.sees("online")
        tora.type("/resign She said so" + ENTER)
        await tora.sees("Only the member can cancel.")
        await tora.sees("Tell the member that only they can cancel")
        mia.type("/resign ja Det ble for dyrt" + ENTER)
        await mia.sees("◦ Oppsigelse av medlemskapet:")
        await tora.sees("◦ Cancelling the membership: The member has cancelled.")


async def test_a_menu_of_what_can_be_asked_for(server: HereServer) -> None:
    """By number or kind, with what it asks for; what is not theirs is not there."""
    async with at_terminal(server, "tora") as tora:
        await tora.sees("online")
        tora.type("/request" + ENTER)
        await tora.sees("1 Ask a question")
        await tora.sees("The member has gone quiet")
        tora.type("/question" + ENTER)
        await tora.sees("Ask a question: add your words")
        tora.type("/fit" + ENTER)
        await tora.sees("We are not a good fit: add expertise or readiness")
        tora.type("/fit readiness She is not there yet" + ENTER)
        await tora.sees("◦ Not the right fit: Support has your report and will get in touch.")
        await tora.sees("Does the member not seem ready?")
        tora.type("/fit readiness" + ENTER)
        await tora.sees("We are not a good fit is open already; /cases shows it.")
        tora.type("/cadence weekly time" + ENTER)
        await tora.sees("How often you meet is not agreed in this plan.")
        tora.type("/request scheduling unwilling" + ENTER)
        await tora.sees("◦ Finding times: Support has your request and will help to find times.")
        tora.type("/request 99" + ENTER)
        await tora.sees("That is not for you to ask for here; /request shows what is.")
        tora.type("/help" + ENTER)
        for command in ("/cases", "/request", "/question TEXT", "/quiet", "/fit readiness", "/resign"):
            await tora.sees(f"· {command}")


async def test_a_message_is_reported_by_its_number(server: HereServer) -> None:
    """With whoever wrote it; what is not there is not reported."""
    async with at_terminal(server, "mia") as mia, server.device("tora") as tora:
        await mia.sees("online")
        await tora.write("Pay me in cash", "pay")
        await mia.sees("Tora Pay me in cash")
        mia.type("/report #7 What is this?" + ENTER)
        await mia.sees("There is no such message here")
        mia.type("/report #1 What is this?" + ENTER)
        await mia.sees("◦ Report to support: Support has your report and will look into it soon.")
        calls = CaseCalls(server.http, token("sara", "support"))
        [case] = (await asyncio.to_thread(calls.page)).cases
    assert case.facts == {"person": "tora", "messages": ["pay"]}


async def test_the_reported_see_nothing(server: HereServer) -> None:
    """While who reported reads its state."""
    async with at_terminal(server, "mia") as mia, at_terminal(server, "tora") as tora:
        await tora.sees("online")
        await mia.sees("online")
        mia.type("/report She shouts" + ENTER)
        await mia.sees("◦ Report to support: Support has your report and will look into it soon.")
        mia.type("/case 1" + ENTER)
        await mia.sees("/case 1 note | withdraw")
        tora.type("/cases" + ENTER)
        await tora.sees("Nothing is open with support")
        assert "report" not in tora.drawn.lower().replace("/report", "")


async def test_the_member_sees_an_absence_before_writing(server: HereServer) -> None:
    """And who stands in is told that they do, and answers."""
    await server.conversation("c2", "live", member="ola", mentor="ulf")
    async with at_terminal(server, "mia") as mia, at_terminal(server, "ulf") as ulf:
        await mia.sees("online")
        await ulf.sees("online")
        mia.type("Good morning" + ENTER)
        await mia.sees("You Good morning")
        details = AbsenceDetails(when("tuesday", "10:00"), when("friday", "10:00"), "ulf")
        assert isinstance(await server.parts.absences.put("tora", "a1", details), AbsenceWritten)
        await mia.sees("Tora is away until Fri 09 Jan 10:00, Ulf stands in")
        await ulf.sees("you stand in for Tora until Fri 09 Jan 10:00")
        ulf.type("/to mia" + ENTER)
        await ulf.sees("Mia Good morning")
        ulf.type("Tora is skiing" + ENTER)
        await mia.sees("Ulf Tora is skiing")
        ulf.type("/request" + ENTER)
        await ulf.sees("what Tora and the member ask of support is theirs.")


async def test_what_nobody_answered_is_sent_on_at_the_members_word(server: HereServer) -> None:
    """By who goes on with another mentor; nothing of it is there before."""
    await server.conversation("c2", "live", member="ola", mentor="ulf")
    cases, sara, member = server.parts.cases, CaseAsker("sara", "support"), CaseAsker("mia", "member")
    async with at_terminal(server, "mia") as mia:
        await mia.sees("online")
        mia.type("Is anybody there?" + ENTER)
        await mia.sees("✓ sent")
        mia.type("/send-on" + ENTER)
        await mia.sees("Nothing is left unanswered from before.")
        made = await cases.open("k", CaseOpening("mentor_switch", "c1"), member)
        assert isinstance(made, CaseSeen)
        proposed = CaseDoing("proposed", CaseFacts(mentor="ulf", chemistry=False))
        assert isinstance(await cases.act(made.case.id, proposed, sara), CaseSeen)
        assert isinstance(await cases.act("k", CaseDoing("switched"), member), CaseSeen)
        await mia.sees("You go on with your new mentor.")
    async with at_terminal(server, "mia") as mia, at_terminal(server, "ulf") as ulf:
        await mia.sees("online")
        mia.type("/to ulf" + ENTER)
        await mia.sees("Ulf: No messages yet.")
        mia.type("/send-on" + ENTER)
        await mia.sees("Nobody answered that. /send-on yes sends it on to Ulf.")
        mia.type("/send-on yes" + ENTER)
        await ulf.sees("Mia")
        ulf.type("/to mia" + ENTER)
        await ulf.sees("Mia Is anybody there?")


def test_facts_stand_before_the_words() -> None:
    """Quoted where they have spaces; what is no fact is part of the words."""

    def start(text: str) -> int:
        assert text == "thu 18:00"
        return parse("2026-01-08T17:00:00Z")

    facts, words = facts_and_words("price=450 starts_at='thu 18:00' as x=1 says, it's fine", start)
    assert facts == {"price": {"amount": 45_000, "currency": "NOK"}, "starts_at": ["2026-01-08T17:00:00.000Z"]}
    assert words == "as x=1 says, it's fine"
    choice = CaseChoiceSaid(
        "cadence_change", "", "requested", [["to"], ["reason"]], [], ["cost", "time"], [], None, None
    )
    wish = wish_of(choice, "Weekly cost it is too dear", "tora", start)
    assert (wish.facts, wish.words, wish.missing) == ({"to": "weekly", "reason": "cost"}, "it is too dear", [])
    assert wish_of(choice, "weekly", "tora", start).missing == [["cost", "time"]]
    with pytest.raises(ValueError, match="price: 'much' is no amount in NOK"):
        facts_and_words("price=much", start)
