"""What is compiled: mypyc lets no interpreted class inherit from a compiled one, and says so only at run time."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]


def classes(file: Path) -> Iterator[ast.ClassDef]:
    """Those of a file."""
    return (node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.ClassDef))


def test_no_interpreted_class_inherits_from_a_compiled_one() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    compiled = {ROOT / each.lstrip("/") for each in build["targets"]["wheel"]["hooks"]["mypyc"]["include"]}
    final = {each.name for file in compiled for each in classes(file)}
    assert {"Follower", "Substitute"} <= final
    for package in ("chatserver", "quotas"):
        for file in set((ROOT / package).rglob("*.py")) - compiled:
            for each in classes(file):
                bases = {ast.unparse(base).partition("[")[0] for base in each.bases}
                assert not bases & final, f"{file}: {each.name} inherits from {bases & final}"
