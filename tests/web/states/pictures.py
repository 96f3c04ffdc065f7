"""Pictures of every state, in light and dark, on a phone and a desktop: `make screenshots`.

python -m tests.web.states.pictures FOLDER [STATE …]     only those states, where some are named
"""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.engines import Stores
from tests.web.browsers import PHONE, chromium
from tests.web.states.states import STATES, stage

MANNERS = {"phone": PHONE, "desktop": {"viewport": {"width": 1200, "height": 720}}}
"""As people see it who read about it: small enough to stand in a page."""


async def take(folder: Path, names: Sequence[str]) -> None:
    """One file for each, named after the state, the device and the scheme."""
    stores = Stores()
    try:
        async with chromium() as browser:
            for name in names:
                for device, manner in MANNERS.items():
                    url = stores.cleared("valkey").url
                    with tempfile.TemporaryDirectory() as data:
                        async with stage(browser, url, Path(data), locale="en-GB", **manner) as here:
                            page = await STATES[name](here)
                            for scheme in ("light", "dark"):
                                await page.emulate_media(color_scheme=scheme)
                                await page.screenshot(path=folder / f"{name}-{device}-{scheme}.png")
                    print(f"{name}, {device}", flush=True)
    finally:
        stores.stop()


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(target, sys.argv[2:] or list(STATES)))
