"""The cases of the demo as support sees them: what each waits for, from whom, until when."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from rich.table import Table

from chatserver.app import Parts
from chatserver.cases.case_requests import CaseAsker, CaseFilter, CaseSeen
from chatserver.demo.cast import SIRI

MOST = 20


async def case_table(parts: Parts, zone: ZoneInfo) -> Table:
    """All of them, the first one first."""
    page = await parts.cases.page(CaseFilter(), CaseAsker(SIRI.id, "support"), MOST)
    table = Table(title="Its cases", title_justify="left")
    for column in ("kind", "conversation", "state", "waits for", "until"):
        table.add_column(column)
    for seen in reversed(page.cases):
        table.add_row(_words(seen.case.kind), seen.case.conversation, _words(seen.case.state), *_due(seen, zone))
    return table


def _due(seen: CaseSeen, zone: ZoneInfo) -> tuple[str, str]:
    if seen.due is None:
        return "–", "–"
    waits_for = f"{_words(seen.due.what)}, by {'itself' if seen.due.by == 'system' else seen.due.by}"
    if seen.due.at is None:
        return waits_for, "its clock stands still"
    at = datetime.fromtimestamp(seen.due.at / 1000, UTC).astimezone(zone)
    after = f", then {_words(seen.due.then)}" if seen.due.then else ""
    return waits_for, f"{at:%a %d %b %H:%M}{after}"


def _words(name: str) -> str:
    return name.replace("_", " ")
