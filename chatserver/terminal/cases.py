"""Cases at the desk: listed, opened by one call each, worked through by their numbers, and told of as they change."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, get_args
from uuid import uuid4

from chatserver.client.cases import CaseAnswer, CaseCalls, CaseChoiceSaid
from chatserver.client.http import AnswerError, RefusalSaid, RefusedAnswerError
from chatserver.protocol.cases import CaseChanged, CaseGlance
from chatserver.protocol.events import ConversationView
from chatserver.terminal.case_lines import CaseLines
from chatserver.terminal.case_wishes import NEEDS_WORDS, facts_and_words, wish_of
from chatserver.terminal.names import called
from chatserver.terminal.refusals import in_sentences
from chatserver.terminal.session_commands import ID_LENGTH, YES
from chatserver.terminal.starts import start_of
from chatserver.terminal.transcript import TranscriptLine, wrapped
from chatserver.terminal.words import DEFAULT_ZONE, time_of_day
from quotas.cases.rules import CaseState, CommonAction, SuspendAction
from quotas.cases.words import CaseReader, case_words

if TYPE_CHECKING:
    from chatserver.terminal.desk import Desk

OPENS = {
    "/question": "question",
    "/report": "misconduct",
    "/switch": "mentor_switch",
    "/resign": "membership_cancellation",
    "/cadence": "cadence_change",
    "/another": "extra_session",
    "/quiet": "ghosting",
    "/fit": "poor_fit",
}
"""What is asked for by one call each; /request has the rest."""
COMMANDS = ("/cases", "/case", "/request", *OPENS)
ACTIONS = (*get_args(CommonAction), *get_args(SuspendAction), *get_args(CaseState))
TELL = "tell"
"""Support's note that who opened the case reads."""
LISTED = 20
_NUMBER = re.compile(r"#([0-9]{1,15})(?:\s+|$)")

CaseTold = TypeVar("CaseTold")


class CaseDesk:
    """One desk's. Numbers are those of the list that was shown last."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._listed: list[CaseAnswer] = []
        self._choices: list[CaseChoiceSaid] = []
        self._choices_of = ""
        self._told: dict[str, tuple[str, str]] = {}
        self._own_notes: Counter[str] = Counter()

    # What comes

    def came(self, event: CaseChanged) -> None:
        """Say what has become of a case. Support is told of those in the open conversation, and of its own."""
        case, desk = event.case, self._desk
        if case is None or (desk.role == "support" and not self._is_before_support(case)):
            return
        words = case_words(case.kind, case.state, self._reader(case), desk.texts.language)
        if words is None:
            return
        if event.did == "note":
            if self._own_notes[case.id]:
                self._own_notes[case.id] -= 1
            else:
                self._say(case.conversation, desk.texts("case_new_note", title=words.title))
        elif self._is_news(case.id, case.state, case.since):
            self._say_state(case, words.title, words.line)

    def _is_before_support(self, case: CaseGlance) -> bool:
        current = self._desk.current
        return case.assignee == self._desk.user or (current is not None and case.conversation == current.id)

    def _reader(self, case: CaseGlance) -> CaseReader:
        role = self._desk.role
        if role == "service":
            return "support"
        is_guest = case.kind == "one_off_session" and case.conversation not in self._desk.chat.conversations
        return "guest" if role == "mentor" and is_guest else role

    def _is_news(self, id: str, state: str, since: str) -> bool:
        """Whether it was not told yet that the case is so: what one does oneself is told once."""
        known, self._told[id] = self._told.get(id), (state, since)
        return known != (state, since)

    def _say_state(self, case: CaseGlance | CaseAnswer, title: str, line: str) -> None:
        due = self._lines(case.conversation).due(case.due)
        told = self._desk.texts("case_opened", title=title, line=line)
        self._say(case.conversation, f"{told} · {due}" if due else told)

    def _say(self, conversation: str, text: str) -> None:
        desk, zone = self._desk, self._zone(conversation)
        now, lines = desk.chat.now(), wrapped(text, desk.width - 9)
        heads = [f"{time_of_day(now, zone)}  ◦ ", *[" " * 9] * (len(lines) - 1)]
        shown: list[TranscriptLine] = [
            [("class:elsewhere", head + line)] for head, line in zip(heads, lines, strict=True)
        ]
        desk.show_of_day(now, zone, shown)

    # What is asked

    async def obey(self, command: str, rest: str) -> None:
        """Do one of COMMANDS. What the rules or the server refuse is told. Raises ChatClosed."""
        desk = self._desk
        if desk.role == "service":
            desk.announce(desk.texts("own_only"))
            return
        try:
            match command:
                case "/cases":
                    await self._list(rest)
                case "/case":
                    await self._case(rest)
                case _ if (conversation := desk.current) is None:
                    desk.announce(desk.texts("open_one_first", hint=desk.how_to_open))
                case _ if conversation.away is not None and conversation.away.substitute == desk.user:
                    desk.announce(desk.texts("request_substitute", name=called(conversation.mentor, conversation)))
                case "/request":
                    await self._request(conversation, rest)
                case _:
                    await self._load_choices(conversation)
                    choice = next((each for each in self._choices if each.kind == OPENS[command]), None)
                    if command == "/report" and (number := _NUMBER.match(rest)):
                        await self._report(conversation, choice, int(number[1]), rest[number.end() :])
                    else:
                        await self._wish(conversation, choice, command, rest)
        except RefusedAnswerError as refused:
            desk.announce(self._refusal(refused.refusal))
        except (AnswerError, ValueError, OSError) as fault:
            desk.announce(str(fault))

    def _refusal(self, refusal: RefusalSaid) -> str:
        desk = self._desk
        said = in_sentences(desk.texts, refusal, self._zone(desk.current.id if desk.current else ""))
        possible = desk.texts("works_possible", actions=", ".join(refusal.possible)) if refusal.possible else ""
        return f"{said} {possible}".strip()

    async def _ask(self, call: Callable[[CaseCalls], CaseTold]) -> CaseTold:
        """Over HTTP, in a thread: the screen goes on meanwhile."""
        chat, language = self._desk.chat, self._desk.texts.language
        return await asyncio.to_thread(call, CaseCalls(chat.url, await chat.token(), language))

    async def _list(self, rest: str) -> None:
        desk = self._desk
        which = {"limit": f"{LISTED}"} if rest == "all" else {"limit": f"{LISTED}", "open": "true"}
        if desk.role == "support" and desk.current is not None:
            which["conversation"] = desk.current.id
        page = await self._ask(lambda calls: calls.page(**which))
        self._listed = page.cases
        for number, each in enumerate(self._listed, start=1):
            desk.show(self._lines(each.conversation).entry(number, each, self._other(each)))
        if not self._listed:
            desk.announce(desk.texts("cases_none"))
        elif page.more:
            desk.announce(desk.texts("cases_older"))

    async def _case(self, rest: str) -> None:
        desk = self._desk
        number, _, doing = rest.partition(" ")
        if not self._listed:
            self._listed = (await self._ask(lambda calls: calls.page(limit=f"{LISTED}", open="true"))).cases
        if not number.isdecimal() or not 1 <= int(number) <= len(self._listed):
            desk.announce(desk.texts("case_which"))
            return
        case = self._listed[int(number) - 1]
        if not doing.strip():
            found = await self._ask(lambda calls: calls.case(case.id))
            desk.show(self._lines(found.conversation).whole(int(number), found, self._other(found)))
            return
        action, _, said = doing.strip().partition(" ")
        if action.lower() not in (TELL, *ACTIONS):
            possible = (await self._ask(lambda calls: calls.case(case.id))).possible
            desk.announce(self._refusal(RefusalSaid("", "not_now", possible=possible)))
            return
        await self._act(case, action.lower(), said)

    async def _act(self, case: CaseAnswer, action: str, said: str) -> None:
        audience = "shared" if action == TELL else None
        facts: dict[str, Any] = {}
        assignee: str | None = None
        action = "note" if audience else action
        if action == "assign":
            assignee, said = said.strip() or self._desk.user, ""
        elif action != "note":
            facts, said = facts_and_words(said, self._start(case.conversation))
        if action == "note":
            self._own_notes[case.id] += 1
        try:
            done = await self._ask(
                lambda calls: calls.act(case.id, action, note=said, audience=audience, facts=facts, assignee=assignee)
            )
        except AnswerError:
            if action == "note":
                self._own_notes[case.id] -= 1
            raise
        self._tell(done)

    async def _request(self, conversation: ConversationView, rest: str) -> None:
        desk = self._desk
        name, _, said = rest.partition(" ")
        if not name:
            await self._load_choices(conversation)
            desk.show(self._lines(conversation.id).choices(self._choices))
            desk.announce(desk.texts("requests_for"))
            return
        if self._choices_of != conversation.id:
            await self._load_choices(conversation)
        if name.isdecimal():
            chosen = self._choices[int(name) - 1 : int(name)] if int(name) else []
        else:
            chosen = [each for each in self._choices if each.kind == name]
        await self._wish(conversation, chosen[0] if chosen else None, f"/request {name}", said)

    async def _report(self, conversation: ConversationView, choice: CaseChoiceSaid | None, seq: int, text: str) -> None:
        """Report the message of that number, and whoever wrote it."""
        desk = self._desk
        message = await desk.message(seq)
        if message is None or message.kind != "text" or message.sender == desk.user:
            desk.announce(desk.texts("no_message_for"))
            return
        about = {"messages": [message.id], "person": message.sender}
        await self._wish(conversation, choice, f"/report #{seq}", text, about)

    async def _load_choices(self, conversation: ConversationView) -> None:
        self._choices = (await self._ask(lambda calls: calls.choices(conversation.id))).choices
        self._choices_of = conversation.id

    async def _wish(
        self,
        conversation: ConversationView,
        choice: CaseChoiceSaid | None,
        command: str,
        text: str,
        about: Mapping[str, object] | None = None,
    ) -> None:
        """Ask for it. `about` are facts that the command knows."""
        desk = self._desk
        if choice is None:
            desk.announce(desk.texts("request_none"))
            return
        if choice.refused is not None:
            desk.announce(desk.texts(f"request_{choice.refused}", title=choice.title))
            return
        wish = wish_of(choice, text, " – ".join(desk.directory.others(conversation)), self._start(conversation.id))
        words = wish.words
        if wish.missing or (not words and choice.kind in NEEDS_WORDS):
            or_ = f" {desk.texts('request_or')} "
            needs = [or_.join(each) for each in wish.missing]
            needs += [] if words else [desk.texts("request_words")]
            desk.announce(desk.texts("request_needs", title=choice.title, what="; ".join(needs)))
            return
        if choice.state == "official":
            sure, _, words = words.partition(" ")
            if sure.lower() not in YES:
                desk.announce(desk.texts("request_cancel_sure", command=command))
                return
        facts, id = {**wish.facts, **(about or {})}, uuid4().hex[:ID_LENGTH]
        made = await self._ask(lambda calls: calls.open(id, choice.kind, conversation.id, facts, words))
        self._listed = []
        self._tell(made)
        desk.show([[("class:hint", f"     {line}")] for each in made.prompts for line in wrapped(each, desk.width - 5)])

    def _tell(self, case: CaseAnswer) -> None:
        """What it is now, unless its event said so already."""
        if self._is_news(case.id, case.state, case.since):
            self._say_state(case, case.title or case.kind, case.says or case.state)

    # Where and when

    def _lines(self, conversation: str) -> CaseLines:
        desk = self._desk
        zone = self._zone(conversation)
        return CaseLines(desk.texts, desk.user, desk.role, zone, desk.chat.now(), desk.width)

    def _zone(self, conversation: str) -> str:
        known = self._desk.chat.conversations.get(conversation)
        return DEFAULT_ZONE if known is None else known.zone

    def _start(self, conversation: str) -> Callable[[str], int]:
        zone, now = self._zone(conversation), self._desk.chat.now()
        return lambda text: start_of(text, zone, now)

    def _other(self, case: CaseAnswer) -> str:
        known = self._desk.chat.conversations.get(case.conversation)
        return self._desk.directory.label(known) if known is not None else f"{case.member}, {case.conversation}"
