"""How often the two meet, sessions beside the plan, and what happened at one.

Source: cases.md, its table and "What happens by itself".
"""

from quotas.cases.facts import CaseFactName
from quotas.cases.parts import (
    ANYBODY,
    MEMBER,
    MEMBER_OR_MENTOR,
    MEMBER_OR_SUPPORT,
    SEEN_BY_BOTH,
    SEEN_BY_MENTOR,
    SEEN_BY_OPENER,
    SUPPORT,
    SYSTEM,
    common_ends,
    end,
    from_first,
    to,
    told,
    waits,
)
from quotas.cases.rules import (
    CaseKind,
    CaseRule,
    DueRule,
    SeenRule,
)

_ONE_OFF = CaseRule(
    kind="one_off_session",
    opened=from_first(MEMBER_OR_MENTOR, "requested"),
    seen=(*SEEN_BY_BOTH, SeenRule("guest", "without_reason", "approved")),
    states=(
        waits(
            "requested",
            told("support", "approved", days=2),
            to("approved", SUPPORT),
            to("declined", MEMBER_OR_SUPPORT),
        ),
        waits(
            "approved",
            DueRule("member", "booked", "days", 30, then="lapsed"),
            to("booked", ("support", "system")),
            to("declined", MEMBER_OR_SUPPORT),
            to("lapsed", SYSTEM),
            needs=(("mentor",), ("replaces", "price")),
            effects=("open_guest",),
        ),
        waits(
            "booked",
            DueRule("system", "done", "fact", fact="ends_at", then="done"),
            to("done", ("support", "system")),
            needs=(("booking",), ("ends_at",)),
            effects=("cancel_replaced",),
        ),
        end("done", "close_guest_later", takes=("outcome",)),
        end("declined", "close_guest"),
        end("lapsed", "close_guest"),
        *common_ends(("close_guest",), ("close_guest",)),
    ),
    takes=("reason",),
)

_EXTRA = CaseRule(
    kind="extra_session",
    opened=from_first(MEMBER_OR_MENTOR, "requested"),
    seen=SEEN_BY_BOTH,
    states=(
        waits(
            "requested",
            (
                told("support", "quoted", days=2, payer="consumer"),
                told("support", "approved", days=2, payer="business"),
            ),
            to("quoted", ("mentor", "support"), "consumer"),
            to("approved", SUPPORT, "business"),
            to("declined", ANYBODY),
        ),
        waits(
            "quoted",
            DueRule("member", "booked", "days", 14, then="lapsed"),
            to("booked", MEMBER),
            to("declined", MEMBER_OR_SUPPORT),
            to("lapsed", SYSTEM),
            needs=(("price",), ("starts_at",)),
            takes=("minutes",),
        ),
        waits(
            "approved",
            DueRule("member", "booked", "days", 30, then="lapsed"),
            to("booked", ("member", "mentor", "support", "system")),
            to("declined", MEMBER_OR_SUPPORT),
            to("lapsed", SYSTEM),
        ),
        # A consumer accepts the times that the quote names.
        end("booked", "book", needs=(("booking", "starts_at"),), takes=("minutes",), facts_of="business"),
        end("declined"),
        end("lapsed"),
        *common_ends(),
    ),
    needs=(("number",),),
    takes=("reason",),
)

_CADENCE = CaseRule(
    kind="cadence_change",
    opened=from_first(MEMBER_OR_MENTOR, "requested"),
    seen=SEEN_BY_BOTH,
    states=(
        waits(
            "requested",
            (
                told("support", "approved", days=2, payer="business"),
                told("member", "confirmed", days=14, payer="consumer"),
            ),
            to("approved", SUPPORT, "business"),
            to("confirmed", MEMBER, "consumer"),
            to("declined", MEMBER_OR_SUPPORT),
        ),
        waits(
            "approved",
            told("member", "confirmed", days=14),
            to("confirmed", MEMBER),
            to("declined", MEMBER_OR_SUPPORT),
        ),
        waits(
            "confirmed",
            DueRule("system", "applied", "fact", fact="applies_on", then="applied"),
            to("applied", SYSTEM),
            to("declined", MEMBER_OR_SUPPORT),
            needs=(("applies_on",),),
            takes=("price",),
            effects=("agree_cadence",),
        ),
        end("applied", "apply_cadence"),
        end("declined", "drop_cadence"),
        *common_ends(("drop_cadence",), ("drop_cadence",)),
    ),
    needs=(("to",), ("reason",)),
    reasons=("cost", "time", "travel", "support"),
    needs_cadence=True,
)

_CORRECTION = CaseRule(
    kind="credit_correction",
    opened=from_first(MEMBER_OR_MENTOR, "requested"),
    seen=SEEN_BY_OPENER,
    states=(
        waits(
            "requested",
            told("support", "corrected", days=2),
            to("corrected", SUPPORT),
            to("declined", SUPPORT),
        ),
        end("corrected", "correct_units", needs=(("units",),)),
        end("declined"),
        *common_ends(),
    ),
    takes=("reason", "units", "booking"),
)


def _of_session(kind: CaseKind, *takes: CaseFactName) -> CaseRule:
    """What happened at a booking: support looks at it."""
    return CaseRule(
        kind=kind,
        opened=from_first(SYSTEM, "open"),
        seen=SEEN_BY_MENTOR,
        states=(
            waits("open", told("support", "reviewed", days=7), to("reviewed", SUPPORT)),
            end("reviewed", "correct_units", takes=("outcome", "units")),
            *common_ends(),
        ),
        needs=(("booking",),),
        takes=("reason", *takes),
    )


MEETING: tuple[CaseRule, ...] = (
    _ONE_OFF,
    _EXTRA,
    _CADENCE,
    _CORRECTION,
    _of_session("late_cancellation"),
    _of_session("no_show", "first_session"),
    _of_session("mentor_absent"),
    _of_session("unattended"),
)
