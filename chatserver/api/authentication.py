"""Who asks: the bearer token of a request (RFC 6750)."""

from collections.abc import Collection

from starlette.requests import Request

from chatserver.access.tokens import Authenticator, Identity, TokenError
from chatserver.api.problem import ProblemError
from chatserver.protocol.events import Role

_CHALLENGE = 'Bearer realm="chatserver"'


async def identify(request: Request, authenticator: Authenticator) -> Identity:
    """Whom the request's token speaks for. Raises ProblemError 401, or 503 where keys cannot be fetched."""
    given = request.headers.getlist("authorization")
    if not given:
        raise _unauthorised("send the token as `Authorization: Bearer …`", _CHALLENGE)
    scheme, _, token = given[0].partition(" ")
    if len(given) > 1 or scheme.lower() != "bearer" or not token.strip():
        raise _unauthorised("send one `Authorization` header with one bearer token", _CHALLENGE)
    try:
        return await authenticator.identify(token.strip())
    except TokenError as error:
        if error.temporary:
            raise ProblemError(503, f"{error}; try again") from None
        reason = str(error).replace('"', "'")
        challenge = f'{_CHALLENGE}, error="invalid_token", error_description="{reason}"'
        raise _unauthorised(str(error), challenge) from None


def require_role(identity: Identity, callers: Collection[Role]) -> None:
    """Raises ProblemError 403 where the token's role is none of these."""
    if identity.role not in callers:
        raise not_allowed(f"not with a token of the role {identity.role}; allowed: {', '.join(sorted(callers))}")


def not_allowed(detail: str) -> ProblemError:
    """The token is good, but not for this."""
    return ProblemError(403, detail, headers={"WWW-Authenticate": f'{_CHALLENGE}, error="insufficient_scope"'})


def _unauthorised(detail: str, challenge: str) -> ProblemError:
    return ProblemError(401, detail, headers={"WWW-Authenticate": challenge})
