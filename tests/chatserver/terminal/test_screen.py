"""The terminal chat at a screen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace

from chatserver.client import ChatClient
from chatserver.protocol.commands import MAX_HISTORY
from chatserver.protocol.events import ConversationView, Deadline, ReadMark, Reply, ReplyChanged, TypingNow
from quotas import instant
from tests.chatserver.client.peer import LOCKED, OPEN, Peer, a_conversation, eventually, running_peer
from tests.chatserver.terminal.screen import ALT_ENTER, COLUMNS, ENTER, Terminal, terminal_of


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    async with running_peer() as peer:
        yield peer


@asynccontextmanager
async def at_terminal(
    peer: Peer, person: str, conversation: str | None = None, *, columns: int = COLUMNS
) -> AsyncIterator[Terminal]:
    resume = {conversation: 0} if conversation else None
    async with terminal_of(ChatClient(peer.url, person, resume=resume), conversation, columns=columns) as terminal:
        yield terminal


async def test_two_people_talk(peer: Peer) -> None:
    """History, a message there, a message back, who is here, and what was read."""
    await peer.write_as("tora", "Welcome!")
    async with at_terminal(peer, "mia") as mia, at_terminal(peer, "tora") as tora:
        await mia.sees("tora Welcome!")
        await mia.sees("tora is here")
        mia.type("Good morning")
        await tora.sees("mia is typing …")
        mia.type(ENTER)
        await mia.sees("You Good morning")
        await tora.sees("mia Good morning")
        await mia.sees("✓✓ read")
        tora.type("And to you" + ENTER)
        await mia.sees("tora And to you")
    assert (mia.status.result(), tora.status.result()) == (0, 0)


async def test_a_lock_keeps_the_text_and_reopening_is_told(peer: Peer) -> None:
    """The person presses Enter on a locked input, waits, and presses again."""
    async with at_terminal(peer, "mia") as mia:
        await mia.sees("2 windows left")
        mia.type("what I wanted to say")
        await peer.set_composer(LOCKED)
        await mia.sees("Locked: this week's windows are used")
        mia.type(ENTER)
        await mia.sees("Your text stays in the input line.")
        assert peer.sends == []
        await peer.set_composer(OPEN)
        await mia.sees("Writing is open.")
        mia.type(ENTER)
        await mia.sees("You what I wanted to say")
        assert [message.body for message in peer.log["c1"]] == ["what I wanted to say"]


async def test_a_lock_that_this_screen_does_not_know_of_is_lifted_by_asking(peer: Peer) -> None:
    """Enter asks the server before it believes the lock."""
    await peer.set_composer(LOCKED)
    async with at_terminal(peer, "mia") as mia:
        await mia.sees("locked: this week's windows are used")
        peer.conversations["c1"] = replace(peer.conversations["c1"], composer=OPEN)
        mia.type("now?" + ENTER)
        await mia.sees("You now?")


async def test_refused_texts_come_back_in_order_before_what_is_being_typed(
    peer: Peer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two texts sent at the moment of the lock, a third half typed: all three are there on leaving."""
    async with at_terminal(peer, "mia") as mia:
        await mia.sees("2 windows left")
        peer.conversations["c1"] = replace(peer.conversations["c1"], composer=LOCKED)
        mia.type("one" + ENTER + "two" + ENTER + "thr")
        await mia.sees("Not sent: locked: this week's windows are used")
        await mia.sees("one two thr")
    assert capsys.readouterr().out == "Not sent:\none\ntwo\nthr\n"


async def test_a_text_of_several_lines_is_one_message(peer: Peer) -> None:
    """Alt+Enter makes a new line; a pasted one stays one, also where it begins with a slash."""
    async with at_terminal(peer, "mia") as mia:
        await mia.sees("2 windows left")
        mia.type("one" + ALT_ENTER + "two" + ENTER)
        mia.type("\x1b[200~/a\r\nb\x1b[201~" + ENTER)
        await eventually(lambda: len(peer.log["c1"]) == 2)
    assert [message.body for message in peer.log["c1"]] == ["one\ntwo", "/a\nb"]


async def test_what_is_written_offline_is_shown_and_sent_later(peer: Peer) -> None:
    """The connection is lost, two messages are written, the server is back."""
    async with at_terminal(peer, "mia") as mia:
        await mia.sees("online")
        await peer.stop()
        await mia.sees("trying again in")
        mia.type("first" + ENTER + "second" + ENTER)
        await mia.sees("… second")
        await peer.start()
        await mia.sees("You second")
    assert [message.body for message in peer.log["c1"]] == ["first", "second"]


async def test_what_could_not_be_sent_is_printed_on_leaving(peer: Peer, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing typed is lost."""
    async with at_terminal(peer, "mia") as mia:
        await mia.sees("online")
        await peer.stop()
        await mia.sees("trying again in")
        mia.type("into the void" + ENTER + "a draft")
        await mia.sees("a draft")
    assert capsys.readouterr().out == "Not sent:\ninto the void\na draft\n"


async def test_a_mentor_of_two_members_lists_opens_and_sees_who_else_wrote(peer: Peer) -> None:
    """One screen, several conversations."""
    peer.conversations["c2"] = a_conversation("c2", member="ola", plan="basic")
    peer.log["c2"] = []
    await peer.write_as("ola", "Are you there?", "c2")
    async with at_terminal(peer, "tora") as tora:
        await tora.sees("/to NAME opens one")
        await tora.sees("ola basic 1 new")
        tora.type("hello?" + ENTER)
        await tora.sees("Open a conversation first")
        tora.type("\x15/to nobody" + ENTER)
        await tora.sees("No conversation with nobody. There is: mia, ola.")
        tora.type("/to ola" + ENTER)
        await tora.sees("ola Are you there?")
        await tora.sees("nothing waiting")
        await peer.write_as("mia", "And me?", "c1")
        await tora.sees("◦ mia And me?")
        await tora.sees("mia: 1 new")
        tora.type("Yes, Ola" + ENTER)
        await tora.sees("You Yes, Ola")
        assert peer.marks["c2", "tora"] == 2


def owe(peer: Peer, conversation: str, minutes: int) -> Reply:
    """Let its mentor owe an answer by then, counted from the peer's noon."""
    due_at = peer.clock + minutes * instant.MINUTE
    reply = Reply(instant.text(peer.clock - instant.DAY), instant.text(due_at), minutes < 0)
    peer.conversations[conversation] = replace(peer.conversations[conversation], reply=reply)
    return reply


async def open_several(peer: Peer, *conversations: ConversationView) -> None:
    for each in conversations:
        peer.conversations[each.id] = each
        peer.log[each.id] = []


async def test_a_deadline_in_another_conversation_is_told_and_counted(peer: Peer) -> None:
    """A warning, the answer on another device, a miss; and /next goes where it burns."""
    await open_several(peer, a_conversation("c2", member="ola"), a_conversation("c3", member="per"))
    reply = owe(peer, "c2", 60)
    async with at_terminal(peer, "tora", "c1") as tora:
        await tora.sees("1 waiting elsewhere, 59 min left")
        await tora.sees("/next opens it")
        warning = Deadline(conversation="c2", kind="warning", due_at=reply.due_at or "", hours=1)
        await peer.say(warning, to="tora")
        await tora.sees("! ola: answer by Fri 09 Jan 14:00, 59 min left · /to c2 opens it")
        await peer.say(ReplyChanged(conversation="c2", reply=Reply(None, None, False)), to="tora")
        await tora.shows("1 waiting elsewhere", False)
        late = owe(peer, "c3", -1)
        await peer.say(ReplyChanged(conversation="c3", reply=late), to="tora")
        await tora.sees("! 1 overdue elsewhere")
        await peer.say(Deadline(conversation="c3", kind="missed", due_at=late.due_at or "", hours=0), to="tora")
        await tora.sees("! per: the reply deadline, Fri 09 Jan 12:59, was missed · /to c3 opens it")
        tora.type("/next" + ENTER)
        await tora.sees("per is away")
        await tora.shows("elsewhere", False)
        tora.type("/next" + ENTER)
        await tora.sees("Nothing waits and nothing is new elsewhere.")


async def test_the_state_line_is_told_without_colour_and_in_a_narrow_terminal(peer: Peer) -> None:
    """Of several that wait the first deadline counts; of many with news three are named."""
    people = ("ola", "per", "eva", "ida", "jon")
    await open_several(peer, *(a_conversation(f"c-{name}", member=name) for name in people))
    owe(peer, "c-ola", -5)
    owe(peer, "c-per", 90)
    owe(peer, "c-eva", 30)
    for name in people:
        await peer.write_as(name, "Hei", f"c-{name}")
    async with at_terminal(peer, "tora", "c1", columns=40) as tora:
        await tora.sees("nothing waiting ! 1 overdue elsewhere 2 waiting elsewhere, 29 min left /next opens it")
        await tora.sees("ola: 1 new")
        await tora.sees("eva: 1 new · per: 1 new · … and 2 more")
        tora.type("/next" + ENTER)
        await tora.sees("ola Hei")
        await tora.sees("overdue by 5 min")


async def test_a_miss_while_the_connection_was_away_is_told_on_coming_back(peer: Peer) -> None:
    """The server says it once, and nobody was there to hear it."""
    await open_several(peer, a_conversation("c2", member="ola"))
    async with at_terminal(peer, "tora", "c1") as tora:
        await tora.sees("online")
        await peer.stop()
        await tora.sees("trying again in")
        owe(peer, "c2", -3)
        await peer.start()
        await tora.sees("! ola: overdue by 3 min · /to c2 opens it")


async def test_a_deadline_of_the_open_conversation_is_told_too(peer: Peer) -> None:
    async with at_terminal(peer, "tora") as tora:
        await tora.sees("nothing waiting")
        due_at = instant.text(peer.clock + instant.HOUR)
        await peer.say(Deadline(conversation="c1", kind="warning", due_at=due_at, hours=1), to="tora")
        await tora.sees("! mia: answer by Fri 09 Jan 14:00, 59 min left")
        assert "/to c1" not in tora.drawn


async def test_two_conversations_with_one_person_are_told_apart(peer: Peer) -> None:
    """By plan, id and state: in the list, in what is asked for, in the state lines and in what comes."""
    ended = replace(a_conversation("c0"), status="ended")
    await open_several(peer, ended, replace(a_conversation("c2", plan="basic"), status="paused"))
    del peer.conversations["c1"]
    async with at_terminal(peer, "tora") as tora:
        await tora.sees("mia light c0 · locked: the conversation has ended")
        await tora.sees("mia basic c2 · paused · nothing waiting")
        tora.type("/to mia" + ENTER)
        await tora.sees(
            "mia is in several conversations: mia (light, c0, ended), mia (basic, c2, paused). "
            "Name one by its id: /to c0."
        )
        tora.type("/to c0" + ENTER)
        await tora.sees("mia (light, c0, ended) is away")
        await peer.write_as("mia", "And here?", "c2")
        await tora.sees("◦ mia (basic, c2, paused) And here?")
        await tora.sees("mia (basic, c2, paused): 1 new")


async def test_what_one_wrote_oneself_is_not_new(peer: Peer) -> None:
    """On another device: before this one, and beside it. What was read there is not new here either."""
    await open_several(peer, a_conversation("c2", member="ola"), a_conversation("c3", member="per"))
    await peer.write_as("ola", "Hei", "c2")
    await peer.write_as("tora", "Hei, Ola", "c2")
    await peer.write_as("tora", "Hei, Per", "c3")
    async with at_terminal(peer, "tora") as tora:
        await tora.sees("ola light 1 new c2")
        await tora.sees("per light c3")
        tora.type("/to c1" + ENTER)
        await tora.sees("ola: 1 new")
        await peer.write_as("tora", "Are you well?", "c3")
        await tora.sees("◦ You → per Are you well?")
        await peer.say(ReadMark(conversation="c2", sender="tora", seq=2), to="tora")
        await tora.shows("ola: 1 new", False)


async def test_what_happens_is_shown_and_is_news_elsewhere(peer: Peer) -> None:
    """The system is nobody who writes: it is new to everyone, and who types goes on typing."""
    await open_several(peer, a_conversation("c2", member="ola"))
    await peer.happens("ended", {}, "c2")
    starts = {"starts_at": "2026-01-14T17:00:00.000Z", "minutes": 45}
    async with at_terminal(peer, "tora", "c1") as tora:
        await tora.sees("ola: 1 new")
        await peer.say(TypingNow(conversation="c1", sender="mia"), to="tora")
        await tora.sees("mia is typing")
        await peer.happens("moved", starts)
        await tora.sees("· Session moved: Wednesday 14 Jan 18:00, 45 minutes")
        await tora.shows("mia is typing", True)
        await peer.happens("corrected", {"units": 1}, "c2")
        await tora.sees("◦ ola Session credits corrected: +1")
        await tora.sees("ola: 2 new")


async def test_more_news_than_is_looked_at_is_said_to_be_more(peer: Peer) -> None:
    await open_several(peer, a_conversation("c2", member="ola"))
    for n in range(MAX_HISTORY + 1):
        await peer.write_as("ola", f"{n}", "c2")
    async with at_terminal(peer, "tora") as tora:
        await tora.sees("ola light 200+ new c2")


async def test_the_commands(peer: Peer) -> None:
    """Each answers, a wrong one stays in the input line, /quit leaves."""
    for n in range(30):
        await peer.write_as("tora", f"number {n}")
    async with at_terminal(peer, "mia") as mia:
        await mia.sees("number 29")
        assert "number 9 " not in mia.drawn
        mia.type("/help" + ENTER)
        await mia.sees("/history N show the last N messages")
        mia.type("/history 25" + ENTER)
        await mia.sees("number 5")
        mia.type("/history 1000" + ENTER)
        await mia.sees("a number from 1 to 200")
        mia.type("/check" + ENTER)
        await mia.sees("· open · your next message starts a window")
        mia.type("/list" + ENTER)
        await mia.sees("› tora light")
        mia.forget()
        mia.type("/shrug" + ENTER)
        await mia.sees("/shrug is not a command")
        await mia.sees("› /shrug")
        mia.type("\x15/quit" + ENTER)
    assert mia.status.result() == 0


async def test_support_reads_and_does_not_write(peer: Peer) -> None:
    """A conversation that support names is followed."""
    await peer.write_as("mia", "hello")
    async with at_terminal(peer, "sam", "c1") as sam:
        await sam.sees("mia hello")
        await sam.sees("reading only")
        sam.type("me too" + ENTER)
        await sam.sees("You can read this conversation, not write in it.")
        await peer.write_as("tora", "good day")
        await sam.sees("tora good day")
    assert peer.sends == []


async def test_the_end_by_the_server_leaves_with_a_sentence(peer: Peer, capsys: pytest.CaptureFixture[str]) -> None:
    """The draft is not lost either."""
    async with at_terminal(peer, "mia") as mia:
        await mia.sees("online")
        mia.type("half a thou")
        await mia.sees("half a thou")
        await peer.close_all(4501, "token expired")
        await mia.ends()
    assert mia.status.result() == 2
    printed = capsys.readouterr()
    assert printed.out == "Not sent:\nhalf a thou\n"
    assert printed.err == "The server closed the chat: token expired (4501)\n"
