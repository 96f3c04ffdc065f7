"""`chatserver report`."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from chatserver.client import http
from chatserver.commands.chat import token_of
from chatserver.commands.faults import one_sentence
from chatserver.commands.screen import screen
from chatserver.protocol.reports import By, ReplyReport
from chatserver.settings import DEFAULT_URL, SettingsError
from chatserver.terminal.report import show

PATH = "/v1/replies/report"


def report(
    *,
    url: str = DEFAULT_URL,
    token_file: Path | None = None,
    first: Annotated[str | None, Parameter(name="--from")] = None,
    last: Annotated[str | None, Parameter(name="--to")] = None,
    by: By = "mentor",
    as_csv: Annotated[bool, Parameter(name="--csv", negative="")] = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Show how mentors answer: in time or not, how fast, and on how many days of a week. A mentor sees their own.

    The token is read from a file or from CHATSERVER_TOKEN.

    Parameters
    ----------
    url
        Address of the server.
    token_file
        File that holds the token.
    first
        First day, such as 2026-01-05, in the zone of the server's policy; by default a Monday, for four weeks.
    last
        Last day; today by default.
    by
        One line for each mentor, plan or week.
    as_csv
        Print CSV.
    as_json
        Print JSON.
    """
    with one_sentence():
        if as_csv and as_json:
            raise SettingsError("--csv and --json: choose one of them")
        token = token_of(token_file)
        query = {key: value for key, value in (("from", first), ("to", last), ("by", by)) if value is not None}
        try:
            if as_csv:
                sys.stdout.write(http.get_bytes(url, PATH, query, token, "text/csv").decode())
                return
            answer = http.get(url, PATH, query, token, ReplyReport)
        except ValueError as error:
            raise SettingsError(str(error)) from None
        if as_json:
            sys.stdout.write(msgspec.json.format(msgspec.json.encode(answer), indent=2).decode() + "\n")
        else:
            show(screen, answer)
