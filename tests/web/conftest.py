"""The browser apps, built once for all tests of a run."""

import tempfile
from pathlib import Path

import pytest

from chatserver.file_lock import lock
from chatserver.web.assets import Assets, assets_in
from chatserver.web.building import build_apps, is_stale


@pytest.fixture(scope="session")
def assets() -> Assets:
    """What the sources give now, whichever test process is the first to ask."""
    with lock(Path(tempfile.gettempdir()) / "building-the-apps", wait=True):
        if is_stale():
            build_apps()
    built = assets_in()
    assert built is not None
    return built
