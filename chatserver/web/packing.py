"""Packing the apps' client as an npm package, for apps that somebody else writes.

python -m chatserver.web.packing FOLDER     puts mentorchat-client-VERSION.tgz there; `make package` does so
"""

import json
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path

from chatserver.web.building import WEB, BuildError, run_deno

CLIENT = WEB / "src" / "client"
PROJECT = WEB.parents[1] / "pyproject.toml"
NAME = "@mentorchat/client"


def pack_client(folder: Path) -> Path:
    """Its modules, their types and a README, of this project's version. Raises BuildError."""
    folder.mkdir(parents=True, exist_ok=True)
    version = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["version"]
    packed = folder.resolve() / f"{NAME.removeprefix('@').replace('/', '-')}-{version}.tgz"
    options = json.loads((WEB / "deno.json").read_text(encoding="utf-8"))["compilerOptions"]
    about = {"name": NAME, "version": version, "exports": "./mod.ts", "compilerOptions": options}
    # In a folder of its own: beside the apps it would be a package that they depend on.
    with tempfile.TemporaryDirectory() as made:
        package = Path(made)
        for file in (*CLIENT.glob("*.ts"), CLIENT / "README.md"):
            shutil.copy(file, package)
        (package / "deno.json").write_text(json.dumps(about), encoding="utf-8")
        run_deno(package, "pack", "--quiet", "--no-source-maps", "--output", str(packed))
    return packed


def main() -> None:
    """Pack; for `make package`."""
    try:
        print(pack_client(Path(sys.argv[1])))
    except BuildError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
