"""`chatserver hours`: a mentor's hours, shown and set."""

import tomllib
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter

from chatserver.client.sessions import HoursSaid
from chatserver.commands.asking import AS_USUAL, QuestionFlags, asking, person_of, print_json
from chatserver.commands.screen import screen
from chatserver.settings import SettingsError
from chatserver.terminal.session_tables import show_hours
from quotas.plans import WEEKDAYS
from quotas.text_files import NotUtf8Error, read_text

hours = App(name="hours")


@hours.default
def shown(*, asked: QuestionFlags = AS_USUAL) -> None:
    """Show when you may be booked, as the mentor of the token; `hours set` changes it."""
    with asking(asked) as ask:
        _print(asked, ask.calls.hours(person_of(asked)))


@hours.command(name="set")
def put(
    *,
    file: Path | None = None,
    open: Annotated[list[str] | None, Parameter(negative="")] = None,
    zone: str | None = None,
    buffer_minutes: int | None = None,
    notice_hours: int | None = None,
    asked: QuestionFlags = AS_USUAL,
) -> None:
    """Set when you may be booked, in place of what was set. What is booked stays booked.

    Parameters
    ----------
    file
        A TOML or JSON file with `weekly`, `exceptions`, `zone`, `buffer_minutes` and `notice_hours`, as over HTTP.
    open
        A day and its hours, such as monday=09:00-12:00; name it again for more. In place of the file's `weekly`.
    zone
        The IANA zone in which these times hold, such as Europe/Oslo; yours by default.
    buffer_minutes
        Minutes kept free before and after each session.
    notice_hours
        Hours that members book ahead at least.
    """
    with asking(asked) as ask:
        if file is None and not open:
            raise SettingsError("no hours: name a --file, or days such as --open monday=09:00-12:00")
        content = _content(file) if file is not None else {}
        if open:
            content["weekly"] = [_stretch(each) for each in open]
        flags = {"zone": zone, "buffer_minutes": buffer_minutes, "notice_hours": notice_hours}
        content.update({name: value for name, value in flags.items() if value is not None})
        _print(asked, ask.calls.put_hours(person_of(asked), content))


def _print(asked: QuestionFlags, found: HoursSaid) -> None:
    if asked.as_json:
        print_json(found)
    else:
        show_hours(screen, found)


def _content(file: Path) -> dict[str, Any]:
    try:
        text = read_text(file)
        content = msgspec.json.decode(text) if file.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise SettingsError(f"--file {file}: {error.strerror}") from None
    except (NotUtf8Error, msgspec.DecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"--file {file}: {error}") from None
    if not isinstance(content, dict):
        raise SettingsError(f"--file {file}: must be an object with `weekly`, as over HTTP")
    return content


def _stretch(text: str) -> dict[str, str]:
    day, _, times = text.partition("=")
    since, _, until = times.partition("-")
    if day.lower() not in WEEKDAYS or not since or not until:
        raise SettingsError(f"--open {text!r}: must be a day in full and its hours, such as monday=09:00-12:00")
    return {"weekday": day.lower(), "from": since.strip(), "until": until.strip()}
