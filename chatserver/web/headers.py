"""What the apps' pages tell the browser to allow: their own scripts and styles, the server itself, and nothing else.

Source: Content Security Policy Level 3; Trusted Types; Cross-Origin Opener Policy.
"""

from collections.abc import Sequence

_FOR_CALLS = ("camera", "display-capture")
_REFUSED = (
    "geolocation",
    "payment",
    "usb",
    "serial",
    "hid",
    "midi",
    "publickey-credentials-get",
)


def page_headers(embedders: Sequence[str] = (), *, calls: bool = False, voice: bool = False) -> dict[str, str]:
    """Headers of a page. `embedders` are the origins that may show it in a frame.

    `calls`: it may see and hear; `voice`: it may hear, for voice messages.
    """
    framing = " ".join(embedders) or "'none'"
    policy = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src blob:",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        f"frame-ancestors {framing}",
        "require-trusted-types-for 'script'",
        "trusted-types lit-html chatserver",
    ]
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "; ".join(policy),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": ", ".join(
            [
                *(f"{name}={'(self)' if calls else '()'}" for name in _FOR_CALLS),
                f"microphone={'(self)' if calls or voice else '()'}",
                *(f"{name}=()" for name in _REFUSED),
            ]
        ),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def worker_headers() -> dict[str, str]:
    """Headers of the service worker: it asks this server and nobody else, and its newest version is looked for."""
    return {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": "default-src 'none'; connect-src 'self'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
