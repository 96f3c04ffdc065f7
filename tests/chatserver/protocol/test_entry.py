"""What the log holds: messages as they always were, byte by byte, and events that open without a key."""

import msgspec
import pytest

from chatserver.protocol.codec import encode_json, message_json
from chatserver.protocol.entry import (
    Head,
    More,
    event_entry,
    event_number,
    head_json,
    head_of,
    head_with_more,
    joined,
    more_of,
    opened,
    parted,
    read_opened,
    without_text,
)
from chatserver.protocol.event_details import EventDetails, details_of
from chatserver.protocol.events import Message, SystemEvent
from quotas.instant import parse
from quotas.ledger.base import LARGEST_ENTRY

BOOKED = {"booking": "b1", "starts_at": "2026-12-03T17:00:00.000Z", "minutes": 30, "by": "mentor"}


def test_a_message_is_stored_and_sent_in_the_bytes_it_always_had() -> None:
    """Kinds cost it nothing: whoever knows none finds what they knew."""
    head = head_json("mia", "member", "a1")
    assert head == b'{"from":"mia","role":"member","id":"a1"}'
    assert opened(head, b'"Hei"') == b'{"from":"mia","role":"member","id":"a1","body":"Hei"}'
    assert without_text(head) == b'{"from":"mia","role":"member","id":"a1","body":"","erased":true}'
    message = Message("c1", 1, "mia", "member", "2026-01-06T09:00:00.000Z", "a1", "Hei")
    sent = b'{"type":"message","conversation":"c1","seq":1,"from":"mia","role":"member","at":"2026-01-06T09:00:00.000Z"'
    assert encode_json(message) == sent + b',"id":"a1","body":"Hei"}'
    assert set(msgspec.msgpack.decode(msgspec.msgpack.encode(message))) == {
        *("type", "conversation", "seq", "from", "role", "at", "id", "body")
    }


def test_what_more_a_message_says_comes_back_from_its_head() -> None:
    """All of it; and of a plain message nothing."""
    more = More(3, ["f1", "f2"], "e1", True, "2026-01-06T09:00:00.000Z")
    assert not [each for each in More.__struct_fields__ if getattr(more, each) == getattr(More(), each)]
    head = head_of(joined(head_with_more("mia", "member", "a1", more), b""))
    assert (head.sender, head.role, head.id, more_of(head)) == ("mia", "member", "a1", more)
    assert more_of(Head("mia", "member", "a1")) is None


def test_an_event_is_the_systems_and_opens_without_a_key() -> None:
    """Also one whose data would break a line: the head never holds a line feed."""
    entry = event_entry(17, "booked", {**BOOKED, "note": "two\nlines \x00 æ"})
    head, sealed = parted(entry)
    assert sealed == b""
    assert head_of(entry) == Head(
        "system", "system", "event-17", "event", SystemEvent("booked", {**BOOKED, "note": "two\nlines \x00 æ"})
    )
    read = read_opened(without_text(head))
    assert (read.body, read.erased, read.event) == ("", False, head_of(entry).event)
    assert event_number(read.id) == 17


def test_the_event_on_the_wire_is_the_entry_as_it_is() -> None:
    made = message_json("c1", 3, "2026-01-06T09:00:00.000Z", without_text(parted(event_entry(1, "booked", BOOKED))[0]))
    message = Message(
        *("c1", 3, "system", "system", "2026-01-06T09:00:00.000Z", "event-1", ""),
        kind="event",
        event=SystemEvent("booked", BOOKED),
    )
    assert msgspec.json.decode(made) == msgspec.json.decode(encode_json(message))
    assert msgspec.json.decode(made, type=Message) == message
    assert msgspec.json.decode(made)["body"] == ""


def test_nobody_can_write_an_event_in_a_text() -> None:
    """A text that looks like one stays sealed, behind a head that says text."""
    entry = joined(head_json("mia", "member", '","kind":"event'), b"\x00\x01sealed")
    assert (head_of(entry).kind, head_of(entry).event) == ("text", None)


def test_an_event_is_shorter_than_is_reckoned_with() -> None:
    largest = {f"{'n' * 16}{number}": "w" * 64 for number in range(64)}
    assert len(event_entry(2**53, "n" * 32, largest)) < LARGEST_ENTRY


@pytest.mark.parametrize(
    ("data", "details"),
    [
        (BOOKED, EventDetails(None, parse("2026-12-03T17:00:00Z"), 30, None)),
        ({"units": -2}, EventDetails(None, None, None, -2)),
        ({"starts_at": "soon", "minutes": True, "units": "2"}, EventDetails(None, None, None, None)),
        ({"starts_at": 17, "minutes": None}, EventDetails(None, None, None, None)),
        ({"service": "video_call"}, EventDetails("video_call", None, None, None)),
        ({"service": "lunch"}, EventDetails(None, None, None, None)),
        ({}, EventDetails(None, None, None, None)),
    ],
)
def test_what_is_not_as_it_should_be_is_not_said(data: dict[str, object], details: EventDetails) -> None:
    assert details_of(SystemEvent("booked", data)) == details
