"""Builds the browser apps when the project is built or installed. Needs Deno and the packages of deno.lock."""

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILDING = Path(__file__).parent / "chatserver" / "web" / "building.py"


class AppsHook(BuildHookInterface):  # type: ignore[type-arg]
    """A wheel and a source archive fail without the apps; a checkout is installed all the same, and says so."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        building = runpy.run_path(str(BUILDING))
        if not building["is_stale"]():  # as in a source archive, which carries them
            return
        try:
            building["build_apps"]()
        except building["BuildError"] as error:
            if version != "editable":
                raise
            self.app.display_warning(f"The browser apps are not built: {error}. `make web` tries again.")
