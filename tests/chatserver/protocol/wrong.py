"""What apps must not send, and what they may send just so: for the codec's tests and for those over sockets."""

import msgspec

from chatserver.protocol.codes import Code
from chatserver.protocol.commands import MAX_BODY_BYTES

SEND = {"type": "send", "conversation": "c1", "id": "1"}
CHECK = {"type": "check", "conversation": "c1"}
READ = {"type": "read", "conversation": "c1"}
HISTORY = {"type": "history", "conversation": "c1"}
FOLLOW = {"type": "follow", "conversation": "c1"}
WATCH = {"type": "watch"}

WRONG: list[tuple[object, Code, str]] = [
    ({**CHECK, "colour": 1}, "unknown_field", "colour"),
    ({**SEND, "body": "x", "role": "mentor"}, "unknown_field", "role"),
    ({**READ, "seq": 0, "sender": "tora"}, "unknown_field", "sender"),
    ({**CHECK, "type": "shout"}, "unknown_type", "shout"),
    ({"type": "Send"}, "unknown_type", "Send"),
    ({"type": 7}, "unknown_type", "hello, send"),
    ({"conversation": "c1"}, "unknown_type", "type"),
    ({}, "unknown_type", "type"),
    ([], "invalid_field", "object"),
    (None, "invalid_field", "object"),
    ("check", "invalid_field", "object"),
    ({"type": "check"}, "invalid_field", "conversation"),
    ({**CHECK, "conversation": 1}, "invalid_field", "conversation"),
    ({**CHECK, "conversation": ""}, "invalid_field", "conversation"),
    ({**CHECK, "conversation": "c" * 65}, "invalid_field", "conversation"),
    ({**CHECK, "conversation": "c" * 20_000}, "invalid_field", "conversation"),
    ({**CHECK, "conversation": "c 1"}, "invalid_field", "conversation"),
    ({**CHECK, "conversation": "c1\n"}, "invalid_field", "conversation"),
    ({**CHECK, "conversation": "{0}:x"}, "invalid_field", "conversation"),
    (SEND, "invalid_field", "body"),
    ({**SEND, "body": None}, "invalid_field", "body"),
    ({**SEND, "body": 5}, "invalid_field", "body"),
    ({**SEND, "body": ["x"]}, "invalid_field", "body"),
    ({**SEND, "id": "", "body": "x"}, "invalid_field", "id"),
    ({**SEND, "id": "i" * 65, "body": "x"}, "invalid_field", "id"),
    ({**SEND, "id": "i" * 20_000, "body": "x"}, "invalid_field", "id"),
    ({**SEND, "id": 1, "body": "x"}, "invalid_field", "id"),
    ({**READ, "seq": -1}, "invalid_field", "seq"),
    ({**READ, "seq": 2**53}, "invalid_field", "seq"),
    ({**READ, "seq": 1.5}, "invalid_field", "seq"),
    ({**READ, "seq": "1"}, "invalid_field", "seq"),
    ({**READ, "seq": True}, "invalid_field", "seq"),
    ({**HISTORY, "limit": 0}, "invalid_field", "limit"),
    ({**HISTORY, "limit": 201}, "invalid_field", "limit"),
    ({**HISTORY, "before": -1}, "invalid_field", "before"),
    ({"type": "follow"}, "invalid_field", "conversation"),
    ({**FOLLOW, "resume": -1}, "invalid_field", "resume"),
    ({**FOLLOW, "resume": {"c1": 0}}, "invalid_field", "resume"),
    ({**FOLLOW, "type": "unfollow", "resume": 0}, "unknown_field", "resume"),
    (WATCH, "invalid_field", "replies"),
    ({**WATCH, "replies": 1}, "invalid_field", "replies"),
    ({**WATCH, "replies": True, "state": "late"}, "invalid_field", "late"),
    ({**WATCH, "replies": True, "mentor": "no name"}, "invalid_field", "mentor"),
    ({**WATCH, "replies": True, "plan": ""}, "invalid_field", "plan"),
    ({**WATCH, "replies": True, "limit": 0}, "invalid_field", "limit"),
    ({**WATCH, "replies": True, "limit": 10_001}, "invalid_field", "limit"),
    ({**WATCH, "replies": True, "conversation": "c1"}, "unknown_field", "conversation"),
]
"""Well-formed content that is no command: the code, and what the error's message must name."""

NOT_JSON: list[bytes] = [
    b"",
    b"{",
    b"hello",
    b'{"type":"check","conversation":"c1"}{"type":"check"}',
    b'{"type":"check","conversation":NaN}',
    b"{'type':'check'}",
    b'{"type":"send","conversation":"c1","id":"1","body":"\\ud800"}',
    b'{"type":"send","conversation":"c1","id":"1","body":"\\ud800 x"}',
    b'{"type":"send","conversation":"c1","id":"1","body":"\\udc00"}',
    b'{"type":"send","conversation":"c1","id":"1","body":"raw \x01"}',
]
"""Lone surrogates are no text."""

NOT_MSGPACK: list[bytes] = [
    b"",
    b"\xc1",
    b"\x81\xa4type",
    msgspec.msgpack.encode(CHECK) + b"\x00",
    msgspec.msgpack.encode(SEND)[:-1],
    b"\x84\xa4type\xa4send\xacconversation\xa2c1\xa2id\xa11\xa4body\xa3\xed\xa0\x80",
]

LONGEST = "é" * (MAX_BODY_BYTES // 2)

NO_TEXTS: list[tuple[str, Code]] = [
    ("", "text_empty"),
    (" \t\n\r\u2003\u00a0", "text_empty"),
    ("\u200b", "text_empty"),
    ("\u200d\ufeff\u00ad\u202e \u2029", "text_empty"),
    ("\u115f\u1160\u3164\uffa0", "text_empty"),
    ("\u2800 \u3000", "text_empty"),
    ("\ufe0f\u034f\U000e0041\U000e0100", "text_empty"),
    ("\U00013441\U00013442\U00016fe4\U0001d159", "text_empty"),
    ("a" * (MAX_BODY_BYTES + 1), "text_too_long"),
    (LONGEST + "a", "text_too_long"),
    ("👋" * (MAX_BODY_BYTES // 4) + ".", "text_too_long"),
    ("bell \x07", "text_control_characters"),
    ("nul \x00", "text_control_characters"),
    ("escape \x1b[2J", "text_control_characters"),
    ("delete \x7f", "text_control_characters"),
    ("next line \x85", "text_control_characters"),
    ("vertical tab \x0b", "text_control_characters"),
]

TEXTS = [
    *("a" * MAX_BODY_BYTES, LONGEST, "👋" * (MAX_BODY_BYTES // 4), "tab\tline\r\nend"),
    *(".", "ø", "👩\u200d👩\u200d👧", "❤\ufe0f", "می\u200cخواهم", "क्\u200dष", "\u200b?", "\u0301", "\u1100\u1160"),
    *("\U0001fbfa", "\u06dd"),
]
"""The longest, the three control characters that texts need, joiners beside what shows, one not assigned yet, and a
format character that is drawn."""
