"""`chatserver replies`."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from chatserver.commands.chat import token_of
from chatserver.commands.faults import one_sentence
from chatserver.protocol.commands import Watch
from chatserver.settings import DEFAULT_URL, SettingsError
from chatserver.terminal import replies as terminal_replies
from quotas.admission import WaitState


def replies(
    *,
    url: str = DEFAULT_URL,
    token_file: Path | None = None,
    state: WaitState = "waiting",
    mentor: str | None = None,
    plan: str | None = None,
    once: Annotated[bool, Parameter(negative="")] = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    language: str | None = None,
) -> None:
    """Show who owes an answer, the most urgent first, live on the terminal. A mentor sees their own.

    The token is read from a file or from CHATSERVER_TOKEN. Without a terminal the board is printed once.

    Parameters
    ----------
    url
        Address of the server.
    token_file
        File that holds the token.
    state
        waiting shows all, overdue what is past its deadline, missed what was noted as such.
    mentor
        Show those of one mentor, by id.
    plan
        Show those on one plan.
    once
        Print the board as it is now, and end.
    as_json
        Print JSON: one object with --once, else an event a line.
    language
        en, nb or da; the terminal's own by default.
    """
    with one_sentence():
        token = token_of(token_file)
        watch = Watch(replies=True, state=state, mentor=mentor, plan=plan)
        work = terminal_replies.run(url=url, token=token, watch=watch, once=once, as_json=as_json, language=language)
        try:
            status = asyncio.run(work)
        except ValueError as error:
            raise SettingsError(str(error)) from None
        except KeyboardInterrupt:
            status = 0
        sys.exit(status)
