"""What is built carries the browser apps, or is not built; a checkout is installed without them, and says so."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from chatserver.web.assets import Assets
from chatserver.web.building import BUILT

ROOT = Path(__file__).parents[2]
BUILT_IN = "chatserver/web/built"
NOWHERE = "http://127.0.0.1:9"


def checkout(folder: Path, *left_out: str) -> Path:
    """A copy of what is built, without what a clone lacks."""
    for name in ("chatserver", "quotas"):
        skipped = shutil.ignore_patterns("__pycache__", "node_modules", *left_out)
        shutil.copytree(ROOT / name, folder / name, ignore=skipped)
    for name in ("pyproject.toml", "hatch_build.py", "README.md", ".gitignore"):
        shutil.copy2(ROOT / name, folder)
    return folder


def built(folder: Path, what: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """`what` (sdist, wheel, editable) of a folder, in its dist/, by the backend that pip runs."""
    (folder / "dist").mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-c", f"from hatchling.build import build_{what}; build_{what}('dist')"],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
    )


def only(folder: Path, pattern: str) -> Path:
    [found] = folder.glob(pattern)
    return found


def test_a_wheel_from_a_source_archive_has_the_apps_and_needs_no_deno(assets: Assets, tmp_path: Path) -> None:
    """Every file that was built, as it was built, and nothing that they were built of by others."""
    source = checkout(tmp_path / "checkout")
    done = built(source, "sdist")
    assert done.returncode == 0, done.stderr
    with tarfile.open(only(source / "dist", "*.tar.gz")) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    unpacked = only(tmp_path / "unpacked", "*")
    # Stands before the real one, as if that were not installed.
    (tmp_path / "absent").mkdir()
    (tmp_path / "absent" / "deno.py").write_text("raise ImportError('not here')")
    done = built(unpacked, "wheel", PYTHONPATH=str(tmp_path / "absent"))
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(only(unpacked / "dist", "*.whl")) as wheel:
        carried = {name: wheel.read(name) for name in wheel.namelist() if name.startswith(f"{BUILT_IN}/")}
        assert not [name for name in wheel.namelist() if "node_modules" in name]
    assert carried == {f"{BUILT_IN}/{file.name}": file.read_bytes() for file in BUILT.iterdir()}
    assert assets.manifest.pages.keys() == json.loads(carried[f"{BUILT_IN}/manifest.json"])["pages"].keys()


@pytest.mark.parametrize("what", ["wheel", "sdist"])
def test_nothing_is_published_without_the_apps(tmp_path: Path, what: str) -> None:
    """Where the registry cannot be reached."""
    source = checkout(tmp_path / "checkout", "built")
    done = built(source, what, DENO_DIR=str(tmp_path / "deno"), NPM_CONFIG_REGISTRY=NOWHERE)
    assert done.returncode != 0
    assert "deno install failed" in done.stderr
    assert not [*(source / "dist").iterdir()]


def test_a_checkout_is_installed_without_the_apps_and_says_so(tmp_path: Path) -> None:
    """Its pages say it too: see the pages' own tests."""
    source = checkout(tmp_path / "checkout", "built")
    done = built(source, "editable", DENO_DIR=str(tmp_path / "deno"), NPM_CONFIG_REGISTRY=NOWHERE)
    assert done.returncode == 0, done.stderr
    assert "The browser apps are not built: deno install failed" in done.stdout + done.stderr
    assert "`make web` tries again" in done.stdout + done.stderr
    assert only(source / "dist", "*.whl").is_file()
