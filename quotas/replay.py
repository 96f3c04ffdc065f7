"""Timelines told to the rules: one line in, one line out. Source: domain.md and sessions.md, "Timelines"."""

from collections.abc import AsyncIterator, Iterable
from datetime import date
from typing import Literal, assert_never

import msgspec
from msgspec.structs import asdict, replace

from quotas import instant
from quotas.admission import Answered, Denied, admit_member, writing_state
from quotas.bookings import Booking, BookingKind, billable, counts, state_of
from quotas.explain import explained
from quotas.ledger.base import Again, Ledger, Post, Posted, PostRefused, PostResult, Reused, Stale, Unknown, posted
from quotas.phrases import Language
from quotas.plans import holidays_problem
from quotas.sentences import told
from quotas.session_book import SessionBook, SessionDone, SessionRefused, Subscriber, WantedBooking
from quotas.standing import ConversationSettings, Standing, Writer
from quotas.store.errors import StoreError
from quotas.story import Story
from quotas.terms import Rulebook, Terms, UnjudgeableError
from quotas.timeline import (
    AnsweredOut,
    AnyLine,
    AskCredits,
    BookLine,
    Cancel,
    ChangePlan,
    CheckLine,
    Correct,
    End,
    ExplainedOutcome,
    Finish,
    Join,
    Live,
    Member,
    Mentor,
    Move,
    NoShow,
    Open,
    Outcome,
    Pause,
    Resume,
    SessionLine,
    SessionOut,
    word_of,
)
from quotas.zones import zone_problem


class TimelineError(ValueError):
    """A line that cannot be applied; the sentence names its number. Nothing after it is applied."""


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
        self._known_terms: dict[str, tuple[ConversationSettings, Terms]] = {}
        self._sessions = SessionBook(rulebook)
        self._anchors: dict[str, date] = {}
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
                return await self._settled(line, at)
            case Live():
                return await self._went_live(line, at)
            case CheckLine():
                return await self._checked(line, at)
            case Member():
                return await self._posted(line, at, "member")
            case Mentor():
                return await self._posted(line, at, "mentor")
            case Correct():
                return await self._corrected(line, at)
            case AskCredits():
                return self._outcome(line, await self._standing(line, at), "ok")
            case _:
                return await self._session(line, at)

    async def _settled(self, line: Open | ChangePlan | Pause | Resume | End, at: int) -> Outcome:
        settings = self._changed(line)
        if isinstance(line, Open):
            self._anchors[line.conversation] = self._anchor(line, settings, at)
        elif isinstance(line, End):
            self._sessions.end(line.conversation, at)
            settings = replace(settings, chats=self._sessions.chats(line.conversation, at))
        standing = await self._ledger.configure(line.conversation, settings, at=at)
        if self._explain:
            self._story(line, standing).changed(at, standing.settings)
        return self._outcome(line, standing, "ok")

    async def _went_live(self, line: Live, at: int) -> Outcome:
        live = _found(await self._ledger.start_live(line.conversation, line.minutes * instant.MINUTE, at=at))
        if self._explain:
            self._story(line, live).went_live(at, live.usage.live_until)
        return self._outcome(line, live, "ok")

    async def _corrected(self, line: Correct, at: int) -> Outcome:
        standing = await self._standing(line, at)
        refusal = self._sessions.correct(self._subscriber(line, standing), line.units, line.reason, at)
        return self._outcome(line, standing, "refused" if refusal else "ok", reason=refusal)

    async def _standing(self, line: AnyLine, at: int) -> Standing:
        return _found(await self._ledger.standing(line.conversation, at=at))

    def _story(self, line: AnyLine, standing: Standing) -> Story:
        return self._stories.setdefault(line.conversation, Story(self._rulebook, standing.settings))

    def _changed(self, line: Open | ChangePlan | Pause | Resume | End) -> ConversationSettings:
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

    def _opened(self, line: Open) -> ConversationSettings:
        calendar = self._rulebook.policy.calendar
        zone = calendar.zone if line.zone is None else line.zone
        holidays = calendar.holidays if line.holidays is None else line.holidays
        self._rulebook.plan(line.plan)
        if problem := zone_problem(zone):
            raise ValueError(f"`zone`: {problem}")
        if problem := holidays_problem(holidays):
            raise ValueError(f"`holidays`: {problem}")
        own = line.conversation
        return ConversationSettings(
            line.member or f"{own}:member", line.mentor or f"{own}:mentor", line.plan, zone, holidays
        )

    def _anchor(self, line: Open, settings: ConversationSettings, at: int) -> date:
        """The local date on which the subscription began."""
        today = self._rulebook.calendar(settings.zone, settings.holidays).day_of(at)
        if line.subscription_from is None:
            return today
        try:
            anchor = date.fromisoformat(line.subscription_from)
        except ValueError:
            raise ValueError(f"`subscription_from`: {line.subscription_from!r} is no date such as 2026-01-31") from None
        if anchor > today:
            raise ValueError(f"`subscription_from`: {anchor} lies ahead of {today}, the day of `at`")
        return anchor

    def _subscriber(self, line: AnyLine, standing: Standing) -> Subscriber:
        return Subscriber(line.conversation, standing.settings, self._anchors[line.conversation])

    async def _session(self, line: SessionLine, at: int) -> Outcome:
        standing = await self._standing(line, at)
        result = self._done(line, self._subscriber(line, standing), at)
        chats = self._sessions.chats(line.conversation, at)
        if chats != standing.settings.chats:
            settings = replace(standing.settings, chats=chats, revision=standing.settings.revision + 1)
            standing = await self._ledger.configure(line.conversation, settings, at=at)
            if self._explain:
                self._story(line, standing).changed(at, standing.settings)
        about = instant.parse(line.start) if isinstance(line, BookLine) else at
        if isinstance(result, SessionDone):
            return self._outcome(line, standing, "ok", booking=result.booking, about=about)
        return self._outcome(line, standing, "refused", reason=result.reason, booking=result.booking, about=about)

    def _done(self, line: SessionLine, subscriber: Subscriber, at: int) -> SessionDone | SessionRefused:
        sessions, conversation = self._sessions, line.conversation
        match line:
            case BookLine(booking=id, service=service, minutes=minutes, price=price):
                wanted = WantedBooking(
                    id, conversation, service, instant.parse(line.start), minutes, _kind(line), price
                )
                return sessions.book(subscriber, wanted, "mentor", at)
            case Move(booking=id, by=by):
                return sessions.move(subscriber, id, instant.parse(line.start), by, at)
            case Cancel(booking=id, by=by):
                return sessions.cancel(subscriber, id, by, at)
            case Join(booking=id, by=by):
                return sessions.join(conversation, id, by, at)
            case Finish(booking=id):
                return sessions.finish(conversation, id, at)
            case NoShow(booking=id):
                return sessions.no_show(subscriber, id, at)
            case _:
                assert_never(line)

    async def _checked(self, line: AnyLine, at: int) -> Outcome:
        standing = await self._standing(line, at)
        decision = admit_member(standing.settings.status, standing.usage, self._terms(line.conversation, standing), at)
        if isinstance(decision, Denied):
            return self._outcome(line, standing, "refused", reason=decision.reason, opens_at=decision.opens_at)
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
                self._sessions.wrote(line.conversation, writer, at)
                return self._outcome(line, replace(standing, usage=usage, now=at), "admitted", answered=answered)
            case PostRefused(reason=reason, opens_at=opens_at, usage=usage):
                standing = replace(standing, usage=usage, now=at)
                return self._outcome(line, standing, "refused", reason=reason, opens_at=opens_at)
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
        *,
        reason: str | None = None,
        opens_at: int = 0,
        answered: Answered | None = None,
        booking: Booking | None = None,
        about: int = 0,
    ) -> Outcome:
        """`about` is the instant whose period is told of; 0 for that of the line."""
        self._standings[line.conversation] = standing
        usage = standing.usage
        state = writing_state(standing.settings.status, usage, self._terms(line.conversation, standing), standing.now)
        subscriber = self._subscriber(line, standing)
        period = self._sessions.period_of(subscriber, about or standing.now)
        credits = self._sessions.credits(subscriber, period.number, standing.now)
        made = Outcome(
            at=instant.text(standing.now),
            conversation=line.conversation,
            do=word_of(line),
            outcome=outcome,
            reason=reason,
            opens_at=instant.text_or_none(opens_at),
            window_ends_at=instant.text_or_none(state.window_ends_at),
            windows_left=state.windows_left,
            messages_left=state.messages_left,
            waiting_since=instant.text_or_none(usage.waiting_since),
            reply_due_at=instant.text_or_none(usage.due_at),
            answered=AnsweredOut(answered.waited, answered.late) if answered else None,
            credits_left=credits.left if credits else None,
            period_until=instant.text(period.ends_at),
            session=self._shown(booking, standing.now) if booking else None,
        )
        if self._explain is None:
            return made
        explanation = explained(self._story(line, standing), standing)
        return ExplainedOutcome(**asdict(made), why=told(explanation, self._explain, standing.settings.zone))

    def _shown(self, booking: Booking, now: int) -> SessionOut:
        policy = self._rulebook.policy.sessions
        return SessionOut(
            booking=booking.id,
            start=instant.text(booking.starts_at),
            minutes=booking.minutes,
            units=booking.units,
            state=state_of(booking, policy, now),
            counts=counts(booking, policy, now),
            billable=billable(booking, policy, now),
            late=booking.cancelled is not None and booking.cancelled.late,
        )


def _kind(line: BookLine) -> BookingKind:
    return "plan" if line.price is None else "extra"


def _found(standing: Standing | None) -> Standing:
    if standing is None:
        raise StoreError(LOST)
    return standing
