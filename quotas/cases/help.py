"""Questions, reports, urgent notes, answers that did not come.

Source: cases.md, its table and "What happens by itself".
"""

from quotas.cases.parts import (
    MEMBER_OR_MENTOR,
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
    CaseRule,
    SeenRule,
)

_QUESTION = CaseRule(
    kind="question",
    opened=from_first(MEMBER_OR_MENTOR, "open"),
    seen=SEEN_BY_OPENER,
    states=(
        waits("open", told("support", "answered", days=2), to("answered", SUPPORT)),
        end("answered"),
        *common_ends(),
    ),
    takes=("reason",),
)

_MISCONDUCT = CaseRule(
    kind="misconduct",
    opened=from_first(MEMBER_OR_MENTOR, "reported"),
    seen=(SeenRule("opener", "state"),),
    states=(
        waits(
            "reported",
            told("support", "reviewing", hours=1),
            to("reviewing", SUPPORT),
            to("dismissed", SUPPORT),
            to("warned", SUPPORT),
            to("removed", SUPPORT),
            effects=("seal_evidence",),
        ),
        waits(
            "reviewing",
            told("support", "dismissed", days=7),
            to("dismissed", SUPPORT),
            to("warned", SUPPORT),
            to("removed", SUPPORT),
            takes=("evidence_until",),
        ),
        end("dismissed", "drop_evidence", takes=("evidence_until",)),
        end("warned", "warn_person", "drop_evidence", takes=("evidence_until",)),
        end("removed", "remove_person", "drop_evidence", takes=("evidence_until",)),
        *common_ends(withdrawn=("drop_evidence",), overtaken=("drop_evidence",)),
    ),
    needs=(("person",),),
    takes=("reason", "messages", "suspend"),
    may_suspend=True,
)

_URGENT = CaseRule(
    kind="urgent_note",
    opened=from_first(SYSTEM, "open"),
    seen=SEEN_BY_BOTH,
    states=(
        waits("open", told("mentor", "seen", hours=1), to("seen", ("mentor", "support", "system"))),
        end("seen"),
        *common_ends(),
    ),
    takes=("reason", "messages"),
)

_MISSED = CaseRule(
    kind="reply_missed",
    opened=from_first(SYSTEM, "open"),
    seen=SEEN_BY_MENTOR,
    states=(
        waits(
            "open",
            told("mentor", "answered", days=1),
            to("answered", ("support", "system")),
            to("handed_over", SUPPORT),
        ),
        end("answered"),
        end("handed_over", "open_switch"),
        *common_ends(),
    ),
    takes=("reason", "messages", "waiting_since"),
)

HELP: tuple[CaseRule, ...] = (_QUESTION, _MISCONDUCT, _URGENT, _MISSED)
