"""What every answer over HTTP says to browsers and caches, whoever gives it."""

SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""What people write is nobody's cache's business, and nothing here is a page, a script or a frame of another site."""
