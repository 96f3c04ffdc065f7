"""The cases of the demo as support sees them: how each stands, and until when it waits."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from rich.table import Table

from chatserver.app import Parts
from chatserver.cases.case_requests import CaseAsker, CaseFilter, CaseSeen
from chatserver.demo.cast import SIRI
from quotas.cases.words import case_words

MOST = 20


async def case_table(parts: Parts, zone: ZoneInfo) -> Table:
    """All of them, the first one first."""
    page = await parts.cases.page(CaseFilter(), CaseAsker(SIRI.id, "support"), MOST)
    table = Table(title="Its cases", title_justify="left")
    for column in ("case", "conversation", "how it stands", "waits until"):
        table.add_column(column)
    for seen in reversed(page.cases):
        case = seen.case
        words = case_words(case.kind, case.state, "support", "en")
        title, line = (words.title, words.line) if words else (case.kind, case.state)
        table.add_row(title, case.conversation, line, _until(seen, zone))
    return table


def _until(seen: CaseSeen, zone: ZoneInfo) -> str:
    if seen.due is None:
        return "–"
    if seen.due.at is None:
        return "its clock stands still"
    at = datetime.fromtimestamp(seen.due.at / 1000, UTC).astimezone(zone)
    then = seen.due.then.replace("_", " ") if seen.due.then else "support is told"
    return f"{at:%a %d %b %H:%M}, then {then}"
