"""`chatserver mail`, and what stands under it: the folder that mails go to where no relay is set."""

import sys
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from msgspec import Struct
from rich.table import Table
from rich.text import Text

from chatserver.commands.asking import print_json
from chatserver.commands.faults import one_sentence
from chatserver.commands.flags import NO_FLAGS, ServerFlags, settings_of
from chatserver.commands.screen import screen
from chatserver.notices.mailbox import mailbox_folder, mails_in
from chatserver.plural import counted
from chatserver.settings import Settings, SettingsError

mail = App(name="mail", help_format="plaintext")

SHOWN = 20
"""Mails of a list, unless more are asked for."""


class MailLine(Struct, frozen=True):
    """One mail in the list; `--json` prints them. `number` 1 is the latest."""

    number: int
    sent_at: str
    """RFC 3339 in UTC."""
    to: str
    subject: str
    file: str


@mail.default
def list_mails(
    *,
    most: int = SHOWN,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    flags: ServerFlags = NO_FLAGS,
) -> None:
    """List the mails in the folder that they go to where no relay is set, the latest first.

    Parameters
    ----------
    most
        At most so many.
    as_json
        Print JSON.
    """
    with one_sentence():
        files = _files(settings_of(flags))
        lines = [_line(number, file) for number, file in enumerate(files[:most], start=1)]
        if as_json:
            print_json(lines)
            return
        table = Table(box=None, pad_edge=False)
        for column in ("", "sent (UTC)", "to", "subject"):
            table.add_column(column, overflow="fold", no_wrap=column in ("", "sent (UTC)"))
        for line in lines:
            table.add_row(str(line.number), line.sent_at[:16].replace("T", " "), line.to, line.subject)
        screen.print(table, highlight=False)
        if len(files) > len(lines):
            screen.print(f"{counted(len(files), 'mail')} in all; --most shows more.", highlight=False)


@mail.command(name="show")
def show_mail(
    number: int = 1,
    /,
    *,
    raw: Annotated[bool, Parameter(negative="")] = False,
    flags: ServerFlags = NO_FLAGS,
) -> None:
    """Show a mail: what it says as plain text, and what goes with it.

    Parameters
    ----------
    number
        Its number in the list; 1 is the latest.
    raw
        Print it as it is in its file: all headers, HTML, the calendar's part.
    """
    with one_sentence():
        files = _files(settings_of(flags))
        if not 1 <= number <= len(files):
            raise SettingsError(f"there is no mail {number}; there are {counted(len(files), 'mail')}")
        file = files[number - 1]
        if raw:
            sys.stdout.flush()
            sys.stdout.buffer.write(file.read_bytes())
            return
        _show(_read(file), file)


def _files(settings: Settings) -> Sequence[Path]:
    folder = mailbox_folder(settings.data_dir)
    if settings.smtp_url is not None:
        raise SettingsError("`smtp_url` is set: mails go to that relay, and none are kept here")
    if files := mails_in(folder):
        return files
    raise SettingsError(
        f"{folder}: there are no mails; name the folder of the server with --data-dir, which is demo-data for the demo"
    )


def _read(file: Path) -> EmailMessage:
    found = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(found, EmailMessage)  # noqa: S101 - what that policy makes
    return found


def _line(number: int, file: Path) -> MailLine:
    found = _read(file)
    sent = parsedate_to_datetime(found["Date"]).isoformat().replace("+00:00", "Z")
    return MailLine(number, sent, str(found["To"]), str(found["Subject"]), str(file))


def _show(found: EmailMessage, file: Path) -> None:
    for name in ("From", "To", "Subject", "Date"):
        screen.print(Text.assemble((f"{name}: ", "bold"), str(found[name])), soft_wrap=True)
    body = found.get_body(("plain",))
    if body is not None:
        screen.print(f"\n{body.get_content().rstrip()}\n", highlight=False, soft_wrap=True)
    for part in found.iter_attachments():
        screen.print(f"With it: {part.get_filename()} ({part.get_content_type()})", highlight=False)
    screen.print(f"File: {file}", highlight=False, soft_wrap=True)
