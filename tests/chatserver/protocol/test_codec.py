"""Bytes ↔ commands and events."""

from typing import cast, get_args

import msgspec
import pytest

from chatserver.protocol import codec, codes, events
from chatserver.protocol.codec import SUBPROTOCOLS, CommandError, Encoding, check_text, decode, encode
from chatserver.protocol.commands import (
    COMMANDS,
    AnyCommand,
    Check,
    Follow,
    Hello,
    History,
    Read,
    Send,
    Typing,
    Unfollow,
    Watch,
)
from chatserver.protocol.entry import head_json, opened, read_opened
from tests.chatserver.protocol.wrong import NO_TEXTS, NOT_JSON, NOT_MSGPACK, SEND, TEXTS, WRONG

ENCODINGS: list[Encoding] = ["json", "msgpack"]
encoders = {"json": msgspec.json.encode, "msgpack": msgspec.msgpack.encode}


def refused(frame: bytes, encoding: Encoding) -> CommandError:
    """The error that a frame meets."""
    with pytest.raises(CommandError) as error:
        decode(frame, encoding)
    return error.value


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    "command",
    [
        Hello("token", {"c1": 3, "a_.:|@~-Z9": 2**53 - 1}),
        Send("c1", "i" * 64, "Hei æøå 👋"),
        Check("c" * 64),
        Read("c1", 0),
        Typing("c1"),
        History("c1", None, 200),
        History("c1", 2**53 - 1, 1),
        Follow("c1"),
        Follow("c1", 2**53 - 1),
        Unfollow("c1"),
        Watch(True, "missed", "tora", "live+", 1_000),
    ],
)
def test_every_command_is_read(command: AnyCommand, encoding: Encoding) -> None:
    """In both encodings; `type` is the first word of its name in lower case."""
    frame = encoders[encoding](command)
    assert decode(frame, encoding) == command
    assert cast(dict[str, str], msgspec.to_builtins(command))["type"] == type(command).__name__.lower()


def test_optional_fields_have_their_defaults() -> None:
    """Resume nothing; the newest fifty; from here on."""
    assert decode(b'{"type":"hello","token":"t"}', "json") == Hello("t", {})
    assert decode(b' {"conversation":"c1","type":"history"}\n', "json") == History("c1", None, 50)
    assert decode(b'{"type":"follow","conversation":"c1"}', "json") == Follow("c1", None)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(("command", "code", "named"), WRONG, ids=[f"{index}" for index in range(len(WRONG))])
def test_a_wrong_field_is_named(command: object, code: str, named: str, encoding: Encoding) -> None:
    """The sentence is short, however long the field."""
    error = refused(encoders[encoding](command), encoding)
    assert error.code == code
    assert named in error.message
    assert len(error.message) < 300
    assert "`$" not in error.message  # how msgspec begins a path; patterns that it quotes have dollars, too


@pytest.mark.parametrize("frame", NOT_JSON)
def test_what_is_not_json_is_malformed(frame: bytes) -> None:
    """Without a word of what it held."""
    error = refused(frame, "json")
    assert error.code == "malformed"
    assert error.message.startswith("the frame is not valid json: ")


@pytest.mark.parametrize("frame", NOT_MSGPACK)
def test_what_is_not_msgpack_is_malformed(frame: bytes) -> None:
    """Cut, too long, or not UTF-8."""
    assert refused(frame, "msgpack").code == "malformed"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_deep_nesting_is_refused(encoding: Encoding) -> None:
    """In a field that is skipped, where the decoder goes in."""
    levels = 20_000
    if encoding == "json":
        frame = b'{"type":"check","conversation":' + b"[" * levels + b"]" * levels + b"}"
    else:
        frame = b"\x82\xa4type\xa5check\xacconversation" + b"\x91" * levels + b"\xc0"
    assert refused(frame, encoding).code in ("too_deep", "invalid_field")


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    ("sent", "id", "conversation"),
    [
        ({**SEND, "id": "mine", "body": 7}, "mine", "c1"),
        ({**SEND, "id": 7, "body": "x"}, None, "c1"),
        ({**SEND, "id": "i" * 65, "body": "x"}, None, "c1"),
        ({"type": "check", "conversation": ["c1"]}, None, None),
        ([], None, None),
    ],
)
def test_an_error_says_what_it_answers(
    sent: object, id: str | None, conversation: str | None, encoding: Encoding
) -> None:
    """As far as that can be read; nothing long is sent back."""
    error = refused(encoders[encoding](sent), encoding)
    assert (error.id, error.conversation) == (id, conversation)


@pytest.mark.parametrize(("body", "code"), NO_TEXTS, ids=[f"{index}" for index in range(len(NO_TEXTS))])
def test_texts_that_cannot_be(body: str, code: str) -> None:
    """The sentence holds nothing of the text."""
    problem = check_text(body)
    assert problem is not None
    assert problem[0] == code
    assert not body.strip() or body[:5] not in problem[1]


@pytest.mark.parametrize("body", TEXTS, ids=[f"{index}" for index in range(len(TEXTS))])
def test_texts_that_can_be(body: str) -> None:
    """Up to 16 KiB of UTF-8."""
    assert check_text(body) is None


@pytest.mark.parametrize("body", ["plain", 'quotes " and \\', "æøå 👋 \u2028 </script>", "a\tb\r\nc"])
def test_an_opened_message_becomes_the_event_unchanged(body: str) -> None:
    """The JSON made around the entry says what the encoder would say."""
    entry = opened(head_json("mia", "member", "id ✓"), codec.encode_json(body))
    stored = read_opened(entry)
    event = events.Message("c1", 7, stored.sender, "member", "2026-01-06T09:00:00.000Z", stored.id, stored.body)
    made = codec.message_json("c1", 7, event.at, entry)
    assert msgspec.json.decode(made) == msgspec.json.decode(encode(event, "json"))
    assert msgspec.msgpack.decode(encode(event, "msgpack"), type=events.Message) == event


@pytest.mark.parametrize("id", ["1", 'quotes " and \\', "id ✓"])
def test_an_answer_is_made_as_it_would_be_encoded(id: str) -> None:
    """The JSON around the composer is the encoder's, byte for byte."""
    composer = events.Composer(False, "closed", "2026-01-12T07:00:00.000Z", None, 1, None, None, [], True)
    event = events.Accepted("c1", id, 7, "2026-01-06T09:00:00.000Z", composer)
    assert codec.accepted_json("c1", id, 7, event.at, codec.encode_json(composer)) == encode(event, "json")


def test_the_names_that_apps_rely_on() -> None:
    """Commands and events by the names of the protocol; changing one breaks apps."""
    assert {str(command.__struct_config__.tag) for command in COMMANDS} == {
        "hello", "send", "edit", "delete", "react", "check", "read", "typing", "history", "follow", "unfollow", "watch",
        "join", "notices", "notices_read", "renew", "conversations", "signal", "search", "acknowledge", "urgent",
        "give", "hand_in", "scheduled", "reschedule", "unschedule", "draft", "drafts",
    }  # fmt: skip
    assert {str(event.__struct_config__.tag) for event in get_args(events.AnyEvent)} == {
        "welcome", "message", "accepted", "refused", "composer", "reply", "conversation", "read", "typing", "presence",
        "history", "gap", "error", "deadline", "replies", "following", "unfollowed", "clock", "session",
        "notices", "notices_read", "notice", "case", "unread", "renewed", "conversations", "signal", "search",
        "acknowledged",
        "scheduled", "scheduled_list", "later", "draft", "drafts",
    }  # fmt: skip
    assert SUBPROTOCOLS == {"mentorchat.v1.json": "json", "mentorchat.v1.msgpack": "msgpack"}


def test_every_code_is_explained() -> None:
    """Errors have a meaning; close codes have a reason that fits a frame, and say whether to reconnect."""
    assert set(codes.MEANING) == set(codes.CODES)
    assert set(codes.CODES) >= codes.TEMPORARY
    for close in codes.Close:
        assert 4000 <= close <= 4999
        assert (close in codes.FINAL) == ("reconnect" not in codes.CLOSE_REASON[close])
