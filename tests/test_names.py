"""One word, one meaning: no two public classes or types share a name."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]


def public_types(file: Path) -> Iterator[str]:
    """Classes and type aliases of a module: names in capitals and small letters, without an underscore first."""
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        match node:
            case ast.ClassDef(name=name) | ast.Assign(targets=[ast.Name(id=name)]):
                if name[0].isupper() and not name.isupper() and "_" not in name:
                    yield name
            case _:
                continue


def test_public_types_have_names_of_their_own() -> None:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for package in ("chatserver", "quotas"):
        for file in sorted((ROOT / package).rglob("*.py")):
            for name in public_types(file):
                places[name].append(str(file.relative_to(ROOT)))
    assert {name: files for name, files in places.items() if len(files) > 1} == {}
