"""Every code an app can meet: errors that leave the connection open, and close codes that end it."""

from enum import IntEnum
from typing import Literal, get_args

Code = Literal[
    "malformed",
    "wrong_encoding",
    "too_deep",
    "unknown_type",
    "unknown_field",
    "invalid_field",
    "hello_first",
    "already_greeted",
    "not_found",
    "read_only",
    "not_allowed",
    "not_open",
    "not_acknowledged",
    "not_locked",
    "note_sent",
    "token_refused",
    "too_many_followed",
    "too_many_waiting",
    "text_empty",
    "text_too_long",
    "text_control_characters",
    "id_reused",
    "seq_unknown",
    "not_yours",
    "no_emoji",
    "deleted",
    "too_late",
    "too_many_changes",
    "superseded",
    "rate_limited",
    "store_unavailable",
    "internal",
]

CODES: tuple[Code, ...] = get_args(Code)

TEMPORARY: frozenset[Code] = frozenset({"rate_limited", "store_unavailable", "internal"})
"""Codes after which sending the same command again, unchanged, can succeed."""

MEANING: dict[Code, str] = {
    "malformed": "the frame is not valid JSON or MessagePack",
    "wrong_encoding": "a binary frame where the subprotocol speaks JSON, or a text frame where it speaks MessagePack",
    "too_deep": "the frame is nested more deeply than any command",
    "unknown_type": "`type` names no command",
    "unknown_field": "the command has no field of that name",
    "invalid_field": "a field is missing, has the wrong type or an impossible value; the message names it",
    "hello_first": "a command before hello",
    "already_greeted": "a second hello on one connection",
    "not_found": "there is no such conversation for this person",
    "read_only": "support and services read conversations; they do not write in them",
    "not_allowed": "the token's role does not allow this",
    "not_open": "the session cannot be joined: too early, over, cancelled, suspended, or there is none of that id",
    "not_locked": "the member may write now: send it as a message",
    "note_sent": "this lock has had its urgent note; the next one can be sent once writing has been open",
    "not_acknowledged": "nothing waits, more was written than was seen, or the plan has every message answered; "
    "the message says which",
    "token_refused": "a fresh token that is not good here; the message says why, and the connection goes on",
    "too_many_followed": "this connection follows as many conversations as one may; unfollow one first",
    "too_many_waiting": "as many messages of this person wait in the conversation as may; take one back first",
    "text_empty": "a message in which nothing shows: empty, or only white space and characters without a shape",
    "text_too_long": "a message of more than 16 KiB of UTF-8",
    "text_control_characters": "a control character other than tab, line feed and carriage return",
    "id_reused": "the id was used for another text within the last 48 hours",
    "seq_unknown": "there is no message of that seq for this person; the message names those that there are",
    "not_yours": "somebody else wrote the message: each edits and deletes their own",
    "no_emoji": "a reaction is one emoji",
    "deleted": "the message is deleted",
    "too_late": "the time in which that could be done has passed, or it is being done now; the message says which",
    "too_many_changes": "this person has changed this message, or reacted to it, as often as one may",
    "superseded": "a newer search of this connection has ended this one",
    "rate_limited": "too many commands of this person; nothing was written; send again after `retry_after` seconds",
    "store_unavailable": "the store does not answer, or takes no messages now; send again with the same id",
    "internal": "a fault of the server; it is logged; send again with the same id",
}


class Close(IntEnum):
    """Close codes. 4000–4499: reconnect, with full jitter. 4500–4999: do not, something must change first."""

    RESTARTING = 4000
    TOO_SLOW = 4001
    UNAVAILABLE = 4002
    BAD_TOKEN = 4500
    TOKEN_EXPIRED = 4501
    HELLO_TIMEOUT = 4502
    HELLO_FIRST = 4503
    TOO_MANY_ERRORS = 4504
    REVOKED = 4505


CLOSE_REASON: dict[Close, str] = {
    Close.RESTARTING: "server restarting, reconnect",
    Close.TOO_SLOW: "reader too slow, reconnect and resume",
    Close.UNAVAILABLE: "cannot serve now, reconnect",
    Close.BAD_TOKEN: "token not accepted",
    Close.TOKEN_EXPIRED: "token expired",
    Close.HELLO_TIMEOUT: "no hello within 5 seconds",
    Close.HELLO_FIRST: "the first message must be hello",
    Close.TOO_MANY_ERRORS: "too many malformed messages",
    Close.REVOKED: "token revoked",
}

STANDARD_CLOSES = (1002, 1007, 1009, 1011, 1012)
"""Close codes of WebSocket itself (RFC 6455, 7.4.1) with which the server ends a connection."""

FINAL = range(4500, 5000)
"""Close codes after which something must change before an app comes back; after the others it reconnects as it is."""
