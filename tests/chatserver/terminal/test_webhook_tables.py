"""What an endpoint was told of, on terminals of all widths."""

from io import StringIO

from rich.console import Console

from chatserver.client.webhooks import AttemptSaid, DeliveriesSaid, DeliverySaid
from chatserver.terminal.webhook_tables import show_deliveries

AT = "2026-01-06T09:00:00.000Z"
ID = f"evt_{'5f' * 16}"


def shown(width: int, *deliveries: DeliverySaid) -> list[str]:
    """Its lines without the headings."""
    console = Console(file=StringIO(), width=width)
    show_deliveries(console, DeliveriesSaid(list(deliveries), False))
    assert isinstance(console.file, StringIO)
    return [" ".join(line.split()) for line in console.file.getvalue().splitlines()[2:]]


def waiting(attempts: int) -> DeliverySaid:
    tried = [AttemptSaid(AT, None, 2, "nobody listens there")] * attempts
    return DeliverySaid(7, ID, "booking.booked", AT, "waiting", None, "2026-01-06T09:05:00.000Z", tried)


SENT = DeliverySaid(8, ID, "message", AT, "sent", None, None, [AttemptSaid(AT, 204, 31, None)])


def test_where_there_is_room_each_has_one_line() -> None:
    assert shown(160, SENT, waiting(2)) == [
        f"Tue 06 Jan 09:00:00 message sent 1 204 after 31 ms {ID}",
        f"Tue 06 Jan 09:00:00 booking.booked waiting 2 nobody listens there after 2 ms; next Tue 06 Jan 09:05:00 {ID}",
    ]


def test_in_eighty_columns_the_id_stands_whole_beneath_the_event() -> None:
    lines = shown(80, SENT, waiting(2))
    assert lines[:3] == [
        "Tue 06 Jan 09:00:00 message sent: 204 after 31 ms",
        ID,
        "Tue 06 Jan 09:00:00 booking.booked waiting after 2",
    ]
    assert lines[3].startswith(f"{ID} tries: nobody")
    assert len(lines) < 8
