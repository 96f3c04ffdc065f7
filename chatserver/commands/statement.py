"""`chatserver statement`."""

import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import msgspec
from cyclopts import Parameter

from chatserver.client import http
from chatserver.commands.chat import token_of
from chatserver.commands.faults import one_sentence
from chatserver.commands.screen import screen
from chatserver.protocol.statements import StatementView
from chatserver.settings import DEFAULT_URL, SettingsError
from chatserver.terminal.statement import show


def statement(
    mentor: str,
    month: str,
    /,
    *,
    url: str = DEFAULT_URL,
    token_file: Path | None = None,
    as_csv: Annotated[bool, Parameter(name="--csv", negative="")] = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Show what a mentor earned in a month: sessions, corrections of earlier months, sums. A mentor sees their own.

    A month that is over is issued when somebody first asks for it, and never changes.

    Parameters
    ----------
    mentor
        The mentor's id.
    month
        The month, such as 2026-01.
    url
        Address of the server.
    token_file
        File that holds the token; else it is read from CHATSERVER_TOKEN.
    as_csv
        Print CSV.
    as_json
        Print JSON.
    """
    with one_sentence():
        if as_csv and as_json:
            raise SettingsError("--csv and --json: choose one of them")
        token = token_of(token_file)
        path = f"/v1/mentors/{quote(mentor, safe='')}/statements/{quote(month, safe='')}"
        try:
            if as_csv:
                sys.stdout.write(http.get_bytes(url, path, {}, token, "text/csv").decode())
                return
            answer = http.get(url, path, {}, token, StatementView)
        except ValueError as error:
            raise SettingsError(str(error)) from None
        if as_json:
            sys.stdout.write(msgspec.json.format(msgspec.json.encode(answer), indent=2).decode() + "\n")
        else:
            show(screen, answer)
