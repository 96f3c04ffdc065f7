"""Limits that are documented apart from each other fit each other."""

import json

import msgspec
import pytest
from msgspec.structs import replace

from chatserver.client.link import LARGEST_EVENT_BYTES
from chatserver.keys.sealing import Key
from chatserver.messages.history import LAST_TEXT, MAX_PAGE_BYTES, message_of
from chatserver.protocol.board import BoardShown, BoardTotals, BoardWait, WaitStep
from chatserver.protocol.codec import SUBPROTOCOLS, Encoding, check_text, decode, encode
from chatserver.protocol.commands import (
    MAX_BODY_BYTES,
    MAX_FOLLOWED,
    MAX_FRAME_BYTES,
    MAX_HISTORY,
    MAX_RESUME,
    MAX_TOKEN_BYTES,
    Hello,
    Send,
)
from chatserver.protocol.entry import head_json, joined, opened
from chatserver.protocol.events import Composer, ConversationView, HistoryPage, LastMessage, Reply, Welcome
from chatserver.protocol.session_events import CreditsLeft, NextSession
from chatserver.realtime.board_reader import ROWS_AT_ONCE, ROWS_WITH_STEPS
from chatserver.realtime.outgoing import message_frame
from chatserver.realtime.socket import MAX_UNSENT
from quotas.ledger.base import LARGEST_ENTRY, MESSAGES_AT_ONCE, Entry
from quotas.store.read_bound import READ_BYTES

NAME = "n" * 64
LAST = 2**53 - 1
INSTANT = "2026-01-05T08:00:00.000Z"
WIDE_ID = "\x01" * 64
"""The id of a message that takes most bytes: each character is escaped."""
TEXTS = ['"' * MAX_BODY_BYTES, "ø" * (MAX_BODY_BYTES // 2), "あ" * (MAX_BODY_BYTES // 3), "😀" * (MAX_BODY_BYTES // 4)]
"""The longest texts that can be sent, of characters that encoders write in more bytes than they have."""


def names(count: int) -> list[str]:
    """Different ids, each as long as an id may be."""
    return [f"{number:05}".ljust(64, "n") for number in range(count)]


def largest_hello() -> Hello:
    return Hello(token="t" * MAX_TOKEN_BYTES, resume=dict.fromkeys(names(MAX_RESUME), LAST))


@pytest.mark.parametrize("indent", [None, 0], ids=["on one line", "on many"])
def test_the_largest_hello_fits_a_frame(indent: int | None) -> None:
    """Also where an app's encoder puts white space between."""
    content = {"type": "hello", **msgspec.to_builtins(largest_hello())}
    frame = json.dumps(content, indent=indent).encode()
    assert len(frame) <= MAX_FRAME_BYTES
    assert decode(frame, "json") == largest_hello()


def test_the_largest_packed_hello_fits_a_frame() -> None:
    frame = msgspec.msgpack.encode(largest_hello())
    assert len(frame) <= MAX_FRAME_BYTES
    assert decode(frame, "msgpack") == largest_hello()


@pytest.mark.parametrize("body", TEXTS, ids=lambda body: body[0])
def test_every_text_fits_a_frame_also_where_an_app_escapes_it(body: str) -> None:
    assert check_text(body) is None
    assert len(json.dumps({"type": "send", "conversation": NAME, "id": "😀" * 64, "body": body})) <= MAX_FRAME_BYTES
    assert len(msgspec.msgpack.encode(Send(NAME, WIDE_ID, body))) <= MAX_FRAME_BYTES


@pytest.mark.parametrize("body", TEXTS, ids=lambda body: body[0])
def test_every_stored_message_is_as_long_as_is_reckoned(body: str) -> None:
    """What the store says around it takes its seq and instant twice at most."""
    text = msgspec.json.encode(body)
    stored = joined(head_json(NAME, "support", WIDE_ID), Key("c1", 1, bytes(32)).seal(text))
    assert len(stored) + 4 * len(f"{LAST}") <= LARGEST_ENTRY


def test_several_may_read_at_once() -> None:
    assert READ_BYTES >= 4 * MESSAGES_AT_ONCE * LARGEST_ENTRY


def largest_conversation(id: str) -> ConversationView:
    return ConversationView(
        id=id,
        member=NAME,
        mentor=NAME,
        plan=NAME,
        status="paused",
        zone="America/Argentina/ComodRivadavia",
        last_seq=LAST,
        read_seq=LAST,
        peer_read_seq=LAST,
        peer_online=False,
        composer=Composer(False, "messages_used", INSTANT, INSTANT, 10**6, 10**6, INSTANT),
        reply=Reply(INSTANT, INSTANT, False),
        banner=NAME,
        credits=CreditsLeft(10**6, INSTANT),
        next_session=NextSession(NAME, "video_call", INSTANT, 90, "no_show_candidate"),
        unread=LAST,
        last=LastMessage(LAST, NAME, "support", INSTANT, "😀" * LAST_TEXT),
        names=dict.fromkeys(names(2), "n" * 200),
    )


@pytest.mark.parametrize("encoding", SUBPROTOCOLS.values())
def test_the_largest_events_are_read_by_the_client(encoding: Encoding) -> None:
    """Welcome, board and page; and no page by itself is too much for a reader who reads."""
    welcome = Welcome(NAME, "support", INSTANT, [largest_conversation(name) for name in names(MAX_FOLLOWED)])
    assert len(encode(welcome, encoding)) <= 4 * 1024 * 1024 < LARGEST_EVENT_BYTES
    rows = [BoardWait(name, NAME, NAME, NAME, INSTANT, INSTANT, False, False, NAME) for name in names(ROWS_AT_ONCE)]
    totals = BoardTotals(10**6, 10**6, 10**6)
    assert len(encode(BoardShown(True, INSTANT, totals, rows, [], more=True), encoding)) <= 160 * 1024
    steps = [WaitStep(INSTANT, ["mentor", "substitute", "support"], 10.5, None, False)] * 16
    rows = [replace(row, steps=steps) for row in rows[:ROWS_WITH_STEPS]]
    assert len(encode(BoardShown(True, INSTANT, totals, rows, [], more=True), encoding)) <= 160 * 1024
    entry = opened(head_json(NAME, "support", WIDE_ID), b'""')
    fitting = min(MAX_HISTORY, MAX_PAGE_BYTES // len(entry))
    page = HistoryPage(
        NAME, [message_of(NAME, Entry(LAST - each, 0, entry)) for each in range(fitting)], more=True, first=1
    )
    assert len(encode(page, encoding)) <= 1024 * 1024 < MAX_UNSENT


@pytest.mark.parametrize("body", TEXTS, ids=lambda body: body[0])
def test_a_full_page_of_long_texts_is_below_a_mebibyte(body: str) -> None:
    entry = Entry(LAST, 0, opened(head_json(NAME, "support", WIDE_ID), msgspec.json.encode(body)))
    count = MAX_PAGE_BYTES // len(entry.entry) + 1
    for encoding in SUBPROTOCOLS.values():
        assert (
            len(encode(HistoryPage(NAME, [message_of(NAME, entry)] * count, more=True, first=1), encoding))
            <= 1024 * 1024
        )
        assert len(message_frame(NAME, entry, encoding)) <= 1024 * 1024
