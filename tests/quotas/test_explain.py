"""What an explanation says is what was decided: on random histories, and sentence by sentence where it matters."""

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from msgspec import Struct
from msgspec.structs import replace

from quotas import instant
from quotas.admission import Usage, without_wait, writing_state
from quotas.explain import Explanation, explained
from quotas.instant import DAY, HOUR, MINUTE
from quotas.ledger.base import Acknowledged, Changed, Posted
from quotas.ledger.memory import MemoryLedger
from quotas.phrases import Language
from quotas.plans import Always, Plan, Policy, ReplyPromise, Windows
from quotas.policy_file import builtin_policy
from quotas.sentences import Told, told
from quotas.standing import ConversationSettings, Standing
from quotas.steps import (
    AgainstRules,
    AnswerDue,
    Beginning,
    ClosedDay,
    ClosedDays,
    DeadlineKept,
    DeadlineMoved,
    DeadlineSet,
    LiveChat,
    MessagesSpent,
    NoDeadline,
    NothingOwed,
    PlanChanged,
    PolicyValue,
    StatusSet,
    Step,
    Unexplained,
    UsedElsewhere,
    WaitAnswered,
    WaitBegan,
    WaitEnded,
    WindowKept,
    WindowOpened,
    WritingClosed,
    WritingOpen,
)
from quotas.story import Story
from quotas.terms import Rulebook, UnjudgeableError
from quotas.zones import zone_of
from tests.quotas.histories import (
    Acknowledge,
    Alter,
    Answer,
    Configure,
    Event,
    History,
    StartLive,
    Write,
    happen,
    rulebooks,
)
from tests.quotas.moments import oslo

HISTORIES, EVENTS = 60, 120
LIGHT = ConversationSettings("kari", "tom", "light", "Europe/Oslo", "")
BASIC = replace(LIGHT, plan="basic")
MONDAY, FRIDAY, SATURDAY = oslo("2026-01-05T09:00:00"), oslo("2026-01-09T18:00:00"), oslo("2026-01-10T12:00:00")


class _Seen(Struct, frozen=True):
    standing: Standing
    explanation: Explanation
    rulebook: Rulebook


async def _lives(seed: str) -> list[_Seen]:
    """Random histories on the reference ledger, explained after every event."""
    books = rulebooks()
    seen = []
    for number in range(HISTORIES):
        ledger, history = MemoryLedger(lambda: 0), History(f"{seed}-{number}", books)
        rulebook, story = history.rulebook, None
        for event in history.events(EVENTS):
            answer = await happen(ledger, history.name, event)
            history.saw(answer)
            if isinstance(event, Configure) and isinstance(answer, Standing):
                story = story or Story(rulebook, answer.settings)
                story.changed(event.at, answer.settings)
            assert story is not None
            _tell(story, event, answer)
            standing = await ledger.standing(history.name, at=event.at)
            assert standing is not None
            assert story.usage == standing.usage
            seen.append(_Seen(standing, explained(story, standing), rulebook))
    return seen


def _tell(story: Story, event: Event, answer: Answer) -> None:
    """What happened, but for settings."""
    match event, answer:
        case StartLive(), Standing():
            story.went_live(event.at, answer.usage.live_until)
        case Write(), Posted(first=True):
            story.wrote(answer.seq, answer.at, event.post.writer)
        case Acknowledge(), Acknowledged():
            story.acknowledged(answer.seq, answer.at)
        case Alter(), Changed(first=True):
            if event.change.kind == "deletion" and event.change.of == "member":
                story.deleted(answer.seq, answer.at, event.change.about)


@pytest.fixture(scope="module")
def lives() -> list[_Seen]:
    """What was seen of some random lives."""
    return asyncio.run(_lives("11"))


def test_the_story_ends_where_the_ledger_stands(lives: list[_Seen]) -> None:
    """The explained state is the real one, nothing is left unexplained, and the last step says the state."""
    for seen in lives:
        standing, explanation = seen.standing, seen.explanation
        settings, usage = standing.settings, standing.usage
        state = writing_state(settings.status, usage, standing.terms(seen.rulebook), standing.now)
        assert explanation.state == state
        steps = [*explanation.writing, *explanation.reply]
        assert not [step for step in steps if isinstance(step, Unexplained | AgainstRules | Beginning)]
        last = explanation.writing[-1]
        if state.open:
            assert isinstance(last, WritingOpen)
        else:
            assert last == WritingClosed(state.reason or "closed", instant.text_or_none(state.opens_at))
        owed = explanation.reply[-1]
        if usage.due_at:
            assert owed == AnswerDue(instant.text(usage.due_at), standing.now > usage.due_at)
        else:
            assert owed == (NoDeadline(settings.plan) if usage.waiting_since else NothingOwed())


def test_windows_and_messages_add_up(lives: list[_Seen]) -> None:
    """The windows that are shown are those that the week has spent, and the one that runs ends when it ends."""
    for seen in lives:
        steps, state = seen.explanation.writing, seen.explanation.state
        opened = [step for step in steps if isinstance(step, WindowOpened)]
        terms, usage = seen.standing.terms(seen.rulebook), seen.standing.usage
        if terms.window_length and usage.windows_used and usage.week >= terms.week:
            used = usage.windows_used
            assert [step.number for step in opened][-used:] == list(range(1, used + 1))
        if state.window_ends_at:
            assert opened[-1].ends_at == instant.text(state.window_ends_at)
        for step in opened:
            length = instant.parse(step.ends_at) - instant.parse(step.at)
            assert (length < step.length_ms) if step.cut else (length == step.length_ms)
        spent = [step.used for step in steps if isinstance(step, MessagesSpent)]
        if terms.messages_per_week:
            assert sum(spent) == (usage.messages_used if usage.week >= terms.week else 0)
        kept = [step for step in steps if isinstance(step, WindowKept)]
        assert all(step.ends_at == opened[-1].ends_at and step.plan != seen.standing.settings.plan for step in kept)


def test_closed_days_and_the_deadline_add_up(lives: list[_Seen]) -> None:
    """What closed days took and the plan's hours are the whole way from the message to its deadline."""
    rules = set()
    for seen in lives:
        steps = seen.explanation.reply
        moved = sum(step.by_ms for step in steps if isinstance(step, DeadlineMoved))
        for step in steps:
            if not isinstance(step, DeadlineSet):
                continue
            rules.add((step.rule, step.variant))
            assert step.due_at == instant.text(seen.standing.usage.due_at)
            way = instant.parse(step.due_at) - instant.parse(step.starts_at)
            promise = seen.rulebook.plan(step.plan).reply
            assert promise
            if step.rule == "end_of_open_day":
                assert moved
                assert way - moved <= 25 * HOUR
            else:
                assert way - moved == round(promise.target_hours * HOUR)
    assert {rule for rule, _ in rules} == {"counted", "elapsed", "end_of_open_day"}
    assert {live for _, live in rules} == {"", "_live"}


def _instants(step: Step, zone: str) -> Iterator[datetime]:
    for name in step.__struct_fields__:
        value = getattr(step, name)
        if (name in ("at", "until") or name.endswith("_at")) and value and not isinstance(step, Unexplained):
            yield datetime.fromtimestamp(instant.parse(value) / 1000, UTC).astimezone(zone_of(zone))


def test_every_sentence_says_its_facts(lives: list[_Seen]) -> None:
    """Each time, count and name of a step stands in its sentence, in every language, and no blank is left."""
    kinds = set()
    for seen in lives[::7]:
        zone = seen.standing.settings.zone
        for told_step in told(seen.explanation, "en", zone):
            step, sentence = told_step.step, told_step.sentence
            kinds.add(type(step))
            times = [there for there in _instants(step, zone)]
            if isinstance(step, DeadlineKept):
                times = times[:1]
            if isinstance(step, WritingOpen) and step.way not in ("live", "window"):
                times = []
            if isinstance(step, DeadlineSet) and step.variant == "":
                times = times[1:]
            for there in times:
                assert f"{there:%A}" in sentence
                assert f"{there:%H:%M}" in sentence
            for name in ("plan", "was", "per_week", "number", "used"):
                said_elsewhere = name == "plan" and isinstance(step, WindowOpened | DeadlineSet)
                assert said_elsewhere or not hasattr(step, name) or str(getattr(step, name)).lower() in sentence.lower()
        languages: tuple[Language, ...] = ("nb", "da")
        for language in languages:
            for told_step in told(seen.explanation, language, zone, "member"):
                assert not re.search(r"[{}]|None", told_step.sentence)
                assert not re.match(r"[a-zæøå]", told_step.sentence)
    assert {
        WindowOpened,
        DeadlineSet,
        DeadlineMoved,
        DeadlineKept,
        WaitAnswered,
        WaitEnded,
        ClosedDays,
        LiveChat,
    } <= kinds


# One case each


def _standing(story: Story, now: int, **changes: object) -> Standing:
    return Standing(now, story.settings, replace(story.usage, **changes), 0, 0, 0)


def _book(**plans: Plan) -> Rulebook:
    policy = builtin_policy()
    return Rulebook(Policy(policy.calendar, policy.plans | plans))


def _english(steps: Explanation, about: str) -> list[str]:
    return [one.sentence for one in told(steps, "en", "Europe/Oslo") if one.about == about]


def test_a_window_and_the_weekend_that_moves_the_deadline(rulebook: Rulebook) -> None:
    story = Story(rulebook, LIGHT)
    story.wrote(1, FRIDAY, "member")
    explanation = explained(story, _standing(story, SATURDAY))
    assert [one.sentence for one in told(explanation, "nb", "Europe/Oslo", "member")] == [
        "Fredag 9. januar 18:00 åpnet meldingen din et skrivevindu på 24 timer, til lørdag 18:00: 1 av 2 den uken.",
        "På planen Light varer et skrivevindu 24 timer.",
        "På planen Light fortsetter et vindu inn i stengte dager.",
        "Skrivevinduer i uken på planen Light: 2.",
        "Skrivingen er åpen: et vindu er åpent til lørdag 10. januar 18:00. Igjen denne uken: 1.",
        "Ventetiden begynte fredag 9. januar 18:00, med meldingen din.",
        "Fredag 9. januar 18:00 satte meldingen din fristen til mandag 18:00.",
        "Lørdag 10. januar er en stengt dag: den flyttet fristen 24 timer.",
        "Søndag 11. januar er en stengt dag: den flyttet fristen 24 timer.",
        "På planen Light skal svaret komme innen 24 timer.",
        "På planen Light teller ikke tiden på stengte dager.",
        "Mentoren må svare innen mandag 12. januar 18:00.",
    ]


def test_holidays_are_named_in_the_language_of_their_country(rulebook: Rulebook) -> None:
    story = Story(rulebook, replace(BASIC, holidays="NO"))
    at = instant.parse("2026-04-01T12:00:00+02:00")
    story.wrote(7, at, "member")
    moved = [step for step in explained(story, _standing(story, at)).reply if isinstance(step, DeadlineMoved)]
    assert [(step.date, step.holiday) for step in moved[:2]] == [
        ("2026-04-02", "Skjærtorsdag"),
        ("2026-04-03", "Langfredag"),
    ]
    closed = explained(story, _standing(story, at + DAY)).writing[-2]
    assert isinstance(closed, ClosedDays)
    assert closed.days[-1] == ClosedDay("2026-04-06", "Andre påskedag")
    assert closed.opens_at == "2026-04-06T22:00:00.000Z"


def test_a_week_that_opens_after_a_closed_monday(rulebook: Rulebook) -> None:
    story = Story(rulebook, replace(LIGHT, holidays="NO"))
    for seq, at in enumerate((oslo("2026-03-23T09:00:00"), oslo("2026-03-24T09:00:00")), start=1):
        story.wrote(seq, at + 7 * DAY, "member")
    steps = explained(story, _standing(story, oslo("2026-04-01T12:00:00"))).writing
    assert steps[-2:] == [
        ClosedDays([ClosedDay("2026-04-06", "Andre påskedag")], "2026-04-06T22:00:00.000Z"),
        WritingClosed("quota_used", "2026-04-06T22:00:00.000Z"),
    ]


def test_a_miss_stays_and_says_so(rulebook: Rulebook) -> None:
    story = Story(rulebook, BASIC)
    story.wrote(1, MONDAY, "member")
    for seq in (2, 3):
        story.wrote(seq, MONDAY + DAY + seq * HOUR, "member")
    said = _english(explained(story, _standing(story, MONDAY + 2 * DAY)), "reply")
    assert said[-3:] == [
        "On the plan Basic the deadline counts from the latest message.",
        "2 more messages, the last on Tuesday 6 January 12:00, did not move the deadline: it had passed, "
        "and a miss stays.",
        "The mentor should have answered by Tuesday 6 January 09:00; the deadline has passed.",
    ]
    story.wrote(4, MONDAY + 2 * DAY, "mentor")
    assert _english(explained(story, _standing(story, MONDAY + 2 * DAY)), "reply") == [
        "On Wednesday 7 January 09:00 the mentor answered late, after 48 hours.",
        "No message waits for an answer.",
    ]


def test_a_plan_without_a_promise_keeps_what_the_earlier_one_promised(rulebook: Rulebook) -> None:
    story = Story(rulebook, BASIC)
    story.wrote(1, MONDAY, "member")
    story.changed(MONDAY + HOUR, replace(BASIC, plan="video"))
    story.wrote(2, MONDAY + 2 * HOUR, "member")
    assert explained(story, _standing(story, MONDAY + 3 * HOUR)).reply[-3:] == [
        PlanChanged("2026-01-05T09:00:00.000Z", "video", "basic"),
        DeadlineKept(2, "2026-01-05T10:00:00.000Z", 1, "2026-01-06T08:00:00.000Z", "unpromised"),
        AnswerDue("2026-01-06T08:00:00.000Z", overdue=False),
    ]


def test_a_window_is_kept_when_the_plan_changes(rulebook: Rulebook) -> None:
    story = Story(rulebook, LIGHT)
    story.wrote(1, MONDAY, "member")
    story.changed(MONDAY + HOUR, BASIC)
    steps = explained(story, _standing(story, MONDAY + 2 * HOUR)).writing
    assert [type(step) for step in steps[:3]] == [WindowOpened, PlanChanged, WindowKept]


def test_a_window_that_closed_days_cut_and_a_plan_for_every_day() -> None:
    rulebook = _book(
        cut=Plan(Windows(per_week=2, weekend="cut")),
        always=Plan(Always(), reply=ReplyPromise(since="first", target_hours=0.5)),
    )
    story = Story(rulebook, replace(LIGHT, plan="cut"))
    story.wrote(1, FRIDAY, "member")
    explanation = explained(story, _standing(story, FRIDAY))
    assert PolicyValue("cut", "windows", "writing.weekend", "cut") in explanation.writing
    assert _english(explanation, "writing")[0] == (
        "On Friday 9 January 18:00 the member's message no. 1 opened a writing window. "
        "It ends early, on Saturday 00:00, when closed days begin: 1 of 2 that week."
    )
    assert explanation.reply == [WaitBegan(1, instant.text(FRIDAY)), NoDeadline("cut")]
    story = Story(rulebook, replace(LIGHT, plan="always"))
    for seq in (1, 2, 3):
        story.wrote(seq, MONDAY + seq * MINUTE, "member")
    said = explained(story, _standing(story, MONDAY + 5 * MINUTE))
    assert said.writing == [PolicyValue("always", "always", "writing.kind", "always"), WritingOpen("free", None, None)]
    assert "On the plan Always an answer is due within 30 minutes." in _english(said, "reply")
    assert said.reply[-2] == DeadlineKept(3, "2026-01-05T08:03:00.000Z", 2, "2026-01-05T08:31:00.000Z", "first")


@pytest.mark.parametrize(
    ("after", "late", "sentence"),
    [
        (HOUR, False, "On Monday 5 January 10:00 the mentor said in time, after 1 hour, that no answer is needed."),
        (
            25 * HOUR,
            True,
            "On Tuesday 6 January 10:00 the mentor said late, after 25 hours, that no answer is needed.",
        ),
    ],
)
def test_what_needs_no_answer(rulebook: Rulebook, after: int, late: bool, sentence: str) -> None:
    story = Story(rulebook, BASIC)
    story.wrote(1, MONDAY, "member")
    story.acknowledged(2, MONDAY + after)
    said = explained(story, _standing(story, MONDAY + after))
    ended = WaitEnded(2, instant.text(MONDAY + after), after, late, "acknowledged")
    assert said.reply == [ended, NothingOwed()]
    assert _english(said, "reply")[0] == sentence


def test_a_pause_and_the_end(rulebook: Rulebook) -> None:
    story = Story(rulebook, BASIC)
    story.wrote(1, MONDAY, "member")
    story.changed(MONDAY + HOUR, replace(BASIC, status="paused"))
    paused = explained(story, _standing(story, MONDAY + 2 * HOUR))
    assert StatusSet("2026-01-05T09:00:00.000Z", "paused") in paused.writing
    assert paused.writing[-1] == WritingClosed("paused", None)
    story.changed(MONDAY + 3 * HOUR, replace(BASIC, status="ended"))
    ended = explained(story, _standing(story, MONDAY + 3 * HOUR))
    assert ended.reply == [StatusSet("2026-01-05T11:00:00.000Z", "ended"), NothingOwed()]


def test_a_suspension_drops_the_wait_and_is_said_while_it_lasts(rulebook: Rulebook) -> None:
    story = Story(rulebook, BASIC)
    story.wrote(1, MONDAY, "member")
    story.changed(MONDAY + HOUR, replace(BASIC, status="suspended"))
    said = explained(story, _standing(story, MONDAY + 2 * HOUR))
    began = StatusSet("2026-01-05T09:00:00.000Z", "suspended")
    assert began in said.writing
    assert said.writing[-1] == WritingClosed("suspended", None)
    assert said.reply == [began, NothingOwed()]
    assert _english(said, "writing")[-1] == "Writing is locked for both while the conversation is suspended."
    story.changed(MONDAY + 3 * HOUR, BASIC)
    lifted = explained(story, _standing(story, MONDAY + 3 * HOUR))
    assert lifted.reply == [NothingOwed()]
    assert not any(isinstance(step, StatusSet) for step in lifted.writing)


def test_a_suspension_that_was_heard_of_late_drops_what_was_written_before_it(rulebook: Rulebook) -> None:
    story = Story(rulebook, replace(BASIC, status="suspended"))
    story.wrote(1, MONDAY, "member")
    story.changed(MONDAY + HOUR, BASIC)
    assert explained(story, _standing(story, MONDAY + HOUR)).reply == [NothingOwed()]


def test_a_pause_that_was_not_told_has_no_instant(rulebook: Rulebook) -> None:
    """The last change that was told is another one: that a suspension was lifted."""
    story = Story(rulebook, replace(BASIC, status="suspended"))
    story.changed(MONDAY, BASIC)
    told = Standing(MONDAY + HOUR, replace(BASIC, status="paused"), story.usage, 0, 0, 0)
    assert StatusSet(None, "paused") in explained(story, told).writing


def test_an_end_that_was_not_told_drops_the_wait_all_the_same(rulebook: Rulebook) -> None:
    """Nobody keeps when a conversation ended: its last message is unanswered, and nothing is owed."""
    story = Story(rulebook, BASIC)
    story.wrote(1, MONDAY, "member")
    told = Standing(MONDAY + HOUR, replace(BASIC, status="ended"), without_wait(story.usage), 1, 0, 0)
    assert explained(story, told).reply == [StatusSet(None, "ended"), NothingOwed()]


def test_what_the_past_does_not_explain_is_said(rulebook: Rulebook) -> None:
    """The stored state holds; each value that does not follow is named. A live chat may be known only by its end."""
    story = Story(rulebook, LIGHT, known_from=MONDAY)
    story.wrote(1, MONDAY, "mentor")
    story.wrote(2, SATURDAY, "member")
    standing = _standing(
        story,
        SATURDAY,
        windows_used=1,
        week=story.usage.week or standing_week(rulebook),
        window_ends_at=SATURDAY + HOUR,
        live_until=SATURDAY + MINUTE,
        due_at=SATURDAY + DAY,
        waiting_since=SATURDAY - 1,
    )
    explanation = explained(story, standing)
    stated = [*explanation.writing, *explanation.reply]
    assert {step.field for step in stated if isinstance(step, Unexplained)} == {
        "window_ends_at",
        "windows_left",
        "waiting_since",
        "due_at",
    }
    assert AgainstRules(2, instant.text(SATURDAY), "closed") in stated
    assert LiveChat(None, instant.text(SATURDAY + MINUTE)) in stated
    assert stated.count(Beginning(instant.text(MONDAY))) == 2
    assert explanation.state.window_ends_at == SATURDAY + HOUR
    said = [one.sentence for one in told(explanation, "en", "Europe/Oslo")]
    assert "The deadline does not follow from what is kept of the past; what the store says holds." in said
    assert "A live chat is running until Saturday 10 January 12:01." in said
    video = Story(rulebook, replace(LIGHT, plan="video"))
    counted = _standing(video, MONDAY, week=standing_week(rulebook), messages_used=3)
    assert Unexplained("messages_left", 7) in explained(video, counted).writing


@pytest.mark.parametrize(
    ("plan", "field", "used", "sentence"),
    [
        (
            "light",
            "windows_used",
            UsedElsewhere(windows=1),
            "Windows of this week that were used with another mentor count here too: 1.",
        ),
        (
            "video",
            "messages_used",
            UsedElsewhere(messages=1),
            "Messages of this week that were used with another mentor count here too: 1.",
        ),
    ],
)
def test_what_was_used_with_another_mentor_is_told_apart_from_what_was_used_here(
    rulebook: Rulebook, plan: str, field: str, used: UsedElsewhere, sentence: str
) -> None:
    """Only the difference; where the log is not whole, it may be this conversation's own, and is unexplained."""
    for known_from, told_so in ((0, True), (MONDAY - DAY, False)):
        story = Story(rulebook, replace(LIGHT, plan=plan), known_from=known_from)
        story.counts_elsewhere = True
        story.wrote(1, MONDAY, "member")
        assert getattr(story.usage, field) == 1
        explanation = explained(story, _standing(story, MONDAY + HOUR, **{field: 2}))
        assert (used in explanation.writing) == told_so
        assert (sentence in _english(explanation, "writing")) == told_so
        assert any(isinstance(step, Unexplained) for step in explanation.writing) != told_so


def standing_week(rulebook: Rulebook) -> int:
    return rulebook.calendar("Europe/Oslo", "").week_of(MONDAY)


def test_a_wait_that_began_before_what_is_known(rulebook: Rulebook) -> None:
    story = Story(rulebook, BASIC, usage=Usage(waiting_since=MONDAY - HOUR), known_from=MONDAY)
    assert explained(story, _standing(story, MONDAY)).reply[1] == WaitBegan(None, instant.text(MONDAY - HOUR))
    story.wrote(2, MONDAY, "member")
    known = Standing(MONDAY, BASIC, replace(story.usage), 0, 0, 0)
    assert explained(story, known).reply[-1] == AnswerDue(instant.text(MONDAY + DAY), overdue=False)
    lost = Story(rulebook, BASIC)
    assert explained(lost, known).reply[0] == WaitBegan(None, instant.text(MONDAY - HOUR))


def test_a_longer_live_chat_keeps_its_beginning(rulebook: Rulebook) -> None:
    story = Story(rulebook, BASIC)
    story.went_live(SATURDAY, SATURDAY + HOUR)
    story.went_live(SATURDAY + MINUTE, SATURDAY + 2 * HOUR)
    steps = explained(story, _standing(story, SATURDAY + HOUR)).writing
    assert LiveChat(instant.text(SATURDAY), instant.text(SATURDAY + 2 * HOUR)) in steps


def test_dates_are_local(rulebook: Rulebook) -> None:
    """A deadline in Kathmandu is said in Kathmandu's time."""
    story = Story(rulebook, replace(BASIC, zone="Asia/Kathmandu"))
    story.wrote(1, MONDAY, "member")
    [*_, due] = told(explained(story, _standing(story, MONDAY)), "da", "Asia/Kathmandu")
    assert due == Told(
        "reply", "Mentoren skal svare inden tirsdag den 6. januar 13:45.", AnswerDue("2026-01-06T08:00:00.000Z", False)
    )
    assert date(2026, 1, 6).weekday() == 1


def test_what_has_ended_on_a_plan_that_is_gone() -> None:
    """It is said that it has ended; there are no values of the plan to tell."""
    ended = replace(LIGHT, plan="gold", zone="localtime", holidays="XX", status="ended")
    story = Story(_book(), ended)
    said = explained(story, _standing(story, FRIDAY))
    assert said.writing == [StatusSet(None, "ended"), WritingClosed("ended", None)]
    assert said.reply[-1] == NothingOwed()
    with pytest.raises(UnjudgeableError):
        explained(story, replace(_standing(story, FRIDAY), settings=replace(ended, status="open")))


def test_what_ends_no_wait(rulebook: Rulebook) -> None:
    """A mentor's later message that was written before the wait began; an acknowledgement where nothing waits."""
    story = Story(rulebook, BASIC)
    story.acknowledged(1, MONDAY)
    assert explained(story, _standing(story, MONDAY)).reply == [NothingOwed()]
    story.wrote(2, MONDAY + HOUR, "member")
    story.wrote(3, MONDAY + 2 * HOUR, "mentor", written_at=MONDAY)
    assert story.usage.waiting_since == MONDAY + HOUR
