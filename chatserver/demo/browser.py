"""Opening the demo in a browser, where there is a desktop to show one on."""

import os
import sys
import webbrowser
from collections.abc import Mapping

from chatserver.app import Parts
from chatserver.demo.cast import DemoPerson, people_of


def open_demo(parts: Parts, links: Mapping[str, str]) -> DemoPerson | None:
    """Open the first member's page, and say whose it is; None where there is no browser to open.

    May wait as long as the browser runs, where the environment's BROWSER says so. To be called beside the event loop.
    """
    if not _has_a_desktop(os.environ):
        return None
    members = (person for person in people_of(parts.rulebook) if person.role == "member" and person.id in links)
    shown = next(members, None)
    return shown if shown and webbrowser.open(links[shown.id]) else None


def _has_a_desktop(environment: Mapping[str, str]) -> bool:
    """Without one a browser in the terminal would come, over what the demo prints."""
    return sys.platform in ("darwin", "win32") or any(
        environment.get(name) for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")
    )
