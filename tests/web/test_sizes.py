"""What a page costs before anything is shown: scripts, style and one language, zipped."""

import re

import pytest

from chatserver.web.assets import Assets
from chatserver.web.pages import PAGES

MOST_BYTES = 60 * 1024
_LANGUAGES = re.compile(rb'import\("\./(shared-[A-Z0-9]+\.js)"\)')


@pytest.mark.parametrize("page", PAGES)
def test_a_first_load_is_small(assets: Assets, page: str) -> None:
    """60 KiB at most, on every page. What is loaded later is not counted, but for the largest language."""
    loads = assets.manifest.pages[page]
    at_once = {loads.script, loads.style, *loads.preload}
    later = {
        name.decode()
        for each in at_once
        if each.endswith(".js")
        for name in _LANGUAGES.findall(assets.files[each].plain)
        if name.decode() in assets.files
    }
    languages = [each for each in later if b"language:" in assets.files[each].plain]
    size = sum(len(assets.files[each].zipped) for each in at_once)
    size += max((len(assets.files[each].zipped) for each in languages), default=0)
    assert size <= MOST_BYTES
