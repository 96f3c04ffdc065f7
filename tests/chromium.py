"""The browser that the apps are tested in: Debian's Chromium."""

from pathlib import Path

CHROMIUM = Path("/usr/lib/chromium/chromium")
"""Where Debian has it; /usr/bin/chromium is a script around it."""


def left_out() -> list[str]:
    """What this machine lacks, as lines for the summary of a run."""
    if CHROMIUM.exists():
        return []
    return ["Chromium is not installed (apt-get install chromium): no test opens the apps in a browser"]
