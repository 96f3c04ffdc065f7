"""Timelines: the rules as data, and every bad line named by its number."""

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis

from quotas.ledger.base import Ledger
from quotas.ledger.memory import MemoryLedger
from quotas.policy_file import builtin_policy
from quotas.replay import TimelineError, replay
from quotas.store.errors import StoreError
from quotas.terms import Rulebook
from quotas.timeline import ExplainedOutcome, Outcome
from tests.quotas.equality import timeline
from tests.quotas.ledgers import ledger_at
from tests.quotas.moments import bounded

EXAMPLES = Path(__file__).parent / "examples"
OPENED = {"at": "2026-01-05T08:00:00+01:00", "conversation": "c", "do": "open", "plan": "light"}


async def _outcomes(lines: Iterable[bytes], ledger: Ledger, rulebook: Rulebook) -> list[Outcome]:
    return [outcome async for outcome in replay(lines, rulebook, ledger)]


def _line(**fields: object) -> bytes:
    """A line one hour after the conversation `c` was opened, unless told otherwise."""
    return json.dumps({"at": "2026-01-05T09:00:00+01:00", "conversation": "c", **fields}).encode()


@pytest.mark.parametrize("of", ["", "sessions_"], ids=["writing", "sessions"])
async def test_the_examples_are_answered_exactly(ledger: Ledger, rulebook: Rulebook, of: str) -> None:
    """In the order of their fields; those of writing alone say nothing of sessions."""
    with (EXAMPLES / f"{of}timeline.jsonl").open("rb") as lines:
        outcomes = [msgspec.to_builtins(outcome) for outcome in await _outcomes(lines, ledger, rulebook)]
    expected = (EXAMPLES / f"{of}expected.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(outcomes) == len(expected)
    for outcome, line in zip(outcomes, expected, strict=True):
        assert json.dumps({name: outcome[name] for name in json.loads(line)}) == line
    if of:
        assert list(outcomes[0]) == list(json.loads(expected[0]))


async def test_random_timelines_have_the_same_outcomes_on_both_ledgers(store_url: str, rulebook: Rulebook) -> None:
    lines = await timeline(seed=2, lines=1_500)
    async with ledger_at(store_url) as ledger:
        assert await _outcomes(lines, ledger, rulebook) == await _outcomes(lines, MemoryLedger(lambda: 0), rulebook)


async def test_check_and_post_always_agree(rulebook: Rulebook) -> None:
    """In a random timeline every attempt of the member is preceded by a check at the same instant."""
    lines = [msgspec.json.decode(line) for line in await timeline(seed=3, lines=4_000)]
    asked = [
        line | {"do": do} for line in lines for do in {"member": ("check", "member")}.get(line["do"], (line["do"],))
    ]
    outcomes = await _outcomes(map(msgspec.json.encode, asked), MemoryLedger(lambda: 0), rulebook)
    pairs = [(check, post) for check, post in zip(outcomes, outcomes[1:], strict=False) if post.do == "member"]
    assert {post.outcome for _, post in pairs} == {"admitted", "refused"}
    for check, post in pairs:
        assert (check.outcome, check.reason, check.opens_at) == (post.outcome, post.reason, post.opens_at)


async def test_zone_and_holidays_default_to_the_policy(rulebook: Rulebook) -> None:
    in_utc = msgspec.structs.replace(
        builtin_policy(), calendar=msgspec.structs.replace(rulebook.policy.calendar, zone="UTC", holidays="NO")
    )
    lines = [
        _line(do="open", plan="basic", at="2026-04-02T21:59:00Z"),
        _line(do="open", plan="basic", conversation="d", zone="Europe/Oslo", holidays="", at="2026-04-02T21:59:00Z"),
        _line(do="check", at="2026-04-02T22:00:00Z"),
        _line(do="check", conversation="d", at="2026-04-02T22:00:00Z"),
    ]
    *_, named_none, other = await _outcomes(lines, MemoryLedger(lambda: 0), Rulebook(in_utc))
    assert (named_none.reason, named_none.opens_at) == ("closed", "2026-04-07T00:00:00.000Z")
    assert other.outcome == "admitted"


async def test_blank_lines_are_passed_over_but_counted(rulebook: Rulebook) -> None:
    lines = [b"\n", json.dumps(OPENED).encode(), b"  \r\n", b"{"]
    with pytest.raises(TimelineError, match="line 4: "):
        await _outcomes(lines, MemoryLedger(lambda: 0), rulebook)


async def test_pause_and_resume_leave_an_ended_conversation_ended(ledger: Ledger, rulebook: Rulebook) -> None:
    lines = [json.dumps(OPENED).encode(), *(_line(do=do) for do in ("member", "pause", "end", "resume", "pause"))]
    outcomes = await _outcomes([*lines, _line(do="mentor"), _line(do="check")], ledger, rulebook)
    assert [outcome.reason for outcome in outcomes[-2:]] == ["ended", "ended"]
    assert [outcome.waiting_since is None for outcome in outcomes] == [True, False, False, *[True] * 5]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"{", "truncated"),
        (b"[]", "Expected `object`, got `array`"),
        (b"\xff\xfe", "malformed"),
        (b'{"do": "member", "conversation": "\xff"}', "can't decode byte 0xff"),
        (b'{"at": ' + b"[" * 100_000, "nested too deeply"),
        (_line(), "missing required field `do`"),
        (_line(do="shout"), "Invalid value 'shout' - at `do`"),
        (_line(do="member", text="hi"), "unknown field `text`"),
        (_line(do="member", at=None), "Expected `str`, got `null` - at `at`"),
        (_line(do="member", at="2026-01-05"), "'2026-01-05' is not an RFC 3339 date-time"),
        (_line(do="member", at="2026-01-05T09:00:00"), "has no UTC offset"),
        (_line(do="member", at="1970-01-01T00:00:00Z"), "is outside"),
        (_line(do="member", at="2026-01-05T06:59:59.999Z"), "`at` is before 2026-01-05T07:00:00.000Z"),
        (_line(do="member", conversation="d"), "conversation 'd' was not opened"),
        (_line(do="member", conversation=""), "Expected `str` of length >= 1 - at `conversation`"),
        (_line(do="open", plan="light"), "conversation 'c' is open already"),
        (_line(do="open", conversation="d"), "missing required field `plan`"),
        (_line(do="open", conversation="d", plan="gold"), "no plan 'gold'; it has basic, guest, light"),
        (_line(do="open", conversation="d", plan="light", zone="Oslo"), "`zone`: 'Oslo' is no IANA time zone"),
        (_line(do="open", conversation="d", plan="light", holidays="Norway"), "`holidays`: 'Norway' has no holiday"),
        (_line(do="open", conversation="d", plan="live", subscription_from="soon"), "'soon' is no date such as"),
        (_line(do="open", conversation="d", plan="live", subscription_from="2026-01-06"), "2026-01-06 lies ahead of"),
        (_line(do="plan", plan="gold"), "no plan 'gold'"),
        (_line(do="plan"), "missing required field `plan`"),
        (_line(do="live"), "missing required field `minutes`"),
        (_line(do="live", minutes=0), "Expected `int` >= 1 - at `minutes`"),
        (_line(do="live", minutes=1441), "Expected `int` <= 1440 - at `minutes`"),
        (_line(do="live", minutes=1.5), "Expected `int`"),
    ],
)
async def test_a_bad_line_is_named_by_its_number_and_nothing_after_it_is_applied(
    line: bytes, problem: str, rulebook: Rulebook
) -> None:
    ledger = MemoryLedger(lambda: 0)
    outcomes: list[Outcome] = []
    with pytest.raises(TimelineError) as error:
        async for outcome in replay([json.dumps(OPENED).encode(), line, _line(do="member")], rulebook, ledger):
            outcomes.append(outcome)
    assert str(error.value).startswith("line 2: ")
    assert problem in str(error.value)
    assert [outcome.do for outcome in outcomes] == ["open"]
    standing = await ledger.standing("c", at=1)
    assert standing is not None
    assert standing.last_seq == 0
    assert await ledger.conversations_of("c:member") == ["c"]


@bounded
@given(st.binary(max_size=60).filter(bytes.strip))
def test_no_bytes_do_more_than_raise_a_timeline_error(line: bytes) -> None:
    with pytest.raises(TimelineError, match="line 1: "):
        asyncio.run(_outcomes([line], MemoryLedger(lambda: 0), Rulebook(builtin_policy())))


@pytest.mark.parametrize("do", ["member", "check", "live"])
async def test_a_store_that_lost_the_conversation_is_a_fault(valkey_url: str, rulebook: Rulebook, do: str) -> None:
    async with ledger_at(valkey_url) as ledger:
        line = _line(do=do, minutes=30) if do == "live" else _line(do=do)
        lines = replay([json.dumps(OPENED).encode(), line], rulebook, ledger)
        await anext(lines)
        with Redis.from_url(valkey_url) as store:
            store.flushall()
        with pytest.raises(StoreError, match="has lost the conversation"):
            await anext(lines)


async def test_a_conversation_in_other_hands_meanwhile_is_read_anew(valkey_url: str, rulebook: Rulebook) -> None:
    """A live chat that someone else started makes the terms stale; the line is then applied on the new standing."""
    async with ledger_at(valkey_url) as ledger:
        lines = replay(
            [
                json.dumps(OPENED | {"at": "2026-01-10T08:00:00Z"}).encode(),
                _line(do="member", at="2026-01-10T08:10:00Z"),
            ],
            rulebook,
            ledger,
        )
        await anext(lines)
        await ledger.start_live("c", 1_800_000, at=1_768_032_000_000)
        assert (await anext(lines)).outcome == "admitted"


async def test_explained_outcomes_are_the_outcomes_with_why(rulebook: Rulebook) -> None:
    """On a random timeline nothing is left unexplained, and the last step about writing says the state."""
    lines = await timeline(seed=4, lines=1_000)
    plain = await _outcomes(lines, MemoryLedger(lambda: 0), rulebook)
    explained = replay(lines, rulebook, MemoryLedger(lambda: 0), explain="nb")
    steps = []
    for outcome in plain:
        with_why = await anext(explained)
        assert isinstance(with_why, ExplainedOutcome)
        said = msgspec.to_builtins(with_why)
        why = said.pop("why")
        assert said == msgspec.to_builtins(outcome)
        conclusion = [step["step"] for step in why if step["about"] == "writing"][-1]
        if outcome.outcome == "refused" and outcome.do == "member":
            assert (conclusion["reason"], conclusion["opens_at"]) == (outcome.reason, outcome.opens_at)
        assert [step["step"] for step in why][-1].get("due_at") == outcome.reply_due_at
        steps += [step["step"]["kind"] for step in why]
    assert not {"unexplained", "against_rules", "beginning"} & set(steps)
    assert {"window_opened", "deadline_moved", "live_chat", "status_set", "plan_changed"} <= set(steps)


async def test_a_booked_live_chat_is_explained(rulebook: Rulebook) -> None:
    """Outcomes with sessions are the same with `why`; on a Sunday writing is open because of the chat."""
    lines = (EXAMPLES / "sessions_timeline.jsonl").read_bytes().splitlines()
    plain = await _outcomes(lines, MemoryLedger(lambda: 0), rulebook)
    kinds, sentences = set(), set()
    explained = replay(lines, rulebook, MemoryLedger(lambda: 0), explain="en")
    for outcome in plain:
        with_why = await anext(explained)
        assert isinstance(with_why, ExplainedOutcome)
        said = msgspec.to_builtins(with_why)
        why = said.pop("why")
        kinds |= {step["step"]["kind"] for step in why}
        sentences |= {step["sentence"] for step in why}
        assert said == msgspec.to_builtins(outcome)
    assert not {"unexplained", "against_rules"} & kinds
    assert "Writing is open: a live chat is running until Sunday 8 February 18:30." in sentences
