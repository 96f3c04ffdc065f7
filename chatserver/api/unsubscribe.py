"""`/unsubscribe/{token}`: the link in mails. A GET shows a page with a button, a POST unsubscribes (RFC 8058).

Mail programs and their guards open every link in a mail, so that a GET changes nothing.
"""

import base64
import hashlib
from html import escape
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from chatserver.api.negotiation import language
from chatserver.api.open_endpoint import AddressLimit, OpenEndpoint
from chatserver.api.problem import ProblemError
from chatserver.notices.mail_texts import MailTexts
from chatserver.notices.unsubscribing import Unsubscribing

_STYLE = "\n" + files("chatserver.api").joinpath("unsubscribe.css").read_text(encoding="utf-8")
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


def unsubscribe_route(unsubscribing: Unsubscribing, limit: AddressLimit) -> Route:
    """Where it is mounted."""
    return Route("/unsubscribe/{token}", _Unsubscribe(unsubscribing, limit))


class _Unsubscribe(OpenEndpoint):
    kind = "a link that unsubscribes"

    def __init__(self, unsubscribing: Unsubscribing, limit: AddressLimit) -> None:
        super().__init__(limit)
        self._unsubscribing = unsubscribing

    async def answer(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD", "POST"):
            raise ProblemError(405, "allowed: GET, HEAD, POST", headers={"Allow": "GET, HEAD, POST"})
        asked = await self._unsubscribing.read(request.path_params["token"])
        spoken = await self._unsubscribing.language_of(asked.person) if asked is not None else None
        if asked is None or spoken is None:
            return _nothing_there(MailTexts(language(request.headers.get("accept-language", ""))))
        texts = MailTexts(spoken)
        topics = texts.topics(asked.topics)
        if request.method == "POST":
            await self._unsubscribing.carry_out(asked)
            return _page(texts, topics, done=True)
        return _page(texts, topics, done=False)


def _page(texts: MailTexts, topics: str, *, done: bool) -> Response:
    said = escape(texts("page_done" if done else "page_ask", topics=topics))
    form = "" if done else f'<form method="post"><button>{escape(texts("page_button"))}</button></form>\n'
    quiet = f'<p class="quiet">{escape(texts("page_essential"))}</p>\n'
    return _html(texts, texts("page_title", topics=topics), f"<p>{said}</p>\n{quiet}{form}", 200)


def _nothing_there(texts: MailTexts) -> Response:
    """A page all the same: a person has followed the link."""
    return _html(texts, texts("page_nothing_title"), f"<p>{escape(texts('page_nothing'))}</p>\n", 404)


def _html(texts: MailTexts, title: str, body: str, status: int) -> Response:
    title = escape(title)
    return HTMLResponse(
        f'<!doctype html>\n<html lang="{texts.language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        f"{body}</main>\n</body>\n</html>\n",
        status_code=status,
        headers={"Content-Security-Policy": _POLICY},
    )
