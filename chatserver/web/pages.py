"""The apps' pages: `/app/member`, `/app/mentor`, `/app/support`; beside them sign-in, settings and a call.

A page is a shell that loads its script and style; it holds nothing of anybody, so no token is needed to get it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from chatserver.api.negotiation import language
from chatserver.web.assets import PREFIX, Assets, answer
from chatserver.web.headers import page_headers

PAGES = {
    "member": "/app/member",
    "mentor": "/app/mentor",
    "support": "/app/support",
    "call": "/app/call/{booking}",
    "sign_in": "/app/sign-in",
    "settings": "/app/settings",
}
"""Where each stands."""
WORKER = "/app/worker.js"

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
    assets: Assets | None, name: str, embedders: Sequence[str] = (), provider: str | None = None
) -> list[BaseRoute]:
    """Routes of the pages and of what they load. `name` is what the platform calls itself.

    `provider` is where its identity provider signs people in.
    """
    told = {"platform": name} | ({"provider": provider} if provider else {})
    routes: list[BaseRoute] = []
    for page, path in PAGES.items():
        routes.append(Route(path, _page(assets, page, told, embedders)))
    if assets is not None:
        routes.append(Route(f"{PREFIX}/{{name}}", assets.serve))
        routes.append(Route(WORKER, _worker(assets)))
    return routes


def _page(assets: Assets | None, page: str, told: Mapping[str, str], embedders: Sequence[str]) -> Endpoint:
    headers = page_headers(embedders, calls=page == "call")
    if assets is None:
        return _said(503, _NOT_BUILT, headers)
    texts = {each: _shell(assets, page, told, each) for each in assets.manifest.words}

    async def shown(request: Request) -> Response:
        return HTMLResponse(texts[language(request.headers.get("accept-language", ""))], headers=headers)

    return shown


def _said(status: int, text: str, headers: dict[str, str]) -> Endpoint:
    async def said(request: Request) -> Response:
        return HTMLResponse(text, status_code=status, headers=headers)

    return said


def _worker(assets: Assets) -> Endpoint:
    worker = assets.files[assets.manifest.worker]

    async def served(request: Request) -> Response:
        # Browsers ask for it again by this one name: it must not be kept.
        return answer(request, worker, "no-cache")

    return served


def _shell(assets: Assets, page: str, told: Mapping[str, str], spoken: str) -> str:
    loads = assets.manifest.pages[page]
    # The words that the browser asks for first: so they are there when the script is.
    early = (*loads.preload, assets.manifest.words[spoken])
    preloads = "".join(f'<link rel="modulepreload" href="{PREFIX}/{each}">\n' for each in early)
    attributes = " ".join(f'data-{key}="{escape(value)}"' for key, value in told.items())
    return f"""<!doctype html>
<html lang="{spoken}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="{_VIEWPORT}">
<meta name="color-scheme" content="light dark">
<title>{escape(told["platform"])}</title>
<link rel="stylesheet" href="{PREFIX}/{loads.style}">
{preloads}<script type="module" src="{PREFIX}/{loads.script}"></script>
</head>
<body {attributes}></body>
</html>
"""
