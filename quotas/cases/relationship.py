"""The two and their relationship: kinds whose cases are about whether and how it goes on.

Source: cases.md, its table and "What happens by itself".
"""

from quotas.cases.parts import (
    MEMBER,
    MEMBER_OR_MENTOR,
    MEMBER_OR_SUPPORT,
    MENTOR,
    OPENER,
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
    CaseRule,
    DueRule,
    OpenRule,
    SeenRule,
)

_GHOSTING = CaseRule(
    kind="ghosting",
    opened=from_first(MENTOR, "mentor_trying"),
    seen=SEEN_BY_MENTOR,
    states=(
        waits(
            "mentor_trying",
            DueRule("mentor", "returned", "months", 1, then="support_trying"),
            to("support_trying", ("support", "system")),
            to("returned", ("support", "system")),
        ),
        waits(
            "support_trying",
            DueRule("support", "returned", "months", 2, then="churned", reminder_days=7),
            to("churned", SYSTEM),
            to("returned", ("support", "system")),
        ),
        end("churned", "end_conversation", "stop_renewal"),
        end("returned"),
        *common_ends(),
    ),
    takes=("reason",),
    activity="returned",
    stands_still=True,
)

_CANCELLATION = CaseRule(
    kind="membership_cancellation",
    opened=(OpenRule("mentor", "reported"), OpenRule("member", "official"), OpenRule("support", "official")),
    seen=(OPENER, SeenRule("member", "without_notes", "official"), SeenRule("mentor", "without_notes", "official")),
    states=(
        waits(
            "reported",
            DueRule("member", "official", "days", 14, then="kept"),
            to("official", MEMBER_OR_SUPPORT),
            to("kept", ("support", "system")),
        ),
        waits(
            "official",
            DueRule("system", "ended", "fact", fact="paid_until", then="ended"),
            to("ended", SYSTEM),
            to("kept", MEMBER),
            needs=(("asked_on",), ("paid_until",)),
            takes=("reason",),
            effects=("stop_renewal", "list_bookings_after", "tell_business"),
        ),
        end("ended", "end_all_conversations"),
        end("kept", "resume_renewal"),
        *common_ends(withdrawn=("resume_renewal",)),
    ),
    takes=("reason",),
    follows_member=True,
)

_SWITCH = CaseRule(
    kind="mentor_switch",
    opened=from_first(MEMBER_OR_MENTOR, "requested"),
    seen=(
        OPENER,
        # Whoever is asked must see what they are asked.
        SeenRule("member", "without_reason", "proposed"),
        SeenRule("mentor", "without_reason", "switched"),
    ),
    states=(
        waits(
            "requested",
            told("support", "exploring", days=2),
            to("exploring", SUPPORT),
            to("proposed", SUPPORT),
            to("kept", SUPPORT),
        ),
        waits(
            "exploring",
            told("support", "proposed", days=7),
            to("proposed", SUPPORT),
            to("kept", SUPPORT),
            effects=("close_first_call",),
        ),
        waits(
            "proposed",
            told("member", "switched", days=7),
            to("switched", MEMBER),
            to("exploring", MEMBER),
            to("kept", MEMBER),
            needs=(("mentor",), ("chemistry",)),
            effects=("open_first_call",),
        ),
        end("switched", "hand_on"),
        end("kept", "close_first_call"),
        *common_ends(("close_first_call",), ("close_first_call",)),
    ),
    takes=("reason",),
)

_POOR_FIT = CaseRule(
    kind="poor_fit",
    opened=from_first(MENTOR, "reported"),
    seen=SEEN_BY_MENTOR,
    states=(
        waits(
            "reported",
            told("support", "talking", days=2),
            to("talking", SUPPORT),
            to("kept", SUPPORT),
            to("handed_over", SUPPORT),
        ),
        waits(
            "talking",
            told("support", "kept", days=14),
            to("kept", ("mentor", "support")),
            to("handed_over", SUPPORT),
        ),
        end("kept"),
        end("handed_over", "open_switch"),
        *common_ends(),
    ),
    needs=(("reason",),),
    reasons=("expertise", "readiness"),
)

_SCHEDULING = CaseRule(
    kind="scheduling",
    opened=from_first(MEMBER_OR_MENTOR, "open"),
    seen=SEEN_BY_OPENER,
    states=(waits("open", told("support", "settled", days=7), to("settled", SUPPORT)), end("settled"), *common_ends()),
    needs=(("reason",),),
    reasons=("no_common_time", "unwilling"),
)

RELATIONSHIP: tuple[CaseRule, ...] = (_GHOSTING, _CANCELLATION, _SWITCH, _POOR_FIT, _SCHEDULING)
