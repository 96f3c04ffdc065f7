"""Why, worked out from what the store and the database keep."""

from dataclasses import dataclass

import pytest

from chatserver.conversations.conversation import ConversationRecord
from chatserver.conversations.provisioning import Provisioning
from chatserver.conversations.requests import ConversationChange, ConversationDetails, PersonDetails, Written
from chatserver.messages import why as workflow
from chatserver.messages.acknowledging import acknowledge
from chatserver.messages.log import MessageLog
from chatserver.messages.why import why
from chatserver.protocol.entry import head_json, joined
from chatserver.records.database import Database
from chatserver.sessions.appointments import BookedSessions
from quotas.explain import Explanation
from quotas.instant import DAY, HOUR, MINUTE
from quotas.instant import text as at_text
from quotas.ledger.base import Acknowledged, Post, Posted, posted
from quotas.ledger.memory import MemoryLedger
from quotas.plans import Policy
from quotas.policy_file import builtin_policy
from quotas.standing import Writer
from quotas.steps import (
    AgainstRules,
    AnswerDue,
    Beginning,
    DeadlineSet,
    LiveChat,
    NothingOwed,
    PlanChanged,
    StatusSet,
    Unexplained,
    WaitBegan,
    WaitEnded,
    WindowOpened,
    WritingClosed,
    WritingOpen,
)
from quotas.terms import Rulebook
from tests.chatserver.heard import session_log_on
from tests.chatserver.keys.making import conversation_keys
from tests.quotas.moments import oslo

MONDAY = oslo("2026-01-05T09:00:00")
SATURDAY = oslo("2026-01-10T12:00:00")


@dataclass
class Scene:
    """A conversation whose clock is turned by hand: the reference ledger, and a real database."""

    database: Database
    ledger: MemoryLedger
    log: MessageLog
    provisioning: Provisioning
    now: int

    @classmethod
    async def opened(cls, database: Database, plan: str) -> "Scene":
        scene: Scene
        ledger = MemoryLedger(lambda: scene.now)

        async def clock() -> int:
            return scene.now

        provisioning = Provisioning(
            database,
            ledger,
            Rulebook(builtin_policy()),
            clock,
            BookedSessions(database, clock, session_log_on(database)),
        )
        scene = cls(database, ledger, MessageLog(database, ledger, conversation_keys(database)), provisioning, MONDAY)
        await scene.provisioning.put_person("kari", PersonDetails("member", "Kari"))
        await scene.provisioning.put_person("tom", PersonDetails("mentor", "Tom"))
        await scene.provisioning.put_conversation("c", ConversationDetails("kari", "tom", plan))
        return scene

    async def write(self, at: int, writer: Writer, times: int = 1) -> None:
        for number in range(times):
            self.now = at + number
            standing = await self.ledger.standing("c")
            assert standing
            post = Post("c", writer, "", b"", joined(head_json("x", writer, ""), b"sealed"), "o")
            terms = standing.terms(self.provisioning.rulebook)
            assert isinstance(await posted(self.ledger, post, standing.settings, terms), Posted)

    async def acknowledge(self, at: int) -> None:
        """What waits needs no answer."""
        self.now = at
        done = await acknowledge(self.ledger, self.log, "c", "tom", None, None)
        assert isinstance(done, Acknowledged)

    async def change(self, at: int, change: ConversationChange) -> None:
        self.now = at
        assert isinstance(await self.provisioning.change_conversation("c", change), Written)

    async def record(self) -> ConversationRecord:
        found = await self.provisioning.get_conversation("c")
        assert found
        return found

    async def why(self, now: int) -> Explanation:
        self.now = now
        _, explanation = await why(self.provisioning, self.log, await self.record())
        return explanation


def _gaps(explanation: Explanation) -> list[object]:
    steps = [*explanation.writing, *explanation.reply]
    return [step for step in steps if isinstance(step, Unexplained | AgainstRules | Beginning)]


async def test_windows_plans_and_a_pause(database: Database) -> None:
    """Messages come from the log, plan changes from the records."""
    scene = await Scene.opened(database, "light")
    await scene.write(MONDAY, "member")
    await scene.write(MONDAY + HOUR, "mentor")
    await scene.write(MONDAY + 2 * DAY, "member")
    await scene.change(MONDAY + 2 * DAY + HOUR, ConversationChange(plan="basic"))
    explanation = await scene.why(MONDAY + 2 * DAY + 2 * HOUR)
    assert not _gaps(explanation)
    assert [type(step) for step in explanation.writing][:2] == [WindowOpened, PlanChanged]
    assert explanation.writing[-1] == WritingOpen("window", at_text(MONDAY + 3 * DAY), None)
    assert explanation.reply[0] == WaitBegan(3, at_text(MONDAY + 2 * DAY))
    assert explanation.reply[-1] == AnswerDue(at_text(MONDAY + 3 * DAY), overdue=False)
    await scene.change(MONDAY + 3 * DAY, ConversationChange(plan="light", status="paused"))
    paused = await scene.why(MONDAY + 3 * DAY)
    assert not _gaps(paused)
    assert StatusSet(None, "paused") in paused.writing
    assert paused.writing[-1] == WritingClosed("paused", None)


async def test_an_ordinary_end_leaves_nothing_unexplained(database: Database) -> None:
    """The last message is unanswered, and what was owed for it ended with the conversation."""
    scene = await Scene.opened(database, "light")
    await scene.write(MONDAY, "member")
    await scene.change(MONDAY + HOUR, ConversationChange(status="ended"))
    ended = await scene.why(MONDAY + 2 * HOUR)
    assert not _gaps(ended)
    assert ended.reply == [StatusSet(None, "ended"), NothingOwed()]
    assert ended.writing[-1] == WritingClosed("ended", None)


async def test_a_suspension_is_dated_and_drops_what_was_owed(database: Database) -> None:
    """Also once it is lifted nothing is unexplained."""
    scene = await Scene.opened(database, "light")
    await scene.write(MONDAY, "member")
    await scene.change(MONDAY + HOUR, ConversationChange(status="suspended"))
    await scene.change(MONDAY + HOUR, ConversationChange(plan="basic"))
    suspended = await scene.why(MONDAY + 2 * HOUR)
    assert not _gaps(suspended)
    assert suspended.reply == [StatusSet(at_text(MONDAY + HOUR), "suspended"), NothingOwed()]
    assert suspended.writing[-1] == WritingClosed("suspended", None)
    await scene.change(MONDAY + 3 * HOUR, ConversationChange(status="open"))
    lifted = await scene.why(MONDAY + 4 * HOUR)
    assert not _gaps(lifted)
    assert lifted.reply == [NothingOwed()]
    await scene.write(MONDAY + 5 * HOUR, "member")
    assert (await scene.why(MONDAY + 6 * HOUR)).reply[0] == WaitBegan(2, at_text(MONDAY + 5 * HOUR))


async def test_a_conversation_without_messages(database: Database) -> None:
    scene = await Scene.opened(database, "light")
    explanation = await scene.why(MONDAY)
    assert not _gaps(explanation)
    assert explanation.writing[-1] == WritingOpen("opened", None, 2)


async def test_a_live_chat_of_thirty_minutes(database: Database) -> None:
    """The ledger keeps its end only; messages in it start their clock then."""
    scene = await Scene.opened(database, "live")
    scene.now = SATURDAY
    await scene.ledger.start_live("c", 30 * MINUTE)
    await scene.write(SATURDAY + MINUTE, "member")
    explanation = await scene.why(SATURDAY + 2 * MINUTE)
    assert not _gaps(explanation)
    assert LiveChat(at_text(SATURDAY), at_text(SATURDAY + 30 * MINUTE)) in explanation.writing
    [deadline] = [step for step in explanation.reply if isinstance(step, DeadlineSet)]
    assert deadline.starts_at == at_text(SATURDAY + 30 * MINUTE)


async def test_an_earlier_live_chat_is_not_known(database: Database) -> None:
    """What was written in it is said to be against the rules, and the state still holds."""
    scene = await Scene.opened(database, "light")
    scene.now = SATURDAY
    await scene.ledger.start_live("c", 30 * MINUTE)
    await scene.write(SATURDAY, "member")
    scene.now = SATURDAY + 2 * HOUR
    await scene.ledger.start_live("c", 30 * MINUTE)
    explanation = await scene.why(SATURDAY + 2 * HOUR)
    assert _gaps(explanation) == [AgainstRules(1, at_text(SATURDAY), "closed")]


async def test_many_pages_and_a_past_that_is_too_long(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages before the Monday are not read; beyond the last page the explanation says where it begins."""
    scene = await Scene.opened(database, "basic")
    await scene.write(MONDAY, "member", 250)
    await scene.write(MONDAY + 22 * DAY, "mentor")
    await scene.write(MONDAY + 22 * DAY + HOUR, "member", 450)
    now = MONDAY + 22 * DAY + 2 * HOUR
    whole = await scene.why(now)
    assert not _gaps(whole)
    assert whole.reply[0] == WaitBegan(252, at_text(MONDAY + 22 * DAY + HOUR))
    monkeypatch.setattr(workflow, "MAX_PAGES", 200 // workflow.PAGE)
    cut = await scene.why(now)
    assert _gaps(cut) == [Beginning(at_text(MONDAY + 22 * DAY + HOUR + 250))] * 2
    assert cut.reply[1] == WaitBegan(None, at_text(MONDAY + 22 * DAY + HOUR))
    assert cut.reply[-1] == whole.reply[-1]


async def test_a_miss_from_before_what_is_at_hand_stays(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = await Scene.opened(database, "basic")
    await scene.write(MONDAY, "member")
    await scene.write(MONDAY + 2 * DAY, "member", 200)
    monkeypatch.setattr(workflow, "MAX_PAGES", 200 // workflow.PAGE)
    explanation = await scene.why(MONDAY + 3 * DAY)
    assert {type(step) for step in _gaps(explanation)} == {Beginning}
    assert explanation.reply[-1] == AnswerDue(at_text(MONDAY + DAY), overdue=True)


async def test_a_plan_that_the_policy_no_longer_has(database: Database) -> None:
    """What was written on it cannot be explained; the explanation begins after it."""
    scene = await Scene.opened(database, "video")
    await scene.write(MONDAY, "member")
    await scene.change(MONDAY + HOUR, ConversationChange(plan="basic"))
    await scene.write(MONDAY + 2 * HOUR, "member")
    policy = builtin_policy()
    plans = {name: plan for name, plan in policy.plans.items() if name != "video"}
    scene.provisioning.rulebook = Rulebook(Policy(policy.calendar, plans))
    explanation = await scene.why(MONDAY + 3 * HOUR)
    assert {type(step) for step in _gaps(explanation)} == {Beginning}
    assert explanation.reply[-1] == AnswerDue(at_text(MONDAY + DAY + 2 * HOUR), overdue=False)


async def test_a_clock_that_was_set_back(database: Database) -> None:
    scene = await Scene.opened(database, "basic")
    await scene.write(MONDAY + 1000, "member")
    await scene.write(MONDAY, "member")
    explanation = await scene.why(MONDAY + HOUR)
    assert not _gaps(explanation)


async def test_what_the_mentor_said_needs_no_answer(database: Database) -> None:
    """The log has it as an event; the next wait begins with what is written after it."""
    scene = await Scene.opened(database, "basic")
    await scene.write(MONDAY, "member")
    await scene.acknowledge(MONDAY + HOUR)
    ended = WaitEnded(2, at_text(MONDAY + HOUR), HOUR, late=False, how="acknowledged")
    explanation = await scene.why(MONDAY + HOUR)
    assert not _gaps(explanation)
    assert explanation.reply == [ended, NothingOwed()]
    await scene.write(MONDAY + 2 * HOUR, "member")
    explanation = await scene.why(MONDAY + 2 * HOUR)
    assert not _gaps(explanation)
    assert explanation.reply[0] == WaitBegan(3, at_text(MONDAY + 2 * HOUR))
