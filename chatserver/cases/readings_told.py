"""When support read a conversation, as far as its two people are told.

What was read since a case of misconduct is open, and because of it, is told once that has ended: whoever was reported
would know else.
"""

from sqlalchemy.ext.asyncio import AsyncConnection

from chatserver.audit.reads import support_reads
from chatserver.cases.case_log import EVIDENCE_READ, FILE_READ
from chatserver.cases.rows import case_entries, cases


async def readings_told(connection: AsyncConnection, conversation: str) -> list[int]:
    """The instants (ms) in order; of reading on, the first in each hour."""
    reported = await case_entries.when_ended(connection, conversation, [EVIDENCE_READ, FILE_READ])
    report = await cases.open_one(connection, conversation, "misconduct")
    read = await support_reads(connection, conversation)
    told = [at for at in read if report is None or at < report.case.opened_at]
    return sorted({*reported, *told})
