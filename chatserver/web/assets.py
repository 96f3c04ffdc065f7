"""What the apps' pages load, in memory: scripts and styles by names that change with their content.

Source: RFC 9111 (a response that never changes is `immutable`, RFC 8246).
"""

from collections.abc import Mapping
from mimetypes import guess_type
from pathlib import Path

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from chatserver.web.building import BUILT

PREFIX = "/app/assets"
_FOREVER = "public, max-age=31536000, immutable"
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


class PageAssets(Struct, frozen=True):
    """What one page loads, by the names of the files."""

    script: str
    style: str
    preload: tuple[str, ...]


class AssetManifest(Struct, frozen=True):
    """What `build.ts` wrote: what each page loads, and what stands beside them."""

    pages: dict[str, PageAssets]
    words: dict[str, str]
    """The script of each language's words."""
    worker: str
    """The service worker's script."""
    icons: dict[str, str]
    """By what each is called in the sources."""


class Asset(Struct, frozen=True):
    """A file, and its gzip."""

    content_type: str
    plain: bytes
    zipped: bytes


class Assets(Struct, frozen=True):
    """All that was built; read once, at the start."""

    manifest: AssetManifest
    files: Mapping[str, Asset]

    async def serve(self, request: Request) -> Response:
        """`GET /app/assets/{name}`."""
        asset = self.files.get(request.path_params["name"])
        if asset is None:
            return Response(status_code=404)
        return answer(request, asset, _FOREVER)


def answer(request: Request, asset: Asset, caching: str) -> Response:
    """The file, zipped where the browser takes that."""
    headers = {"Cache-Control": caching, "Content-Type": asset.content_type, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.zipped, headers={**headers, "Content-Encoding": "gzip"})
    return Response(asset.plain, headers=headers)


def assets_in(folder: Path = BUILT) -> Assets | None:
    """What was built; None where nothing was, or what older sources gave."""
    try:
        manifest = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=AssetManifest)
    except (FileNotFoundError, msgspec.ValidationError):
        return None
    files = {
        file.name: Asset(_type_of(file.name), file.read_bytes(), (folder / f"{file.name}.gz").read_bytes())
        for file in folder.iterdir()
        if file.suffix in (".js", ".css", ".svg", ".png", ".webmanifest")
    }
    return Assets(manifest, files)


def _type_of(name: str) -> str:
    return _TYPES.get(Path(name).suffix) or guess_type(name)[0] or "application/octet-stream"
