"""Time zones: the list and the data of a package, whatever the machine has."""

import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from quotas.zones import zone_names, zone_of, zone_to_show


def test_every_zone_of_the_list_opens() -> None:
    """Old names too: the list has them."""
    assert len(zone_names()) > 500
    assert {"Europe/Oslo", "UTC", "US/Eastern"} <= zone_names()
    for name in zone_names():
        assert zone_of(name).key == name


def test_the_machine_is_not_asked(tmp_path: Path) -> None:
    """Neither a zone that only it has, nor its own idea of one that everybody has."""
    (tmp_path / "Europe").mkdir()
    tokyo = files("tzdata").joinpath("zoneinfo", "Asia", "Tokyo").read_bytes()
    for name in ("Oslo", "Nowhere"):
        (tmp_path / "Europe" / name).write_bytes(tokyo)
    code = (
        "from datetime import datetime; from quotas.zones import zone_of, zone_problem; "
        "print(datetime(2026, 1, 5, tzinfo=zone_of('Europe/Oslo')).utcoffset(), bool(zone_problem('Europe/Nowhere')))"
    )
    environment = {**os.environ, "PYTHONTZPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "1:00:00 True\n"


def test_what_is_no_zone() -> None:
    """It opens nothing, and is shown as UTC."""
    with pytest.raises(LookupError, match="'localtime' is no IANA time zone"):
        zone_of("localtime")
    assert zone_to_show("localtime").key == "UTC"
    assert zone_to_show("Europe/Oslo").key == "Europe/Oslo"
