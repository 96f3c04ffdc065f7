"""`GET /`: a small page for whoever opens the server's address in a browser. No token is needed."""

import base64
import hashlib
from importlib.metadata import version

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

_STYLE = """
:root { color-scheme: light dark; }
body { max-width: 38rem; margin: 4rem auto; padding: 0 1.25rem; font: 1rem/1.6 system-ui, sans-serif;
       color: light-dark(#1c2024, #e6e8eb); background: light-dark(#fff, #15181c); }
h1 { font-size: 1.5rem; margin-bottom: 0; }
p.version { margin-top: 0; color: light-dark(#5a6270, #9aa4b2); }
a { color: light-dark(#0b57d0, #8ab4f8); }
dt { font-weight: 600; margin-top: .75rem; }
dd { margin: 0; }
code { font: .9em ui-monospace, monospace; }
"""

_PAGE = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>chatserver</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>chatserver</h1>
<p class="version">Version {version("chatserver")}</p>
<p>An open-source chat server for mentoring. It answers programs: apps chat over a WebSocket at
<code>/v1/chat</code>, and platforms manage people and conversations over HTTP under <code>/v1</code>.</p>
<dl>
<dt><a href="/v1/openapi.json">/v1/openapi.json</a></dt><dd>Every HTTP operation, as an OpenAPI document.</dd>
<dt><a href="/readyz">/readyz</a></dt><dd>Whether this server can take messages, check by check.</dd>
<dt><a href="/livez">/livez</a></dt><dd>Whether this process runs.</dd>
<dt><code>docs/protocol.md</code></dt><dd>In the source code: every command, event, code and limit.</dd>
<dt><code>docs/operations.md</code></dt><dd>In the source code: running, watching and backing up.</dd>
</dl>
</main>
</body>
</html>
"""

_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""Nothing is loaded, nothing runs; the one style is named by its hash."""


def home_route() -> Route:
    """`GET /`."""

    async def home(request: Request) -> Response:
        return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY})

    return Route("/", home)
