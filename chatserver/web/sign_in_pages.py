"""What pages ask of the server beside the chat: to sign in, a ticket, which sign-ins there are, to sign out.

The cookie that says who is there is for these few addresses alone: everything else takes a ticket, as any app does. So
only they must keep other sites' pages out, and they do so thrice: SameSite, the exact Origin, and JSON bodies.
Source: apps.md "Signing in"; RFC 6265bis (`__Host-`); Fetch Metadata.
"""

from abc import ABC, abstractmethod
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from chatserver.access.own_origin import is_own_origin
from chatserver.api.fields import read_body
from chatserver.api.open_endpoint import AddressLimit, OpenEndpoint
from chatserver.api.problem import ProblemError, invalid
from chatserver.conversations.person import Locale
from chatserver.conversations.requests import FieldProblem
from chatserver.notices.texts import first_name
from chatserver.setting_values import Rate
from chatserver.sign_ins.sign_in import SignedIn, SignIn
from chatserver.sign_ins.sign_in_book import SignInBook
from chatserver.sign_ins.sign_in_links import SignInLinks
from chatserver.sign_ins.sign_in_mails import AskedByAddress, AskedByLink, SignInMails
from chatserver.web.own_exports import EXPORT_FORMS, ExportForm, ExportsBusyError, FileStream, OwnExports
from chatserver.web.sign_in_cookie import SignInCookie, device_of
from quotas.instant import MINUTE, text

ADDRESS_PATTERN: Final = r"^[^\s@]+@[^\s@]+$"


class LinkSecret(Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in a link's fragment."""

    secret: Annotated[str, Meta(min_length=1, max_length=128)]


class LinkView(Struct, frozen=True):
    """Whom a link signs in, by first names; `other` is whom they talk with."""

    name: str
    other: str | None
    locale: Locale
    once: bool
    minutes: int
    """For how long it was made."""


class SignInView(Struct, frozen=True):
    """A sign-in, to its owner. `current` is the one that asks."""

    id: str
    device: str
    began_at: str
    used_at: str
    current: bool


class EndedSignIn(Struct, frozen=True, forbid_unknown_fields=True):
    """The sign-in that is to end."""

    id: Annotated[str, Meta(min_length=1, max_length=32)]


class SignedInAs(Struct, frozen=True):
    """Where the person's app stands."""

    app: str


class SignInList(Struct, frozen=True):
    """One's own, the last used first."""

    sign_ins: list[SignInView]


class ExportRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """`page` is for people, `data` for programs."""

    form: ExportForm = "page"


class MailRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom a link is wanted for: by address, or by a link of theirs that opens nothing any more."""

    language: Locale = "en"
    address: Annotated[str, Meta(min_length=3, max_length=254, pattern=ADDRESS_PATTERN)] | None = None
    secret: Annotated[str, Meta(min_length=1, max_length=128)] | None = None


class SignInDesk(Struct, frozen=True):
    """What signs people in."""

    book: SignInBook
    links: SignInLinks
    mails: SignInMails
    exports: OwnExports


class WebLimits(Struct, frozen=True):
    """How often one address may ask: for anything, and for what costs more, such as mails."""

    any: AddressLimit
    mails: AddressLimit


ASKING_FOR_MAIL = Rate(1, "minute", 1)
"""Of which a request costs a tenth: ten at once, and ten a minute."""


def sign_in_routes(desk: SignInDesk, limits: WebLimits, public_url: str | None) -> list[BaseRoute]:
    """Where they are mounted."""
    given = (desk, limits.any, public_url)
    return [
        Route("/app/sign-in/link", _UseLink(*given)),
        Route("/app/sign-in/link/seen", _SeeLink(*given)),
        Route("/app/sign-in/mail", _AskForMail(desk, limits.mails, public_url)),
        Route("/app/ticket", _GetTicket(*given)),
        Route("/app/sign-out", _SignOut(*given)),
        Route("/app/export", _GetExport(desk, limits.mails, public_url)),
        Route("/app/sign-ins", _ListSignIns(*given)),
        Route("/app/sign-ins/end", _EndSignIn(*given)),
    ]


class _FromApps(OpenEndpoint, ABC):
    """A POST with JSON, from a page of this server and from nowhere else."""

    def __init__(self, desk: SignInDesk, limit: AddressLimit, public_url: str | None) -> None:
        super().__init__(limit)
        self._desk = desk
        self._book = desk.book
        self._public_url = public_url

    async def answer(self, request: Request) -> Response:
        if request.method != "POST":
            raise ProblemError(405, "allowed: POST", headers={"Allow": "POST"})
        # Browsers send Origin with every POST. Sec-Fetch-Site, where they send it, tells the same in another way.
        site = request.headers.get("sec-fetch-site", "same-origin")
        if site != "same-origin" or not is_own_origin(request.headers, self._public_url):
            raise ProblemError(403, "pages of this server alone ask here")
        return await self.from_app(request)

    @abstractmethod
    async def from_app(self, request: Request) -> Response:
        """Raises ProblemError, DatabaseError, StoreError."""

    async def cookie_of(self, request: Request) -> str:
        """Raises ProblemError 401 where there is none."""
        cookie = cookie_of(request).of(request)
        if cookie is None:
            raise signed_out()
        return cookie

    async def signed_in(self, request: Request) -> SignIn:
        """The sign-in that asks. Raises ProblemError 401."""
        found = await self._book.find(await self.cookie_of(request))
        if found is None:
            raise signed_out()
        return found


class _SeeLink(_FromApps):
    """Programs that look into mails press no button: the page can greet, and the link is as good as before."""

    kind = "a link that signs in"

    async def from_app(self, request: Request) -> Response:
        given = await read_body(request, LinkSecret, lambda _: [])
        seen = await self._desk.links.see(given.secret)
        if seen is None:
            raise opens_nothing()
        other = first_name(seen.other) if seen.other else None
        return _json(LinkView(first_name(seen.person.name), other, seen.person.locale, seen.once, seen.lasts // MINUTE))


class _UseLink(_FromApps):
    kind = "a link that signs in"

    async def from_app(self, request: Request) -> Response:
        given = await read_body(request, LinkSecret, lambda _: [])
        person = await self._desk.links.use(given.secret)
        signed_in = await self._book.begin(person, device_of(request)) if person is not None else None
        if signed_in is None:
            raise opens_nothing()
        return welcomed(request, signed_in)


class _AskForMail(_FromApps):
    kind = "a link by mail"

    async def from_app(self, request: Request) -> Response:
        given = await read_body(request, MailRequest, lambda _: [])
        if given.address is not None and given.secret is None:
            self._desk.mails.ask(AskedByAddress(given.address), given.language)
        elif given.secret is not None and given.address is None:
            self._desk.mails.ask(AskedByLink(given.secret), given.language)
        else:
            raise invalid([FieldProblem("address", "must be given, or `secret` in its place")])
        return Response(status_code=202)


class _GetTicket(_FromApps):
    kind = "a ticket"

    async def from_app(self, request: Request) -> Response:
        ticket = await self._book.ticket(cookie := await self.cookie_of(request))
        if ticket is None:
            raise signed_out()
        response = _json(ticket)
        # It lasts longer in the browser too.
        cookie_of(request).keep(response, cookie)
        return response


class _SignOut(_FromApps):
    kind = "signing out"

    async def from_app(self, request: Request) -> Response:
        if cookie := cookie_of(request).of(request):
            await self._book.sign_out(cookie)
        response = Response(status_code=204, headers={"Clear-Site-Data": '"cache", "storage"'})
        cookie_of(request).drop(response)
        return response


class _ListSignIns(_FromApps):
    kind = "sign-ins"

    async def from_app(self, request: Request) -> Response:
        current = await self.signed_in(request)
        found = await self._book.listed(current.person)
        return _json(SignInList([_view(each, current) for each in found]))


class _GetExport(_FromApps):
    kind = "one's own data"

    async def from_app(self, request: Request) -> Response:
        given = await read_body(request, ExportRequest, lambda _: [])
        current = await self.signed_in(request)
        try:
            file = await self._desk.exports.file(current.person, given.form)
        except ExportsBusyError as error:
            raise ProblemError(503, str(error), headers={"Retry-After": "60"}) from None
        media_type, name = EXPORT_FORMS[given.form]
        return FileStream(file, media_type, name)


class _EndSignIn(_FromApps):
    kind = "ending a sign-in"

    async def from_app(self, request: Request) -> Response:
        given = await read_body(request, EndedSignIn, lambda _: [])
        current = await self.signed_in(request)
        if not await self._book.end(current.person, given.id):
            raise ProblemError(404, "you have no sign-in of that id")
        return Response(status_code=204)


def welcomed(request: Request, signed_in: SignedIn) -> Response:
    """Where to go on, with the cookie."""
    response = _json(SignedInAs(f"/app/{signed_in.role}"))
    cookie_of(request).keep(response, signed_in.cookie)
    return response


def cookie_of(request: Request) -> SignInCookie:
    """As the browser that posts has it: a proxy that ends TLS asks us without, but Origin tells."""
    origin = request.headers.get("origin", "")
    return SignInCookie(secure=origin.startswith("https://") or request.url.scheme == "https")


def signed_out() -> ProblemError:
    """Nobody is signed in with this cookie, or any more."""
    return ProblemError(401, "nobody is signed in here; sign in again")


def opens_nothing() -> ProblemError:
    """A link that signs nobody in, or nobody any more."""
    return ProblemError(404, "the link opens nothing, or nothing any more; ask for a new one")


def _view(sign_in: SignIn, current: SignIn) -> SignInView:
    return SignInView(
        sign_in.id, sign_in.device, text(sign_in.began_at), text(sign_in.used_at), sign_in.id == current.id
    )


def _json(said: Struct) -> Response:
    return Response(msgspec.json.encode(said), media_type="application/json")
