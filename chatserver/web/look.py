"""How the apps look on a platform: what it calls itself, its colours, its picture."""

import struct
from pathlib import Path

from msgspec import Struct

from chatserver.settings import Settings, SettingsError

MOST_BYTES = 256 * 1024
"""Of a style or a picture: everybody loads them first."""
_PNG_HEAD = 24
"""Bytes up to and with its size."""
_PICTURES = {".svg": "image/svg+xml", ".png": "image/png"}


class Picture(Struct, frozen=True):
    """A picture's file."""

    content_type: str
    content: bytes

    @property
    def sizes(self) -> str:
        """As manifests say it: `180x180`, or `any` of what has no size of its own. Source: PNG, 11.2.2."""
        if self.content_type != "image/png" or len(self.content) < _PNG_HEAD:
            return "any"
        width, height = struct.unpack(">II", self.content[16:_PNG_HEAD])
        return f"{width}x{height}"


class AppLook(Struct, frozen=True):
    """`provider` is where the platform's identity provider signs people in; None for what there is none of."""

    name: str
    provider: str | None = None
    style: bytes | None = None
    logo: Picture | None = None

    def told(self, logo: str) -> dict[str, str]:
        """What pages are told, as attributes of their body. `logo` is where the picture stands."""
        given = {
            "platform": self.name,
            "provider": self.provider,
            "logo": logo if self.logo else None,
        }
        return {key: value for key, value in given.items() if value is not None}


def look_of(settings: Settings, provider: str | None = None) -> AppLook:
    """As the settings have it. Raises SettingsError, where a file cannot be read or is none of its kind."""
    logo = None
    if settings.app_logo is not None:
        kind = _PICTURES.get(settings.app_logo.suffix.lower())
        if kind is None:
            raise SettingsError(f"`app_logo`: {settings.app_logo} must be an .svg or a .png file")
        logo = Picture(kind, _content("app_logo", settings.app_logo))
    style = _content("app_style", settings.app_style) if settings.app_style is not None else None
    return AppLook(settings.platform_name, provider, style, logo)


def _content(key: str, file: Path) -> bytes:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise SettingsError(f"`{key}`: {file} cannot be read: {error.strerror}") from None
    if len(content) > MOST_BYTES:
        raise SettingsError(f"`{key}`: {file} is larger than {MOST_BYTES // 1024} KiB")
    return content
