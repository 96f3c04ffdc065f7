"""Bad input: each kind has its code, and the connection survives whatever is not hostile."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from chatserver.protocol.codes import Close
from chatserver.protocol.commands import MAX_FRAME_BYTES
from chatserver.realtime.connection import MAX_FAULTS
from tests.chatserver.protocol.wrong import NO_TEXTS, NOT_JSON, NOT_MSGPACK, TEXTS, WRONG
from tests.chatserver.realtime.devices import Device
from tests.chatserver.realtime.servers import HereServer

SEND = {"type": "send", "conversation": "c1", "id": "1"}
HUGE = 10**30


@pytest.fixture
async def mia(server: HereServer) -> AsyncIterator[Device]:
    async with server.device("mia") as mia:
        yield mia


@pytest.fixture
async def packed(server: HereServer) -> AsyncIterator[Device]:
    async with server.device("mia", encoding="msgpack") as mia:
        yield mia


async def test_malformed_frames_are_told(mia: Device, packed: Device) -> None:
    """What is not JSON, or not MessagePack; every kind of it stands in the tests of the codec."""
    for frame in NOT_JSON:
        await mia.socket.send(frame, text=True)
        await mia.error("malformed")
    for frame in NOT_MSGPACK:
        await packed.socket.send(frame)
        await packed.error("malformed")
    assert await mia.is_alive()
    assert await packed.is_alive()


async def test_the_wrong_kind_of_frame(mia: Device, packed: Device) -> None:
    """Binary where JSON is spoken, text where MessagePack is."""
    await mia.socket.send(b'{"type":"check","conversation":"c1"}')
    await mia.error("wrong_encoding")
    await packed.socket.send('{"type":"check","conversation":"c1"}')
    await packed.error("wrong_encoding")
    assert await mia.is_alive()
    assert await packed.is_alive()


@pytest.mark.parametrize("levels", [500, 5_000, 30_000])
async def test_deep_nesting(mia: Device, packed: Device, levels: int) -> None:
    """Refused without trouble, whatever the depth and wherever it stands."""
    for frame in (
        "[" * levels + "]" * levels,
        '{"type":"send","conversation":"c1","id":"1","body":' + "[" * levels + "]" * levels + "}",
        '{"type":"check","conversation":"c1","x":' + '{"a":' * (levels // 3) + "1" + "}" * (levels // 3) + "}",
    ):
        await mia.socket.send(frame)
        assert (await mia.hears("error"))["code"] in ("too_deep", "invalid_field", "unknown_field")
    await packed.socket.send(b"\x82\xa4type\xa5check\xa1x" + b"\x91" * levels + b"\x01")
    assert (await packed.hears("error"))["code"] in ("too_deep", "unknown_field")
    assert await mia.is_alive()
    assert await packed.is_alive()


async def test_a_wrong_field_is_named(mia: Device, packed: Device) -> None:
    """In both encodings, with what is allowed; the connection lives on."""
    for device in (mia, packed):
        for command, code, named in WRONG:
            await device.send_frame(command)
            error = await device.error(code)
            assert named in error["message"]
            assert error["temporary"] is False
        assert await device.is_alive()


async def test_numbers_of_any_size(mia: Device) -> None:
    """No number is too large to be refused."""
    for seq in (f"{HUGE}", f"-{HUGE}", "1e400", "9" * 5_000):
        await mia.socket.send(f'{{"type":"read","conversation":"c1","seq":{seq}}}')
        assert (await mia.hears("error"))["code"] in ("invalid_field", "malformed")
    assert await mia.is_alive()


async def test_an_error_names_the_message_it_answers(mia: Device) -> None:
    """Where the id can be read at all, also beside another wrong field."""
    await mia.send_frame({**SEND, "id": "mine", "body": 7})
    error = await mia.error("invalid_field")
    assert (error["id"], error["conversation"]) == ("mine", "c1")
    await mia.send_frame({**SEND, "id": "mine", "body": "x", "extra": 1})
    assert (await mia.error("unknown_field"))["id"] == "mine"


@pytest.mark.parametrize("whose", ["c2", "nowhere"])
async def test_someone_elses_conversation_is_not_found(server: HereServer, mia: Device, whose: str) -> None:
    """Every command; the answer does not tell whether there is one."""
    await server.conversation("c2", "basic", member="ola")
    async with server.device("ola") as ola:
        for command in (
            {"type": "send", "id": "1", "body": "x"},
            {"type": "check"},
            {"type": "read", "seq": 0},
            {"type": "typing"},
            {"type": "history"},
        ):
            await mia.send_frame({**command, "conversation": whose})
            error = await mia.error("not_found")
            assert (error["conversation"], error["message"]) == (whose, "there is no such conversation for this person")
        assert await ola.silence(0.2) == []
    assert await mia.is_alive()


async def test_a_second_hello(mia: Device) -> None:
    """The first one stands, whoever the second one is from."""
    await mia.say("hello", token="anything")
    await mia.error("already_greeted")
    assert await mia.is_alive()


async def test_texts_that_cannot_be(mia: Device, packed: Device) -> None:
    """Told with the id, in both encodings; nothing is stored."""
    for body, code in NO_TEXTS:
        for device in (mia, packed):
            error = await device.write(body, id="1")
            assert (error["type"], error["code"], error["id"]) == ("error", code, "1")
    assert (await mia.write("the first"))["seq"] == 1


async def test_texts_at_the_bounds(mia: Device, packed: Device) -> None:
    """16 KiB of UTF-8, and the three control characters that texts need."""
    for n, body in enumerate(TEXTS):
        assert (await mia.write(body, id=f"{n}"))["type"] == "accepted"
        [message] = await packed.messages(1)
        assert message["body"] == body


# Hostile


async def test_a_frame_too_large_is_1009(server: HereServer, mia: Device) -> None:
    """What fits is read; others are unaffected by what does not."""
    async with server.device("tora") as tora:
        largest = '{"type":"check","conversation":"c1"}'.ljust(MAX_FRAME_BYTES)
        await mia.socket.send(largest)
        await mia.hears("composer")
        await mia.socket.send(largest + " ")
        assert (await mia.end())[0] == 1009
        assert await tora.is_alive()


async def test_a_message_in_fragments_counts_as_one(mia: Device) -> None:
    """Fragments are put together, and together they have the same bound."""
    await mia.socket.send(['{"type":"check",', '"conversation":', '"c1"}'])
    await mia.hears("composer")

    async def endless() -> AsyncIterator[str]:
        for _ in range(MAX_FRAME_BYTES // 1_024 + 1):
            yield " " * 1_024

    await mia.socket.send(endless())
    assert (await mia.end())[0] == 1009


async def test_text_that_is_not_utf8_is_1007(server: HereServer) -> None:
    """By RFC 6455, 8.1: before hello and after."""
    async with server.stranger() as device, server.device("mia") as mia:
        await device.socket.send(b"\xff\xfe", text=True)
        assert (await device.end())[0] == 1007
        await mia.socket.send(b'{"type":"check","conversation":"\xff"}', text=True)
        assert (await mia.end())[0] == 1007


async def test_too_many_malformed_frames_are_4504(server: HereServer, mia: Device) -> None:
    """A broken app is stopped; wrong commands that are well-formed do not count."""
    for _ in range(MAX_FAULTS + 20):
        await mia.say("check", conversation="nowhere")
    for _ in range(MAX_FAULTS):
        await mia.socket.send("{")
    assert await mia.is_alive()
    await mia.socket.send("{")
    assert await mia.end() == (Close.TOO_MANY_ERRORS, "too many malformed messages")
    async with server.device("mia") as again:
        assert await again.is_alive()


async def test_bytes_that_are_no_websocket(server: HereServer, mia: Device) -> None:
    """Neither TCP rubbish nor a broken frame harms others."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"\x16\x03\x01 what is this\r\n\r\n")
    async with asyncio.timeout(30):
        assert b"400" in (await reader.read()).partition(b"\r\n")[0]
    writer.close()
    mia.socket.transport.write(b"\x83\x80\x00\x00\x00\x00")
    assert (await mia.end())[0] == 1002
    async with server.device("mia") as again:
        assert await again.is_alive()
