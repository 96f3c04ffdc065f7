"""Building the browser apps: with Deno, which comes as a wheel, from the packages that deno.lock names by their hashes.

Also run by the build backend, in an environment without the rest of the project: it imports nothing of it.
"""

import subprocess
import sys
from pathlib import Path

WEB = Path(__file__).parent
BUILT = WEB / "built"
MANIFEST = BUILT / "manifest.json"
MOST_SECONDS = 300
"""How long fetching packages and building may take."""


class BuildError(Exception):
    """The apps cannot be built; one sentence, with what Deno said."""


def build_apps() -> None:
    """Build them into BUILT, in the place of what was there. Raises BuildError."""
    run_deno(WEB, "install", "--frozen", "--quiet")
    run_deno(WEB, "run", "-A", "build.ts")


def is_stale() -> bool:
    """Whether a source is newer than what was built, or nothing was."""
    if not MANIFEST.exists():
        return True
    built = MANIFEST.stat().st_mtime
    sources = (*WEB.glob("*.json"), *WEB.glob("*.ts"), WEB / "deno.lock", *(WEB / "src").rglob("*"))
    return any(each.is_file() and each.stat().st_mtime > built for each in sources)


def deno() -> str:
    """Deno's program. Raises BuildError where it is not installed."""
    try:
        from deno import find_deno_bin
    except ImportError:
        raise BuildError("Deno is not installed: pip install deno") from None
    return str(find_deno_bin())


def run_deno(folder: Path, *arguments: str) -> None:
    """Run a command of Deno's there. Raises BuildError where it fails."""
    command = [deno(), *arguments]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=MOST_SECONDS)  # noqa: S603 - fixed
    except subprocess.TimeoutExpired:
        raise BuildError(f"deno {arguments[0]} took more than {MOST_SECONDS} s") from None
    if done.returncode:
        said = done.stderr.strip() or done.stdout.strip()
        raise BuildError(f"deno {arguments[0]} failed: {said[-2000:]}")


def main() -> None:
    """Build; for `make web`."""
    try:
        build_apps()
    except BuildError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
