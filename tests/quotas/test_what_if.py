"""Two policies beside each other on recorded traffic: each decides as a ledger does that knows no other."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date

import msgspec
from msgspec.structs import astuple, replace

from quotas import instant
from quotas.instant import DAY, HOUR, LATEST, MINUTE
from quotas.ledger.memory import MemoryLedger
from quotas.plans import Always, Messages, Plan, ReplyPromise, Windows
from quotas.policy_file import builtin_policy
from quotas.replay import replay
from quotas.terms import BookedChat, Rulebook
from quotas.timeline import Outcome
from quotas.what_if import Deed, PastConversation, PolicyFigures, WhatIf, WhatIfFigures, WhatIfLine, summed
from tests.quotas.equality import timeline
from tests.quotas.moments import oslo

LINES = 6_000
BY_STATUS = {"paused", "ended", "suspended"}
MONDAY, FRIDAY = oslo("2026-01-05T09:00:00"), oslo("2026-01-09T18:00:00")
BUILTIN = Rulebook(builtin_policy())


def with_plans(**plans: Plan) -> Rulebook:
    """The built-in policy with other plans."""
    policy = builtin_policy()
    return Rulebook(replace(policy, plans=policy.plans | plans))


STRICTER = with_plans(
    light=Plan(Messages(per_week=3), ReplyPromise(target_hours=8)),
    basic=Plan(Windows(per_week=1, hours=30, weekend="cut"), ReplyPromise(target_hours=24, since="first")),
    live=Plan(Windows(per_week=3, hours=6), ReplyPromise(target_hours=2, clock="continuous")),
    video=Plan(Always()),
)


def told(
    new: Rulebook,
    *members: Sequence[PastConversation],
    today: Rulebook = BUILTIN,
    since: int = 0,
    until: int = LATEST,
    upto: int = LATEST,
) -> WhatIfFigures:
    """What both policies make of it."""
    what_if = WhatIf(today, new, since=since, until=until, upto=upto)
    for pasts in members:
        what_if.tell(pasts)
    return what_if.figures()


def past(plan: str, *deeds: tuple[int, Deed], id: str = "c", follows: str | None = None) -> PastConversation:
    """A conversation in Oslo."""
    shared = "trial" if plan == "trial" else ""
    return PastConversation(id, "Europe/Oslo", "", [(0, plan)], deeds, follows=follows, shared_plan=shared)


class Recorded:
    """What a timeline leaves on record, and what the ledger made of it, counted line by line."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook
        self._places: dict[str, tuple[str, str]] = {}
        self.plans: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        self.deeds: defaultdict[str, list[tuple[int, Deed]]] = defaultdict(list)
        self._chats: defaultdict[str, list[BookedChat]] = defaultdict(list)
        self.counts: defaultdict[tuple[str, date], Counter[str]] = defaultdict(Counter)
        self._waits: dict[str, tuple[tuple[str, date], str | None]] = {}
        self._window_ends: dict[str, str | None] = {}

    def note(self, line: dict[str, str], outcome: Outcome) -> None:
        """One line of the timeline."""
        id, at = outcome.conversation, instant.parse(outcome.at)
        match outcome.do:
            case "open":
                self._places[id] = line["zone"], line["holidays"]
                self.plans[id].append((at, line["plan"]))
            case "plan":
                self.plans[id].append((at, line["plan"]))
            case "live":
                before = [replace(chat, ends_at=min(chat.ends_at, at)) for chat in self._chats[id]]
                ends_at = at + int(line["minutes"]) * MINUTE
                self._chats[id] = [*before, BookedChat(at, ends_at, ends_at)]
            case "end":
                self.deeds[id].append((at, "closed"))
                self._ended(id, at)
            case "member":
                self._tried(id, at, outcome)
            case "mentor" if outcome.outcome == "admitted":
                self.deeds[id].append((at, "answered"))
                if outcome.answered:
                    cell, due_at = self._waits.pop(id)
                    if due_at:
                        self.counts[cell]["missed" if outcome.answered.late else "met"] += 1
        if id in self._waits:
            self._waits[id] = self._waits[id][0], outcome.reply_due_at

    def _tried(self, id: str, at: int, outcome: Outcome) -> None:
        calendar = self._rulebook.calendar(*self._places[id])
        cell = self.plans[id][-1][1], date.fromordinal(calendar.week_of(at) * 7 + 1)
        counts = self.counts[cell]
        counts["tried"] += 1
        if outcome.outcome == "refused":
            counts["refused"] += 1
            self.deeds[id].append((at, "shut" if outcome.reason in BY_STATUS else "refused"))
            return
        self.deeds[id].append((at, "wrote"))
        if outcome.window_ends_at and outcome.window_ends_at != self._window_ends.get(id):
            self._window_ends[id] = outcome.window_ends_at
            counts["windows"] += 1
        self._waits.setdefault(id, (cell, None))

    def _ended(self, id: str, at: int, *, left: bool = False) -> None:
        """A wait that nobody answers any more; or has not answered yet."""
        if wait := self._waits.pop(id, None):
            cell, due_at = wait
            is_missed = due_at is not None and instant.parse(due_at) < at
            if is_missed or left:
                self.counts[cell]["missed" if is_missed else "open"] += 1

    def leave(self, at: int) -> None:
        """Nothing comes any more."""
        for id in list(self._waits):
            self._ended(id, at, left=True)

    def pasts(self) -> list[PastConversation]:
        """Each by itself."""
        return [
            PastConversation(id, *place, self.plans[id], self.deeds[id], self._chats[id])
            for id, place in self._places.items()
        ]

    def figures(self, cell: tuple[str, date]) -> PolicyFigures:
        """Of a plan in a week."""
        return PolicyFigures(*(self.counts[cell][name] for name in PolicyFigures.__struct_fields__))


def one_at_a_time(lines: Sequence[bytes]) -> list[bytes]:
    """Without what happens in a conversation in the same ms as something before: what came first, no record says."""
    seen, kept = set(), []
    for line in lines:
        said = msgspec.json.decode(line)
        if (place := (said["conversation"], said["at"])) not in seen:
            seen.add(place)
            kept.append(line)
    return kept


async def recorded(rulebook: Rulebook, lines: Sequence[bytes]) -> Recorded:
    """The timeline, lived by a policy."""
    record = Recorded(rulebook)
    number = 0
    async for outcome in replay(lines, rulebook, MemoryLedger(lambda: 0)):
        record.note(msgspec.json.decode(lines[number]), outcome)
        number += 1
    record.leave(instant.parse(msgspec.json.decode(lines[-1])["at"]))
    return record


async def test_each_policy_decides_as_the_ledger_does() -> None:
    """Random lives in zones whose clocks change, with plans that change, live chats, pauses and ends."""
    lines = one_at_a_time(await timeline(seed=14, lines=LINES))
    today, other = await recorded(BUILTIN, lines), await recorded(STRICTER, lines)
    upto = instant.parse(msgspec.json.decode(lines[-1])["at"])
    figures = told(STRICTER, *([each] for each in today.pasts()), upto=upto)
    assert figures.unlike_record == 0
    assert figures.unjudged == {}
    assert {(line.plan, line.week) for line in figures.lines} == today.counts.keys() == other.counts.keys()
    for line in figures.lines:
        cell = line.plan, line.week
        assert line.tried == today.counts[cell]["tried"]
        assert line.today == today.figures(cell), cell
        assert line.new == other.figures(cell), cell
        assert line.newly_refused - line.newly_admitted == line.new.refused - line.today.refused
    total = figures.total
    assert min(total.newly_refused, total.newly_admitted, *astuple(total.today), *astuple(total.new)) > 0


def test_what_was_refused_is_let_in_and_is_owed_an_answer() -> None:
    """A light member's third window of a week: a plan with three opens it, and the mentor's next message answers."""
    light = [MONDAY, MONDAY + 2 * DAY, MONDAY + 3 * DAY + HOUR]
    deeds: list[tuple[int, Deed]] = [(light[0], "wrote"), (light[0] + HOUR, "answered"), (light[1], "wrote")]
    deeds += [(light[1] + HOUR, "answered"), (light[2], "refused"), (light[2] + 30 * HOUR, "answered")]
    new = with_plans(light=Plan(Windows(per_week=3), ReplyPromise(target_hours=24)))
    [line] = told(new, [past("light", *deeds)]).lines
    assert line == WhatIfLine(
        plan="light",
        week=date(2026, 1, 5),
        tried=3,
        today=PolicyFigures(refused=1, windows=2, met=2, missed=0, open=0),
        new=PolicyFigures(refused=0, windows=3, met=2, missed=1, open=0),
        newly_refused=0,
        newly_admitted=1,
    )


def test_only_the_range_counts_and_what_reaches_into_it_is_known() -> None:
    """A window of before lets a message in, and a wait that began in the range may be answered after it."""
    deeds: list[tuple[int, Deed]] = [
        (MONDAY, "wrote"),
        (MONDAY + HOUR, "answered"),
        (MONDAY + 20 * HOUR, "wrote"),
        (MONDAY + 2 * DAY, "wrote"),
        (MONDAY + 2 * DAY + HOUR, "answered"),
    ]
    figures = told(
        BUILTIN, [past("light", *deeds)], since=MONDAY + 10 * HOUR, until=MONDAY + DAY, upto=MONDAY + 9 * DAY
    )
    [line] = figures.lines
    assert (line.tried, line.today) == (1, PolicyFigures(refused=0, windows=0, met=0, missed=1, open=0))


def test_a_wait_is_open_while_its_deadline_is_to_come() -> None:
    """After it, it is missed; and one that was dropped before it is neither."""
    here = past("basic", (MONDAY, "wrote"))
    for hours, expected in ((23, (0, 1)), (25, (1, 0))):
        new = told(BUILTIN, [here], upto=MONDAY + hours * HOUR).total.new
        assert (new.missed, new.open) == expected
    for hours, expected in ((23, (0, 0)), (25, (1, 0))):
        dropped = past("basic", (MONDAY, "wrote"), (MONDAY + hours * HOUR, "closed"))
        new = told(BUILTIN, [dropped]).total.new
        assert (new.missed, new.open) == expected


def test_trials_share_their_windows_and_a_successor_brings_them_along() -> None:
    """Two windows a week for both trials together; and what was used with one mentor counts with the next."""
    one = past("trial", (MONDAY, "wrote"), (MONDAY + 2 * DAY, "refused"), id="one")
    two = past("trial", (MONDAY + HOUR, "wrote"), (MONDAY + 3 * DAY, "refused"), id="two")
    trials = with_plans(trial=Plan(Windows(per_week=2)))
    figures = told(trials, [one, two], today=trials)
    assert (figures.unlike_record, figures.total.new.windows, figures.total.new.refused) == (0, 2, 2)
    alone = told(trials, [one], [two], today=trials)
    assert (alone.unlike_record, alone.total.new.windows) == (2, 4)
    old = past("light", (MONDAY, "wrote"), (MONDAY + DAY, "closed"), id="old")
    deeds: list[tuple[int, Deed]] = [
        (MONDAY + DAY, "began"),
        (MONDAY + 2 * DAY, "wrote"),
        (MONDAY + 4 * DAY, "refused"),
    ]
    new = past("light", *deeds, id="new", follows="old")
    assert told(BUILTIN, [new, old]).unlike_record == 0
    assert told(BUILTIN, [new], [old]).unlike_record == 1


def test_what_one_policy_does_not_know_is_not_judged() -> None:
    """Nor does it open, spend or owe anything."""
    figures = told(
        BUILTIN, [past("gold", (MONDAY, "wrote"), (MONDAY + HOUR, "answered"))], today=with_plans(gold=Plan(Always()))
    )
    assert (figures.lines, figures.unjudged) == ([], {"gold": 1})
    assert figures.total == summed([])


def test_a_refusal_by_status_stays_one() -> None:
    """No plan lets anybody write in a paused conversation."""
    always = with_plans(light=Plan(Always()))
    total = told(always, [past("light", (FRIDAY, "shut"))]).total
    assert (total.tried, total.today.refused, total.new.refused, total.newly_admitted) == (1, 1, 1, 0)


def test_another_policy_of_then_is_told_of() -> None:
    """On a Saturday nobody on Light writes today; where somebody did, other rules held."""
    assert told(BUILTIN, [past("light", (FRIDAY + DAY, "wrote"))]).unlike_record == 1


def test_what_is_outside_the_range_counts_for_nothing() -> None:
    """Neither what both refuse before it, nor what none can judge, nor what comes after the last wait is over."""
    saturday = FRIDAY + DAY
    before = past("basic", (saturday, "refused"), (saturday + HOUR, "shut"))
    unknown = past("quick", (saturday, "wrote"), id="d")
    assert told(STRICTER, [before], [unknown], since=saturday + DAY) == told(STRICTER)
    later = past("basic", (MONDAY, "wrote"), (MONDAY + HOUR, "answered"), (MONDAY + 2 * DAY, "wrote"))
    [line] = told(BUILTIN, [later], until=MONDAY + DAY).lines
    assert (line.tried, line.today.met) == (1, 1)


def test_what_the_mentor_sends_later_answers_only_what_was_there_when_it_was_written() -> None:
    """The wait that began since goes on, and is missed; an older one is met, though more was written in between."""
    evening, morning = MONDAY + HOUR, MONDAY + 20 * HOUR
    asked = past("basic", (evening, "wrote"), (MONDAY + 30 * HOUR, "answered"))
    for written_at, met in ((evening - 1, False), (evening, False), (evening + 1, True)):
        sent = replace(asked, sent_later=[(morning, written_at)])
        new = told(BUILTIN, [sent], upto=MONDAY + 40 * HOUR).total.new
        assert (new.met, new.missed) == (met, not met)
    none = replace(past("basic"), sent_later=[(morning, evening)])
    assert told(BUILTIN, [none]).lines == []
