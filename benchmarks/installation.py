"""An installation of the product, beside the one that runs this: named by the Python that has it."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

from msgspec import Struct

from benchmarks.contenders import CONTENDERS, BenchmarkError, Contender

_ASK = """
from pathlib import Path
import chatserver, quotas
print(Path(chatserver.__file__).parent)
print(any(file for part in (chatserver, quotas) for file in Path(part.__file__).parent.glob("**/*.so")))
"""


class Installation(Struct, frozen=True):
    """`folder` is its package; `commit` that of the checkout which the folder is in, empty where it is in none."""

    python: str
    folder: str
    commit: str
    compiled: bool

    def contender(self, name: str) -> Contender:
        """Its server, as a contender of that name."""
        product = CONTENDERS["product"]
        program = Path(self.python).with_name("chatserver")
        return replace(
            product,
            name=name,
            command=lambda site: [str(program), *product.command(site)[1:]],
            # The caller's path must not lead one installation to the modules of another.
            environment=lambda site: product.environment(site) | {"PYTHONPATH": ""},
        )


def installation_of(python: Path) -> Installation:
    """What that interpreter would run. Raises BenchmarkError where it does not start, or has no chatserver."""
    python = python.absolute()  # not resolved: an environment's interpreter is a link to the one that it was made of
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    try:
        asked = subprocess.run(
            [python, "-c", _ASK], cwd="/", env=environment, capture_output=True, text=True, check=True
        )
    except OSError as problem:
        raise BenchmarkError(f"{python} does not start: {problem.strerror}") from None
    except subprocess.CalledProcessError as problem:
        raise BenchmarkError(f"{python} has no chatserver:\n{problem.stderr.strip()}") from None
    folder, compiled = asked.stdout.split("\n")[:2]
    return Installation(str(python), folder, _commit(folder), compiled == "True")


def _commit(folder: str) -> str:
    try:
        asked = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--exclude=*"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return ""
    return asked.stdout.strip()
