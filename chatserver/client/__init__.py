"""An asyncio client for bots, tests and the terminal chat: `ChatClient` and what it raises and shows."""

from chatserver.client.chat import ChatClient, ConnectionState
from chatserver.client.errors import ChatClosed, ChatError

__all__ = ["ChatClient", "ChatClosed", "ChatError", "ConnectionState"]
