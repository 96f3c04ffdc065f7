"""Pictures of every state, in light and dark, on a phone and a desktop: `make screenshots`."""

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.engines import Stores
from tests.web.browsers import DESKTOP, PHONE, chromium
from tests.web.states.states import STATES, stage

MANNERS = {"phone": PHONE, "desktop": DESKTOP}


async def take(folder: Path) -> None:
    """One file for each, named after the state, the device and the scheme."""
    stores = Stores()
    try:
        async with chromium() as browser:
            for name, state in STATES.items():
                for device, manner in MANNERS.items():
                    url = stores.cleared("valkey").url
                    with tempfile.TemporaryDirectory() as data:
                        async with stage(browser, url, Path(data), locale="en-GB", **manner) as here:
                            page = await state(here)
                            for scheme in ("light", "dark"):
                                await page.emulate_media(color_scheme=scheme)
                                await page.screenshot(path=folder / f"{name}-{device}-{scheme}.png")
                    print(f"{name}, {device}", flush=True)
    finally:
        stores.stop()


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(target))
