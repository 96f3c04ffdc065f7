"""What people are told because time has passed: deadlines, unread messages, openings, days to write on, trials."""

from msgspec import Struct

from chatserver.composition.ground import Ground
from chatserver.composition.notices import NoticeParts
from chatserver.conversations.provisioning import Provisioning
from chatserver.conversations.trial_windows import TrialWindows
from chatserver.notices.openings import Openings
from chatserver.notices.trials import Trials
from chatserver.notices.unread import UnreadTimers
from chatserver.operating.timer_watch import TimerKind
from chatserver.replies.deadlines import ReplyDeadlines
from chatserver.replies.still_owed import StillOwed
from chatserver.replies.writing_days import WritingDays
from chatserver.sessions.standing_in import StandInBook
from chatserver.unsent.later_delivery import LaterDelivery
from chatserver.unsent.unsent_news import UnsentNews
from quotas.ledger.unread import Unread


class ReminderParts(Struct, frozen=True, kw_only=True):
    """`timer_kinds` say what timers of each of them do."""

    trials: Trials
    timer_kinds: tuple[TimerKind, ...]


def reminders_on(ground: Ground, notices: NoticeParts, provisioning: Provisioning) -> ReminderParts:
    """With who knows whether each still holds."""
    database, ledger, timers, clock = ground.database, ground.ledger, ground.timers, ground.ledger.now
    noting, asking = notices.noting, notices.asking
    deadlines = ReplyDeadlines(ledger, ground.waits, ground.rulebook, ground.metrics)
    unread = UnreadTimers(
        database=database,
        ledger=ledger,
        unread=Unread(ledger),
        messages=ground.messages,
        noting=noting,
        policy=ground.rulebook.policy.notices,
        clock=clock,
    )
    openings = Openings(
        database=database,
        provisioning=provisioning,
        messages=ground.messages,
        noting=noting,
        timers=timers,
        clock=clock,
    )
    days = WritingDays(database=database, rulebook=ground.rulebook, noting=noting, timers=timers, clock=clock)
    later = LaterDelivery(
        database=database,
        ledger=ledger,
        provisioning=provisioning,
        messages=ground.messages,
        trial_windows=TrialWindows(database, ledger, ground.rulebook),
        noting=noting,
        timers=timers,
        news=UnsentNews(ground.store),
        metrics=ground.metrics,
        stand_ins=StandInBook(database),
        clock=clock,
    )
    trials = Trials(database=database, noting=noting, timers=timers, clock=clock)
    owed = StillOwed(ledger)
    asking.of(["message.unread"], unread.still_unread)
    asking.of(["message.not_sent"], later.still_kept)
    asking.of(["reply.warning"], owed.warned)
    asking.of(["reply.missed", "reply.overtime"], owed.missed)
    asking.of(["writing.opened"], openings.still_open)
    asking.of(["writing.days"], days.still_this_week)
    asking.of(["trial.reminder", "trial.undecided"], trials.still_undecided)
    return ReminderParts(trials=trials, timer_kinds=(deadlines, trials, unread, openings, days, later))
