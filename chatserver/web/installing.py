"""How a page is put among the apps of a device: its manifest, and the pictures that it has there.

Source: Web Application Manifest; `purpose: maskable` of its pictures.
"""

from html import escape
from typing import Any

import msgspec

from chatserver.web.assets import PREFIX, AssetManifest
from chatserver.web.look import AppLook

INSTALLED = ("member", "mentor", "support")
"""Pages that can be."""
PAPER = {"light": "#f3f0ef", "dark": "#17141a"}
"""As `--paper` in tokens.css: what surrounds the page where the browser paints."""
_SMALL = 180
"""Pixels of what telephones show that take no SVG."""


def manifest_path(page: str) -> str:
    """Where its manifest stands."""
    return f"/app/{page}.webmanifest"


def install_manifest(built: AssetManifest, look: AppLook, page: str, logo: str) -> bytes:
    """JSON. `logo` is where the platform's own picture stands, if it has one."""
    return msgspec.json.encode(
        {
            "id": f"/app/{page}",
            "name": look.name,
            "short_name": look.name,
            "start_url": f"/app/{page}",
            "scope": "/app/",
            "display": "standalone",
            "background_color": PAPER["light"],
            "theme_color": PAPER["light"],
            "icons": _icons(built, look, logo),
        }
    )


def icon_links(built: AssetManifest, look: AppLook, page: str, logo: str) -> str:
    """What the head of a page says of its pictures, and of its manifest where it has one."""
    own = look.logo is not None
    icon = logo if own else _at(built, "icon.svg")
    small = logo if own else _at(built, f"whole-{_SMALL}.png")
    colours = "".join(
        f'<meta name="theme-color" content="{colour}" media="(prefers-color-scheme: {scheme})">\n'
        for scheme, colour in PAPER.items()
    )
    manifest = f'<link rel="manifest" href="{manifest_path(page)}">\n' if page in INSTALLED else ""
    name = f'<meta name="apple-mobile-web-app-title" content="{escape(look.name)}">\n'
    return f'<link rel="icon" href="{icon}">\n<link rel="apple-touch-icon" href="{small}">\n{name}{colours}{manifest}'


def _icons(built: AssetManifest, look: AppLook, logo: str) -> list[dict[str, Any]]:
    if look.logo is not None:
        return [{"src": logo, "type": look.logo.content_type, "sizes": look.logo.sizes}]
    own = (("icon-192.png", 192, "any"), ("icon-512.png", 512, "any"), ("whole-512.png", 512, "maskable"))
    return [
        {"src": _at(built, name), "type": "image/png", "sizes": f"{size}x{size}", "purpose": purpose}
        for name, size, purpose in own
    ]


def _at(built: AssetManifest, icon: str) -> str:
    return f"{PREFIX}/{built.icons[icon]}"
