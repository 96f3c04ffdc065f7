"""Logs: every logger through one handler, one line an event on standard error.

Never message text, never tokens. Libraries are heard from their warnings on, whatever the level: at DEBUG, WebSocket
libraries write frames and databases write rows.
"""

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType

OURS = ("chatserver", "quotas")
"""The loggers that the level is for."""

_OF_EVERY_RECORD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
"""What a record says of itself; everything else of it was given as `extra`."""
_about: ContextVar[Mapping[str, object]] = ContextVar("about", default=MappingProxyType({}))

_DIM, _BOLD, _PLAIN = "\x1b[2m", "\x1b[1m", "\x1b[0m"
_COLOURS = {"debug": "\x1b[32m", "info": "\x1b[32m", "warning": "\x1b[33m", "error": "\x1b[31m", "critical": "\x1b[31m"}


def configure_logs(level: str = "info", **always: object) -> None:
    """Log from `level` on; JSON where standard error is no terminal. `always` is what every line is about."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(ConsoleLines(always) if sys.stderr.isatty() else JsonLines(always))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.captureWarnings(capture=True)
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())


@contextmanager
def logged_about(**fields: object) -> Iterator[None]:
    """What is logged meanwhile, by whatever is called, is about these."""
    token = _about.set({**_about.get(), **fields})
    try:
        yield
    finally:
        _about.reset(token)


class _Lines(logging.Formatter):
    """What both forms say of a record.

    Tracebacks are plain: with the values of locals they would hold what people wrote.
    """

    def __init__(self, always: Mapping[str, object]) -> None:
        super().__init__()
        self._always = always

    def fields(self, record: logging.LogRecord) -> dict[str, object]:
        """What it is about, by name."""
        given = {name: value for name, value in record.__dict__.items() if name not in _OF_EVERY_RECORD}
        return {**self._always, **_about.get(), **given}

    def traceback(self, record: logging.LogRecord) -> str:
        """The fault with its way; '' where there is none."""
        return self.formatException(record.exc_info) if record.exc_info and record.exc_info[0] else ""


class JsonLines(_Lines):
    """A JSON object a line, in ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "timestamp": _time(record),
            "level": _level(record),
            "logger": record.name,
            "event": record.getMessage(),
            **self.fields(record),
        }
        if traceback := self.traceback(record):
            line["exception"] = traceback
        return json.dumps(line, default=repr)


class ConsoleLines(_Lines):
    """For people at a terminal: time, level, event, what it is about, logger; a traceback beneath."""

    def format(self, record: logging.LogRecord) -> str:
        level = _level(record)
        about = "".join(f" {_DIM}{name}={_PLAIN}{_shown(value)}" for name, value in self.fields(record).items())
        line = (
            f"{_DIM}{_time(record)}{_PLAIN} {_COLOURS.get(level, '')}{level:<8}{_PLAIN}"
            f" {_BOLD}{_printable(record.getMessage())}{_PLAIN}{about} {_DIM}({record.name}){_PLAIN}"
        )
        traceback = self.traceback(record)
        return f"{line}\n{traceback}" if traceback else line


def _time(record: logging.LogRecord) -> str:
    """RFC 3339, in UTC, to the microsecond."""
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _level(record: logging.LogRecord) -> str:
    return record.levelname.lower()


def _shown(value: object) -> str:
    """A word as it is, everything else as Python writes it."""
    return value if isinstance(value, str) and value.isprintable() and len(value.split()) == 1 else repr(value)


def _printable(text: str) -> str:
    """Without what would move the cursor or begin another line."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
