"""The handshake of a WebSocket that is turned away: an answer over HTTP like any other."""

from websockets.http11 import Response
from websockets.server import ServerProtocol
from websockets.typing import StatusLike

from chatserver.security_headers import SECURITY_HEADERS


class Handshake(ServerProtocol):
    """As the library's; what it answers to a request that it does not accept has the headers of every answer."""

    def reject(self, status: StatusLike, text: str) -> Response:
        response = super().reject(status, text)
        response.headers.update(SECURITY_HEADERS)
        return response
