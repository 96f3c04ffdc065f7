"""Django Channels as its documentation says: a JSON consumer, groups over channels_redis, an ASGI server.

Of what the documentation offers this is the fastest: the pub/sub layer rather than the older one, uvicorn rather than
Daphne (../README.md has the figures of both). It relays: no rules, no store, no deadline; the seq is counted in memory.
Settings: BENCH_REDIS_URL, BENCH_JWT_SECRET.
"""

import os
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

import django
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import path

from benchmarks.peers.tokens import claims_of

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["channels"],
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {
                # redis-py's default of 100 connections would be too few.
                "hosts": [{"address": os.environ["BENCH_REDIS_URL"], "max_connections": 10_000}],
            },
        }
    },
)
django.setup()

seqs: defaultdict[str, int] = defaultdict(int)


def now() -> str:
    """RFC 3339 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Chat(AsyncJsonWebsocketConsumer):  # type: ignore[misc]  # Channels ships no types
    """One connection: hello, then texts for the group of a conversation."""

    user = ""
    role = ""
    conversations: tuple[str, ...] = ()

    async def connect(self) -> None:
        """Choose the chat protocol."""
        await self.accept("mentorchat.v1.json")

    async def receive_json(self, content: dict[str, Any]) -> None:
        """A hello, or a text."""
        if content["type"] == "hello":
            await self.greet(content)
        elif content["conversation"] in self.conversations:
            await self.relay(content)

    async def greet(self, hello: dict[str, Any]) -> None:
        """Join the conversations that are resumed."""
        claims = claims_of(hello["token"])
        self.user, self.role, self.conversations = claims["sub"], claims["role"], tuple(hello["resume"])
        for conversation in self.conversations:
            await self.channel_layer.group_add(conversation, self.channel_name)
        await self.send_json({"type": "welcome", "user": self.user, "role": self.role, "now": now()})

    async def relay(self, command: dict[str, Any]) -> None:
        """Give a seq, answer, hand it to the group."""
        conversation = command["conversation"]
        seqs[conversation] += 1
        place = {"conversation": conversation, "seq": seqs[conversation], "at": now(), "id": command["id"]}
        await self.send_json({"type": "accepted", **place})
        event = {"type": "message", **place, "from": self.user, "role": self.role, "body": command["body"]}
        wrapped = {"type": "deliver", "origin": self.channel_name, "event": event}
        await self.channel_layer.group_send(conversation, wrapped)

    async def deliver(self, wrapped: dict[str, Any]) -> None:
        """What the group hears; its writer has the acknowledgement instead."""
        if wrapped["origin"] != self.channel_name:
            await self.send_json(wrapped["event"])

    async def disconnect(self, _: int) -> None:
        """Leave the groups."""
        for conversation in self.conversations:
            await self.channel_layer.group_discard(conversation, self.channel_name)


def ready(_: HttpRequest) -> JsonResponse:
    """Answer 200 once the server serves."""
    return JsonResponse({})


urlpatterns = [path("ready", ready)]
application = ProtocolTypeRouter(
    {"http": get_asgi_application(), "websocket": URLRouter([path("v1/chat", Chat.as_asgi())])}
)
