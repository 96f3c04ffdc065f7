"""What each process of `chatserver serve --workers` runs: `python -m chatserver.commands.worker`, by another process.

Standard input brings the job; standard output takes signs of life, and one report.
"""

import asyncio
import os
import signal
import socket
import sys

import msgspec

from chatserver.app import assembled
from chatserver.commands.faults import faults, sentence_of
from chatserver.commands.running import run
from chatserver.operating.logs import configure_logs
from chatserver.server import listen
from chatserver.workers import SIGN, SIGN_EVERY, Job, Report, job_of

STDIN, STDOUT = 0, 1


def main() -> None:
    """Serve until SIGTERM or SIGHUP, or until whoever started this process is gone."""
    line = sys.stdin.buffer.readline()
    if not line:  # It was gone before it had told anything.
        return
    job = job_of(line)
    configure_logs(job.settings.log_level, worker=job.seat.number)
    try:
        run(_serve(job))
    except Exception as error:
        if not isinstance(error, faults()):
            raise
        _report(Report(sentence_of(error)))
        sys.exit(1)


async def _serve(job: Job) -> None:
    _end_with_parent()
    os.set_blocking(STDOUT, False)
    _show_life()
    async with assembled(job.settings, job.store_url, job.seat) as parts:
        await listen(parts, socket.socket(fileno=job.listener), lambda: _report(Report(None)))


def _end_with_parent() -> None:
    """Stop in order when standard input ends: nobody would start or stop this process any more."""
    loop = asyncio.get_running_loop()

    def gone() -> None:
        loop.remove_reader(STDIN)
        signal.raise_signal(signal.SIGTERM)

    loop.add_reader(STDIN, gone)


def _show_life() -> None:
    """Until the loop ends, or nobody is there any more to see it."""
    try:
        os.write(STDOUT, SIGN)
    except BrokenPipeError:
        return
    except BlockingIOError:
        pass  # Nobody has looked for hours.
    asyncio.get_running_loop().call_later(SIGN_EVERY, _show_life)


def _report(report: Report) -> None:
    os.write(STDOUT, msgspec.json.encode(report) + b"\n")


if __name__ == "__main__":
    main()
