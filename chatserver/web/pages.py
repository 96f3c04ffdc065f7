"""The apps' pages: `/app/member`, `/app/mentor`, `/app/support`; beside them sign-in, settings and a call.

A page is a shell that loads its script and style; it holds nothing of anybody, so no token is needed to get it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from html import escape

from msgspec.json import encode
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from chatserver.api.negotiation import language
from chatserver.web.assets import PREFIX, Assets, answer
from chatserver.web.headers import page_headers, worker_headers
from chatserver.web.installing import INSTALLED, icon_links, install_manifest, manifest_path
from chatserver.web.look import AppLook
from quotas.help_policy import HelpPolicy

PAGES = {
    "member": "/app/member",
    "mentor": "/app/mentor",
    "support": "/app/support",
    "sign_in": "/app/sign-in",
    "settings": "/app/settings",
    "call": "/app/call/{booking}",
}
"""Where each stands."""
STYLE = "/app/style.css"
"""The platform's own: its properties hold over those of the pages."""
LOGO = "/app/logo"
WORKER = "/app/worker.js"
"""It sees to whatever stands beside it."""

Endpoint = Callable[[Request], Awaitable[Response]]

_VIEWPORT = "width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"

_NOT_BUILT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The apps are not built</title>
<h1>The apps are not built</h1>
<p>This checkout was installed without its browser apps. Run <code>make web</code> and start the server again.</p>
</html>
"""


def app_routes(
    assets: Assets | None, look: AppLook, help_policy: HelpPolicy, embedders: Sequence[str] = ()
) -> list[BaseRoute]:
    """Routes of the pages and of what they load. Whom one can call stands in the page, so that help never waits."""
    told = look.told(LOGO) | {"help": encode(help_policy.lines).decode()}
    routes: list[BaseRoute] = []
    for page, path in PAGES.items():
        routes.append(Route(path, _page(assets, page, look, told, embedders)))
    if assets is not None:
        routes.append(Route(f"{PREFIX}/{{name}}", assets.serve))
        routes.append(Route(WORKER, _worker(assets)))
        for page in INSTALLED:
            given = install_manifest(assets.manifest, look, page, LOGO)
            routes.append(Route(manifest_path(page), _given(given, "application/manifest+json")))
    if look.style is not None:
        routes.append(Route(STYLE, _given(look.style, "text/css; charset=utf-8")))
    if look.logo is not None:
        routes.append(Route(LOGO, _given(look.logo.content, look.logo.content_type)))
    return routes


def _page(
    assets: Assets | None, page: str, look: AppLook, told: Mapping[str, str], embedders: Sequence[str]
) -> Endpoint:
    headers = page_headers(embedders, calls=page == "call", voice=page in ("member", "mentor"))
    # What was built of older sources may lack it.
    if assets is None or page not in assets.manifest.pages:
        return _said(503, _NOT_BUILT, headers)
    texts = {each: _shell(assets, page, look, told, each) for each in assets.manifest.words}

    async def shown(request: Request) -> Response:
        return HTMLResponse(texts[language(request.headers.get("accept-language", ""))], headers=headers)

    return shown


def _said(status: int, text: str, headers: dict[str, str]) -> Endpoint:
    async def said(request: Request) -> Response:
        return HTMLResponse(text, status_code=status, headers=headers)

    return said


def _worker(assets: Assets) -> Endpoint:
    async def served(request: Request) -> Response:
        response = answer(request, assets.files[assets.manifest.worker], "no-cache")
        response.headers.update(worker_headers())
        return response

    return served


def _given(content: bytes, content_type: str) -> Endpoint:
    """A file of the operator's. Opened by itself, a picture runs nothing either."""
    headers = {
        "Cache-Control": "public, max-age=300",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "Content-Type": content_type,
        "X-Content-Type-Options": "nosniff",
    }

    async def served(request: Request) -> Response:
        return Response(content, headers=headers)

    return served


def _shell(assets: Assets, page: str, look: AppLook, told: Mapping[str, str], spoken: str) -> str:
    loads = assets.manifest.pages[page]
    # The words that the browser asks for first: so they are there when the script is.
    early = (*loads.preload, assets.manifest.words[spoken])
    preloads = "".join(f'<link rel="modulepreload" href="{PREFIX}/{each}">\n' for each in early)
    own_style = f'<link rel="stylesheet" href="{STYLE}">\n' if look.style is not None else ""
    icons = icon_links(assets.manifest, look, page, LOGO)
    attributes = " ".join(f'data-{key}="{escape(value)}"' for key, value in told.items())
    return f"""<!doctype html>
<html lang="{spoken}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="{_VIEWPORT}">
<meta name="color-scheme" content="light dark">
<title>{escape(look.name)}</title>
<link rel="stylesheet" href="{PREFIX}/{loads.style}">
{own_style}{icons}{preloads}<script type="module" src="{PREFIX}/{loads.script}"></script>
</head>
<body {attributes}></body>
</html>
"""
