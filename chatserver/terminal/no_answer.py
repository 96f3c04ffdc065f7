"""`/no-answer`: what waits in the open conversation needs no answer, says the mentor's side."""

from chatserver.client import ChatError
from chatserver.terminal.desk import Desk

NO_ANSWER = "/no-answer"


async def no_answer(desk: Desk) -> None:
    """As far as it was shown. The conversation then tells of it; why it cannot be is said."""
    if desk.current is None:
        desk.announce(desk.texts("open_one_first", hint=desk.how_to_open))
        return
    try:
        await desk.chat.acknowledge(desk.current.id, desk.chat.positions.get(desk.current.id))
    except ChatError as fault:
        if fault.code != "not_acknowledged" or desk.texts.language == "en":
            raise
        desk.announce(desk.texts("not_acknowledged"))
