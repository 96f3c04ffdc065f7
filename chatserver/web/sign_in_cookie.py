"""The cookies of signing in: kept from scripts and from other sites; behind TLS nobody but this host can set them."""

from starlette.requests import Request
from starlette.responses import Response

from chatserver.sign_ins.sign_in import SIGN_IN_LASTS
from quotas.instant import SECOND


class SignInCookie:
    """`secure` says whether browsers come by TLS: `__Host-` needs that, which localhost has not."""

    def __init__(self, name: str = "signed-in", *, secure: bool) -> None:
        self.name = f"__Host-{name}" if secure else name
        self._secure = secure

    def of(self, request: Request) -> str | None:
        """What the browser keeps in it; None for nothing."""
        return request.cookies.get(self.name) or None

    def keep(self, response: Response, value: str, seconds: int = SIGN_IN_LASTS // SECOND) -> None:
        """Let the browser keep it from now on."""
        response.set_cookie(
            self.name, value, max_age=seconds, path="/", secure=self._secure, httponly=True, samesite="lax"
        )

    def drop(self, response: Response) -> None:
        """Let the browser forget it."""
        response.delete_cookie(self.name, path="/", secure=self._secure, httponly=True, samesite="lax")


def device_of(request: Request) -> str:
    """How the browser calls itself, as far as it can be shown."""
    said = request.headers.get("user-agent", "")
    return "".join(each for each in said if each.isprintable())
