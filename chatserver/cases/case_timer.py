"""A case's timer, which rings when something happens in it by itself."""

from chatserver.cases.case_record import KeptCase
from quotas.ledger.timers import Timers

CASE = "case"
"""The kind of these timers; the name of one is its case's ref."""


async def set_case_timer(timers: Timers, kept: KeptCase) -> None:
    """Let it ring at the case's next step, or not at all. Raises StoreError."""
    if kept.step_at is None:
        await timers.clear_timer(kept.case.conversation, CASE, kept.case.id)
    else:
        await timers.set_timer(kept.case.conversation, CASE, kept.case.id, kept.step_at)
