"""What a page costs before anything is shown: scripts, style and one language, zipped."""

import pytest

from chatserver.web.assets import Assets
from chatserver.web.pages import PAGES

MOST_BYTES = 60 * 1024


@pytest.mark.parametrize("page", PAGES)
def test_a_first_load_is_small(assets: Assets, page: str) -> None:
    """60 KiB at most, on every page. What is loaded later is not counted, but for the largest language."""
    loads = assets.manifest.pages[page]
    at_once = {loads.script, loads.style, *loads.preload}
    size = sum(len(assets.files[each].zipped) for each in at_once)
    size += max(len(assets.files[each].zipped) for each in assets.manifest.words.values())
    assert size <= MOST_BYTES


@pytest.mark.parametrize("page", PAGES)
def test_a_first_load_is_few_files(assets: Assets, page: str) -> None:
    """On a slow line every handful of them takes a way there and back more."""
    assert len(assets.manifest.pages[page].preload) <= 1
