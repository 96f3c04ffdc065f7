"""The browser apps, built once for all tests of a run."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from chatserver.file_lock import lock
from chatserver.web.assets import Assets, assets_in
from chatserver.web.building import build_apps, is_stale
from tests.chromium import CHROMIUM
from tests.web.browsers import chromium

collect_ignore_glob = [] if CHROMIUM.exists() else ["safety/*", "states/*", "stories/*"]


@pytest.fixture(scope="session")
def assets() -> Assets:
    """What the sources give now, whichever test process is the first to ask."""
    with lock(Path(tempfile.gettempdir()) / "building-the-apps", wait=True):
        if is_stale():
            build_apps()
    built = assets_in()
    assert built is not None
    return built


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(assets: Assets) -> AsyncIterator[Browser]:
    """One for all tests of this process: starting it takes longer than most of them."""
    async with chromium() as running:
        yield running
