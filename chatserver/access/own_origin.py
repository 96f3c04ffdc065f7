"""Whether a request comes from a page that this server itself has served. Source: RFC 6454; Fetch Metadata."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers


def is_own_origin(asked: Headers, public_url: str | None) -> bool:
    """By its Origin: that of `public_url`, or of the address that was asked."""
    origin = asked.get("origin", "")
    if public_url is not None and origin == origin_of(public_url):
        return True
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and parts.netloc == asked.get("host")


def origin_of(url: str) -> str:
    """Scheme, host and port, as a browser names them in Origin."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
