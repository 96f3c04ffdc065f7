"""`chatserver replay`."""

import asyncio
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

import msgspec
from cyclopts import Parameter

from chatserver.commands.faults import one_sentence
from chatserver.commands.running import run, store_of
from chatserver.commands.screen import bar
from chatserver.composition import opening
from chatserver.settings import Settings, SettingsError, load
from chatserver.terminal.texts import choose_language
from quotas.ledger.base import Ledger
from quotas.ledger.memory import MemoryLedger
from quotas.phrases import Language
from quotas.replay import TimelineError, replay
from quotas.terms import Rulebook
from quotas.text_files import NotUtf8Error, without_mark


def replay_timeline(
    file: Path | None = None,
    /,
    *,
    policy: Path | None = None,
    ledger: Literal["memory", "redis"] = "memory",
    redis_url: str | None = None,
    explain: Annotated[bool, Parameter(negative="")] = False,
    language: str | None = None,
) -> None:
    """Apply a timeline of JSON lines by the rules, one line out for each line in.

    Parameters
    ----------
    file
        The timeline; standard input where none is named.
    policy
        TOML file that changes plans and calendar.
    ledger
        memory is the reference; redis the real one, embedded and empty unless --redis-url names one.
    redis_url
        Redis or Valkey for --ledger redis. It must hold none of the timeline's conversations.
    explain
        Add `why` to every line: the steps that led to the state after it, with sentences.
    language
        Of the sentences: en, nb or da; the terminal's own by default.
    """
    with one_sentence():
        if redis_url is not None and ledger != "redis":
            raise SettingsError("--redis-url: is for --ledger redis only")
        if language is not None and not explain:
            raise SettingsError("--language: is for the sentences of --explain only")
        settings, _ = load({"policy": policy, "redis_url": redis_url}, os.environ)
        rulebook = Rulebook(opening.policy_of(settings))
        lines = lines_of(file)
        spoken = choose_language(language, os.environ) if explain else None
        if ledger == "memory":
            asyncio.run(_replayed(lines, rulebook, MemoryLedger(lambda: 0), spoken))
        else:
            run(_replayed_on_redis(lines, rulebook, settings.redis_url, spoken))


def lines_of(file: Path | None) -> list[bytes]:
    """The lines of a timeline, standard input where no file is named. Raises TimelineError."""
    try:
        content = sys.stdin.buffer.read() if file is None else file.read_bytes()
        return without_mark(content).splitlines()
    except OSError as error:
        raise TimelineError(f"{file}: {error.strerror}") from None
    except NotUtf8Error as error:
        raise TimelineError(f"{file or 'the timeline'}: {error}") from None


async def _replayed_on_redis(
    lines: list[bytes], rulebook: Rulebook, redis_url: str | None, spoken: Language | None
) -> None:
    with TemporaryDirectory(prefix="chatserver-replay-") as folder:
        settings = Settings(data_dir=Path(folder), redis_url=redis_url)
        with store_of(settings) as store_url:
            async with opening.bare_ledger(store_url) as real:
                await _replayed(lines, rulebook, real, spoken)


async def _replayed(lines: list[bytes], rulebook: Rulebook, ledger: Ledger, spoken: Language | None) -> None:
    """Write the outcomes; where they go elsewhere, show progress on the terminal."""
    out = sys.stdout
    with bar(len(lines) if not out.isatty() else 0) as progress:
        task = progress.add_task("replaying", total=len(lines))
        try:
            done = 0
            async for outcome in replay(lines, rulebook, ledger, explain=spoken):
                out.write(msgspec.json.format(msgspec.json.encode(outcome), indent=0).decode() + "\n")
                done += 1
                if done % 500 == 0:
                    progress.update(task, completed=done)
            progress.update(task, completed=len(lines))
        finally:
            out.flush()
