"""What is installed comes from locks, which have what pyproject.toml asks for, with hashes; its licences are known."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
LOCKS = sorted((ROOT / "locks").glob("*.lock"))
PERMISSIVE = {
    "Apache Software License",
    "Apache-2.0",
    "BSD License",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CNRI-Python",
    "ISC License (ISCL)",
    "MIT",
    "MIT-CMU",
    "MIT License",
    "MIT-0",
    "PSF-2.0",
}
"""Licences that ask for nothing but their text, as packages name them."""
UNCHANGED = {"certifi": {"Mozilla Public License 2.0 (MPL 2.0)"}}
"""By package: licences that ask for the source of what was changed, of those that are passed on as they are."""


@cache
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@cache
def locked(name: str) -> dict[str, tuple[Version, Marker | None]]:
    """Version of each package, and where it is for."""
    found: dict[str, tuple[Version, Marker | None]] = {}
    for entry in entries((ROOT / "locks" / f"{name}.lock").read_text(encoding="utf-8")):
        pin = Requirement(entry.partition("--hash")[0])
        [version] = pin.specifier
        assert version.operator == "==", entry
        name = canonicalize_name(pin.name)
        # Where there are two of one, for several versions of Python: that of this one.
        if name not in found or pin.marker is None or pin.marker.evaluate():
            found[name] = (Version(version.version), pin.marker)
    return found


def entries(lock: str) -> list[str]:
    """One for each package, with its hashes."""
    return [line for line in lock.replace(" \\\n", " ").splitlines() if line.strip()]


def asked(extra: str | None) -> list[Requirement]:
    """What the project needs, and what an extra does, which may name others of this project."""
    table = project()["project"]
    found = [Requirement(line) for line in table["dependencies"]]
    wanted = [extra] if extra else []
    while wanted:
        for requirement in map(Requirement, table["optional-dependencies"][wanted.pop()]):
            if requirement.name == table["name"]:
                wanted += requirement.extras
            else:
                found.append(requirement)
    return found


def asked_of(lock: str) -> list[Requirement]:
    """What somebody who installs from that lock relies on."""
    backend = [Requirement(line) for line in project()["build-system"]["requires"]]
    match lock:
        case "supply":
            return [Requirement(line) for line in project()["dependency-groups"]["supply"]]
        case "server":
            return asked(None)
        case "compile":
            hook = project()["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"]["mypyc"]
            return [*asked(lock), *backend, *map(Requirement, hook["dependencies"])]
        case _:
            return [*asked(lock), *backend]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_has_what_the_project_asks_for(lock: Path) -> None:
    for requirement in asked_of(lock.stem):
        name = canonicalize_name(requirement.name)
        assert name in locked(lock.stem), f"{lock.name} lacks {requirement}: run `make lock`"
        version = locked(lock.stem)[name][0]
        assert version in requirement.specifier, f"{lock.name} has {name} {version}, not {requirement}: run `make lock`"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_has_hashes_and_names_no_host(lock: Path) -> None:
    """Whoever installs from it may do so from any index, and gets these files or none."""
    text = lock.read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index|--find-links|\bfile:|@ ", text)
    for entry in entries(text):
        assert re.search(r" --hash=sha256:[0-9a-f]{64}", entry), entry[:60]


def test_locks_agree() -> None:
    """Tests run with what a server has."""
    for lock in ("server", "checkout", "compile"):
        assert locked(lock).items() <= locked("dev").items()
    assert locked("server").items() <= locked("checkout").items()


def test_everything_is_installed_from_a_lock() -> None:
    """By the Makefile, the image and CI: what pip fetches is checked by its hash, and nothing else is fetched."""
    installs = 0
    for name in ("Makefile", "Dockerfile", ".ci/run"):
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
            for command in re.findall(r"\bpip (?:install|wheel)\b[^&]*|\$\((?:INSTALL|LOCKED)\)[^&]*", line):
                installs += 1
                assert re.search(r"--require-hashes|--no-deps|\$\(LOCKED\)", command) or line.startswith(
                    "INSTALL :="
                ), line
    assert installs > 5


def licences() -> dict[str, tuple[str, str]]:
    """Version and licence by package, from docs/licences.md."""
    text = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return {canonicalize_name(name): (version, licence) for name, version, licence in rows[2:]}


def test_the_licence_of_every_part_of_a_server_is_listed() -> None:
    """With the version of the lock: what the image has, on Linux with a new Python."""
    image = {"sys_platform": "linux", "python_full_version": "3.13.0", "implementation_name": "cpython"}
    image["platform_python_implementation"] = "CPython"
    told = licences()
    for name, (version, marker) in locked("server").items():
        if marker is not None and not marker.evaluate(dict(image)):
            continue
        assert name in told, f"docs/licences.md lacks {name}: run `make licences`"
        assert told[name][0] == str(version), f"docs/licences.md has another {name}: run `make licences`"
    assert told.keys() <= locked("server").keys()


def test_every_licence_is_one_that_we_may_pass_on() -> None:
    """Where a package names several, each of them is."""
    for name, (_, licence) in licences().items():
        named = re.split(r"; | AND | OR ", licence)
        assert set(named) <= PERMISSIVE | UNCHANGED.get(name, set()), f"{name}: {licence}"
