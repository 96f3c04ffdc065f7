"""/attach, /files and /save at a screen."""

from pathlib import Path

from tests.chatserver.attachments.files import pdf
from tests.chatserver.realtime.servers import here
from tests.chatserver.terminal.screen import ENTER, at_terminal


async def test_a_file_from_terminal_to_terminal(valkey_url: str, tmp_path: Path) -> None:
    """Sent with words and without, listed, kept; nothing is overwritten, and what cannot be sent says why."""
    paper, page = tmp_path / "my plan.pdf", tmp_path / "page.pdf"
    paper.write_bytes(pdf(40_000))  # noqa: ASYNC240 - a millisecond
    page.write_bytes(b"<html>")  # noqa: ASYNC240 - as above
    async with here(valkey_url, tmp_path / "data") as server:
        await server.conversation("c1", "basic")
        async with at_terminal(server, "mia") as mia, at_terminal(server, "tora", "nb") as tora:
            mia.type(f"/attach '{paper}' Look at this" + ENTER)
            await mia.sees("Look at this")
            await tora.sees("Look at this")
            await tora.sees("[1 fil: /files]")
            mia.type(f"/attach {page}" + ENTER)
            await mia.sees("by its content it is none of what may be sent")
            mia.type(f"/attach {tmp_path}/absent.pdf" + ENTER)
            await mia.sees("absent.pdf: No such file or directory")
            tora.type("/files" + ENTER)
            await tora.sees("1  my plan.pdf")
            tora.type(f"/save 1 {tmp_path}/data" + ENTER)
            await tora.sees("Lagret som")
            assert (tmp_path / "data" / "my plan.pdf").read_bytes() == paper.read_bytes()  # noqa: ASYNC240 - as above
            tora.type(f"/save 1 {tmp_path}/data" + ENTER)
            await tora.sees("File exists")
            tora.type("/save 2" + ENTER)
            await tora.sees("Hvilken? /save NUMMER")
