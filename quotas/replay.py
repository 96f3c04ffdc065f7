"""Timelines: the rules as data. One line in, one line out. Source: domain.md "Timelines: the rules as data"."""

from collections.abc import AsyncIterator, Iterable
from typing import Annotated, Any, Literal, assert_never

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import asdict, replace

from quotas import instant
from quotas.admission import Answered, Denied, admit_member, writing_state
from quotas.explain import explained
from quotas.ledger.base import Again, Ledger, Post, Posted, PostResult, Refused, Reused, Stale, Unknown, posted
from quotas.phrases import Language
from quotas.plans import holidays_problem
from quotas.sentences import Told, told
from quotas.standing import Settings, Standing, Writer
from quotas.store.errors import StoreError
from quotas.story import Story
from quotas.terms import Rulebook, Terms, UnjudgeableError
from quotas.zones import zone_problem

Name = Annotated[str, Meta(min_length=1, max_length=64)]


class TimelineError(ValueError):
    """A line that cannot be applied; the sentence names its number. Nothing after it is applied."""


class Line(Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag=str.lower):
    """What every line says: when, and in which conversation."""

    at: str
    conversation: Name


class Open(Line, frozen=True):
    """A conversation begins. Zone and holidays default to the policy's."""

    plan: str
    zone: str | None = None
    holidays: str | None = None


class Member(Line, frozen=True):
    """The member tries to write."""


class Mentor(Line, frozen=True):
    """The mentor writes."""


class Check(Line, frozen=True):
    """What would the member get?"""


class ChangePlan(Line, frozen=True, tag="plan"):
    """The member's plan changes."""

    plan: str


class Live(Line, frozen=True):
    """A live chat starts and lasts `minutes`."""

    minutes: Annotated[int, Meta(ge=1, le=24 * 60)]


class Pause(Line, frozen=True):
    """The conversation is paused."""


class Resume(Line, frozen=True):
    """The pause ends."""


class End(Line, frozen=True):
    """The conversation ends, for good."""


AnyLine = Open | Member | Mentor | Check | ChangePlan | Live | Pause | Resume | End


class AnsweredOut(Struct, frozen=True):
    """The wait that a mentor's message ended."""

    waited_ms: int
    late: bool


class Outcome(Struct, frozen=True):
    """What a line did, and the state after it. Instants are RFC 3339 in UTC."""

    at: str
    conversation: str
    do: str
    outcome: Literal["ok", "admitted", "refused"]
    reason: str | None
    opens_at: str | None
    window_ends_at: str | None
    windows_left: int | None
    messages_left: int | None
    waiting_since: str | None
    reply_due_at: str | None
    answered: AnsweredOut | None


class ExplainedOutcome(Outcome, frozen=True):
    """An outcome with the steps that led to the state after it."""

    why: list[Told]


LOST = "the ledger has lost the conversation"

_decoder = msgspec.json.Decoder(AnyLine)


async def replay(
    lines: Iterable[bytes], rulebook: Rulebook, ledger: Ledger, *, explain: Language | None = None
) -> AsyncIterator[Outcome]:
    """Apply a timeline, line by line; blank lines are passed over. Raises TimelineError at the first bad line.

    With `explain` every outcome is an ExplainedOutcome in that language.
    """
    player = _Player(rulebook, ledger, explain)
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield await player.apply(_decoder.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise TimelineError(f"line {number}: {_problem(error)}") from None
        except (ValueError, UnjudgeableError) as error:
            raise TimelineError(f"line {number}: {error}") from None


def _problem(error: Exception) -> str:
    text = str(error) if not isinstance(error, RecursionError) else "nested too deeply"
    return text.replace("`$.", "`")


class _Player:
    """Applies lines in order and remembers how each conversation stands, as the terms need it."""

    def __init__(self, rulebook: Rulebook, ledger: Ledger, explain: Language | None) -> None:
        self._rulebook = rulebook
        self._ledger = ledger
        self._explain = explain
        self._stories: dict[str, Story] = {}
        self._standings: dict[str, Standing] = {}
        self._known_terms: dict[str, tuple[Settings, Terms]] = {}
        self._last = instant.EARLIEST

    async def apply(self, line: AnyLine) -> Outcome:
        at = instant.parse(line.at)
        if at < self._last:
            raise ValueError(
                f"`at` is before {instant.text(self._last)}, where an earlier line stands: keep time order"
            )
        known = line.conversation in self._standings
        if known and isinstance(line, Open):
            raise ValueError(f"conversation {line.conversation!r} is open already")
        if not known and not isinstance(line, Open):
            raise ValueError(f"conversation {line.conversation!r} was not opened")
        outcome = await self._applied(line, at)
        self._last = at
        return outcome

    async def _applied(self, line: AnyLine, at: int) -> Outcome:
        match line:
            case Open() | ChangePlan() | Pause() | Resume() | End():
                standing = await self._ledger.configure(line.conversation, self._changed(line), at=at)
                if self._explain:
                    self._story(line, standing).changed(at, standing.settings)
                return self._outcome(line, standing, "ok")
            case Live():
                live = _found(await self._ledger.start_live(line.conversation, line.minutes * instant.MINUTE, at=at))
                if self._explain:
                    self._story(line, live).went_live(at, live.usage.live_until)
                return self._outcome(line, live, "ok")
            case Check():
                return await self._checked(line, at)
            case Member():
                return await self._posted(line, at, "member")
            case Mentor():
                return await self._posted(line, at, "mentor")
            case _:
                assert_never(line)

    def _story(self, line: AnyLine, standing: Standing) -> Story:
        return self._stories.setdefault(line.conversation, Story(self._rulebook, standing.settings))

    def _changed(self, line: Open | ChangePlan | Pause | Resume | End) -> Settings:
        """The settings that the line asks for, with the next revision."""
        if isinstance(line, Open):
            return self._opened(line)
        settings = self._standings[line.conversation].settings
        revision = settings.revision + 1
        match line:
            case ChangePlan():
                self._rulebook.plan(line.plan)
                return replace(settings, plan=line.plan, revision=revision)
            case Pause():
                return replace(settings, status="paused", revision=revision)
            case Resume():
                return replace(settings, status="open", revision=revision)
            case End():
                return replace(settings, status="ended", revision=revision)
            case _:
                assert_never(line)

    def _opened(self, line: Open) -> Settings:
        calendar = self._rulebook.policy.calendar
        zone = calendar.zone if line.zone is None else line.zone
        holidays = calendar.holidays if line.holidays is None else line.holidays
        self._rulebook.plan(line.plan)
        if problem := zone_problem(zone):
            raise ValueError(f"`zone`: {problem}")
        if problem := holidays_problem(holidays):
            raise ValueError(f"`holidays`: {problem}")
        return Settings("member", "mentor", line.plan, zone, holidays)

    async def _checked(self, line: AnyLine, at: int) -> Outcome:
        standing = _found(await self._ledger.standing(line.conversation, at=at))
        decision = admit_member(standing.settings.status, standing.usage, self._terms(line.conversation, standing), at)
        if isinstance(decision, Denied):
            return self._outcome(line, standing, "refused", decision)
        return self._outcome(line, standing, "admitted")

    async def _posted(self, line: AnyLine, at: int, writer: Writer) -> Outcome:
        standing = replace(self._standings[line.conversation], now=at)
        post = Post(line.conversation, writer, "", b"", b"{}", "replay")
        result = await self._post(post, standing, at)
        while isinstance(result, Stale):
            standing = result.standing
            result = await self._post(post, standing, at)
        match result:
            case Posted(seq=seq, usage=usage, answered=answered):
                if self._explain:
                    self._story(line, standing).wrote(seq, at, writer)
                return self._outcome(line, replace(standing, usage=usage, now=at), "admitted", answered=answered)
            case Refused(reason=reason, opens_at=opens_at, usage=usage):
                return self._outcome(line, replace(standing, usage=usage, now=at), "refused", Denied(reason, opens_at))
            case Again() | Reused() | Unknown():
                raise StoreError(LOST)
            case _:
                assert_never(result)

    async def _post(self, post: Post, standing: Standing, at: int) -> PostResult:
        return await posted(self._ledger, post, standing.settings, self._terms(post.conversation, standing), at=at)

    def _terms(self, conversation: str, standing: Standing) -> Terms:
        """The terms that hold at the standing's `now`: those of the line before, where they still do."""
        settings, terms = self._known_terms.get(conversation, (None, None))
        if terms is None or settings != standing.settings or not terms.hold(standing.now, standing.usage.live_until):
            terms = standing.terms(self._rulebook)
            self._known_terms[conversation] = standing.settings, terms
        return terms

    def _outcome(
        self,
        line: AnyLine,
        standing: Standing,
        outcome: Literal["ok", "admitted", "refused"],
        denied: Denied | None = None,
        answered: Answered | None = None,
    ) -> Outcome:
        self._standings[line.conversation] = standing
        usage = standing.usage
        state = writing_state(standing.settings.status, usage, self._terms(line.conversation, standing), standing.now)
        made = Outcome(
            at=instant.text(standing.now),
            conversation=line.conversation,
            do=_word(line),
            outcome=outcome,
            reason=denied.reason if denied else None,
            opens_at=instant.text_or_none(denied.opens_at) if denied else None,
            window_ends_at=instant.text_or_none(state.window_ends_at),
            windows_left=state.windows_left,
            messages_left=state.messages_left,
            waiting_since=instant.text_or_none(usage.waiting_since),
            reply_due_at=instant.text_or_none(usage.due_at),
            answered=AnsweredOut(answered.waited, answered.late) if answered else None,
        )
        if self._explain is None:
            return made
        explanation = explained(self._story(line, standing), standing)
        return ExplainedOutcome(**asdict(made), why=told(explanation, self._explain, standing.settings.zone))


def _found(standing: Standing | None) -> Standing:
    if standing is None:
        raise StoreError(LOST)
    return standing


def _word(line: AnyLine) -> str:
    tag: Any = line.__struct_config__.tag
    return str(tag)
