"""Webhooks and what they were told of, as tables for commands that print an answer. In English, in UTC."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from chatserver.client.webhooks import AttemptSaid, DeliveriesSaid, DeliverySaid, WebhookSaid, WebhooksSaid
from chatserver.terminal.session_tables import EN
from chatserver.terminal.words import date_and_time
from quotas import instant

_WIDE = 120
"""Columns from which on all that there is to say of a delivery stands in one line."""
_STYLES = {"waiting": "yellow", "sent": "green", "failed": "red", "dropped": "dim"}
_DISABLED = {"gone": "disabled: it said 410", "failing": "disabled: failed for days"}


def show_webhooks(console: Console, found: WebhooksSaid) -> None:
    """Print them by their ids."""
    if not found.webhooks:
        console.print("There are no webhooks. PUT /v1/webhooks/ID makes one.")
        return
    table = _table("id", "events", "state", "address")
    for each in found.webhooks:
        events = ", ".join(each.events) + (" with texts" if each.with_text else "")
        table.add_row(Text(each.id), Text(events), _state(each), Text(each.url))
    console.print(table)


def show_deliveries(console: Console, found: DeliveriesSaid) -> None:
    """Print them, the newest first, with what came of the last try."""
    if not found.deliveries:
        console.print("It was told of nothing in the last 30 days.")
        return
    table = _wide(found) if console.width >= _WIDE else _narrow(found)
    console.print(Text("Deliveries (times in UTC)", "bold"))
    console.print(table)
    if found.more:
        console.print("There are older ones; --limit shows more.")


def _wide(found: DeliveriesSaid) -> Table:
    table = _table("happened", "event", "state", "tries", "last try", "id")
    for each in found.deliveries:
        table.add_row(
            Text(_when(each.at)),
            Text(each.event),
            Text(each.state, _STYLES[each.state]),
            Text(f"{len(each.attempts)}"),
            Text(_last(each)),
            Text(each.event_id),
        )
    return table


def _narrow(found: DeliveriesSaid) -> Table:
    """The id, which must be there in whole, stands beneath the event."""
    table = _table("happened", "event and id", "state and last try")
    for each in found.deliveries:
        tries = f" after {len(each.attempts)} tries" if len(each.attempts) > 1 else ""
        last = _last(each)
        state = Text.assemble((each.state, _STYLES[each.state]), tries, f": {last}" if last else "")
        table.add_row(Text(_when(each.at)), Text(f"{each.event}\n{each.event_id}"), state)
    return table


def attempt_told(attempt: AttemptSaid) -> str:
    """204 after 31 ms."""
    return f"{attempt.error or attempt.status} after {attempt.took_ms:,} ms"


def _state(hook: WebhookSaid) -> Text:
    if hook.disabled is not None:
        return Text(_DISABLED.get(hook.disabled.reason, "disabled"), "red")
    if hook.failing_since is not None:
        return Text(f"failing since {_when(hook.failing_since)} UTC", "yellow")
    return Text("enabled", "green")


def _last(delivery: DeliverySaid) -> str:
    told = attempt_told(delivery.attempts[-1]) if delivery.attempts else ""
    if delivery.state == "waiting":
        return f"{told}; " * bool(told) + f"next {_when(delivery.due_at or delivery.at)}"
    return told or (delivery.reason or "")


def _when(at: str) -> str:
    return date_and_time(EN, instant.parse(at), "UTC", seconds=True)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in ("id", "happened", "event and id"))
    return table
