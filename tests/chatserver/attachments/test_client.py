"""The Python client uploads files, sends them, and keeps what others sent."""

import asyncio
from pathlib import Path

import pytest

from chatserver.client import ChatClient
from chatserver.client.files import download, files_of, upload
from chatserver.client.http import AnswerError
from chatserver.protocol.events import Accepted
from tests.chatserver.attachments.files import pdf
from tests.chatserver.realtime.servers import here, token


async def test_a_file_by_the_client(valkey_url: str, tmp_path: Path) -> None:
    paper = tmp_path / "Søknad.pdf"
    paper.write_bytes(pdf(300_000))  # noqa: ASYNC240 - a millisecond
    async with here(valkey_url, tmp_path / "data") as server:
        await server.conversation()
        said = await asyncio.to_thread(upload, server.http, token("mia"), "c1", "f1", paper)
        assert (said.name, said.type, said.bytes) == ("Søknad.pdf", "application/pdf", 300_000)
        async with ChatClient(server.http, token("mia")) as mia:
            assert isinstance(await mia.send("c1", "", attachments=["f1"]), Accepted)
        [known] = await asyncio.to_thread(files_of, server.http, token("tora"), "c1", ["f1", "absent"])
        assert known.name == "Søknad.pdf"
        kept = tmp_path / "kept.pdf"
        assert await asyncio.to_thread(download, server.http, token("tora"), "c1", "f1", kept) == 300_000
        assert kept.read_bytes() == paper.read_bytes()  # noqa: ASYNC240 - as above
        with pytest.raises(AnswerError, match="there is no attachment"):
            await asyncio.to_thread(download, server.http, token("tora"), "c1", "absent", tmp_path / "x")
        for id, why in (("..", "is no id"), (".", "is no id"), ("a b", "is no id"), ("a/b", "there is no such path")):
            with pytest.raises(AnswerError, match=why):
                await asyncio.to_thread(upload, server.http, token("mia"), "c1", id, paper)
            with pytest.raises(AnswerError, match=why):
                await asyncio.to_thread(download, server.http, token("mia"), "c1", id, tmp_path / "x")
        page = tmp_path / "page.pdf"
        page.write_bytes(b"<html>")  # noqa: ASYNC240 - as above
        with pytest.raises(AnswerError, match="by its content"):
            await asyncio.to_thread(upload, server.http, token("mia"), "c1", "f2", page)
