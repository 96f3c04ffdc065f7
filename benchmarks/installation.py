"""An installation of the product, in the environment of a checkout: it measures itself, by its own benchmark."""

import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from benchmarks.contenders import BenchmarkError, Durability
from benchmarks.load import Outcome
from benchmarks.measure import Load
from benchmarks.results import Report
from benchmarks.rows import PRODUCT

_ASK = "from benchmarks.contenders import CONTENDERS; print(CONTENDERS['product'].what)"
_BEYOND_THE_WINDOW = 120.0
"""Seconds for everything but the load; then it hangs."""
_STOP_SECONDS = 60.0


class Installation(msgspec.Struct, frozen=True):
    """Its interpreter, and the checkout whose benchmark measures it; `commit` is empty where Git knows none."""

    python: str
    checkout: str
    commit: str
    what: str

    def measure(self, load: Load, aof: Durability) -> Outcome:
        """One run of its benchmark, on a fresh server and store. Raises BenchmarkError."""
        with TemporaryDirectory(prefix="chatserver-compare-") as folder:
            figures, words = Path(folder) / "figures.json", Path(folder) / "words"
            arguments = [
                *("--server", PRODUCT, "--rounds", "1", "--aof", aof, "--json", str(figures)),
                *("--pairs", f"{load.pairs}", "--window", f"{load.window}", "--body-bytes", f"{load.body_bytes}"),
                *("--warmup", f"{load.warmup}", "--seconds", f"{load.seconds}"),
            ]
            status = _run([self.python, "-m", "benchmarks", *arguments], self.checkout, words, load)
            last_words = "\n".join(words.read_text(errors="replace").splitlines()[-15:])
            try:
                report = msgspec.json.decode(figures.read_bytes(), type=Report)
            except (OSError, msgspec.DecodeError) as problem:
                raise BenchmarkError(f"{self.python}: no figures, status {status}: {problem}\n{last_words}") from None
            if report.table is None or not report.table.runs:
                raise BenchmarkError(f"{self.python}: nothing was measured, status {status}\n{last_words}")
            return report.table.runs[0].outcome


def installation_of(python: Path) -> Installation:
    """What that interpreter runs. Raises BenchmarkError where it does not run, or is in no checkout."""
    python = python.absolute()  # not resolved: an environment's interpreter is a link to the one that it was made of
    checkout = next((each for each in python.parents if (each / "benchmarks" / "__main__.py").exists()), None)
    if checkout is None:
        raise BenchmarkError(f"{python}: no folder above it has the benchmarks: name an interpreter within a checkout")
    try:
        asked = subprocess.run(
            [python, "-c", _ASK], cwd=checkout, env=_environment(), capture_output=True, text=True, check=True
        )
    except OSError as problem:
        raise BenchmarkError(f"{python} does not start: {problem.strerror}") from None
    except subprocess.CalledProcessError as problem:
        raise BenchmarkError(f"{python} cannot run the benchmarks of {checkout}:\n{problem.stderr.strip()}") from None
    return Installation(str(python), str(checkout), _commit(checkout), asked.stdout.strip())


def _environment() -> dict[str, str]:
    """Without what would let one installation import another's modules."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def _commit(checkout: Path) -> str:
    try:
        asked = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--exclude=*"],
            cwd=checkout,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return ""
    return asked.stdout.strip()


def _run(command: list[str], checkout: str, words: Path, load: Load) -> int:
    """Its exit status; what it says goes into `words`. Where we are stopped, it stops its servers first."""
    with words.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=checkout,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C is for us, who pass it on once.
            start_new_session=True,
        )
    try:
        return process.wait(load.warmup + load.seconds + _BEYOND_THE_WINDOW)
    except subprocess.TimeoutExpired:
        raise BenchmarkError(f"{command[0]}: its benchmark does not end") from None
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(_STOP_SECONDS)
