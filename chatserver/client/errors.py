"""What the client raises.

ChatError    the server refuses a command as wrong; the chat goes on
ChatClosed   the chat is over and does not reconnect by itself
Dropped      one connection ended (inside the client: it decides whether to connect again)
"""

from chatserver.protocol.codes import Code

NO_ANSWER = 1006
"""The close code for what ended without one (RFC 6455, 7.4.1)."""


class ChatError(Exception):
    """A command was wrong, and sending it again cannot help. `code` is one of `chatserver.protocol.codes.CODES`."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class ChatClosed(Exception):  # noqa: N818 - named as the event it reports, like websockets' ConnectionClosed
    """The chat is over. `code` is a WebSocket close code (1000–4999) or, below 1000, the HTTP status of the handshake.

    1000 is the client's own leaving, 1006 that it gave up, 1015 a TLS certificate that is not trusted.
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{reason} ({code})")
        self.code = code
        self.reason = reason


class Dropped(Exception):  # noqa: N818 - as ChatClosed
    """One connection ended, or was never made. `code` is its close code, 1006 where there was none."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{reason} ({code})")
        self.code = code
        self.reason = reason
