"""`/no-answer` at a screen, on a real server."""

from pathlib import Path

from tests.chatserver.realtime.servers import here
from tests.chatserver.terminal.screen import ENTER, at_terminal


async def test_a_mentor_says_that_it_needs_no_answer(valkey_url: str, tmp_path: Path) -> None:
    """Both see it; said of nothing, it is told why that cannot be, in the mentor's language."""
    policy = tmp_path / "policy.toml"
    policy.write_text("[plans.basic]\nno_answer_needed = true\n")
    async with here(valkey_url, tmp_path / "data", policy=policy) as server:
        await server.conversation("c1", "basic")
        async with at_terminal(server, "mia", "en") as mia, at_terminal(server, "tora", "nb") as tora:
            await mia.sees("online")
            await tora.sees("tilkoblet")
            tora.type("/help" + ENTER)
            await tora.sees("· /no-answer")
            mia.type("thank you" + ENTER)
            await tora.sees("thank you")
            tora.type("/no-answer" + ENTER)
            await mia.sees("Read; it needs no answer")
            await tora.sees("Lest; det trenger ikke svar")
            tora.type("ha det" + ENTER)
            await mia.sees("ha det")
            tora.type("/no-answer" + ENTER)
            await tora.sees("Ingenting venter")
