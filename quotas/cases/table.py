"""The table of cases: kinds, who opens and sees them, states, who moves them on, and what falls due.

Source: cases.md "A case", "What happens by itself". docs/cases.md shows it, printed by `page.py`.
"""

from quotas.cases.help import HELP
from quotas.cases.meeting import MEETING
from quotas.cases.relationship import RELATIONSHIP
from quotas.cases.rules import CaseKind, CaseRule

CASES: dict[CaseKind, CaseRule] = {rule.kind: rule for rule in (*HELP, *RELATIONSHIP, *MEETING)}
