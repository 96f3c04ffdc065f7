"""python-socketio as its documentation says: AsyncServer with the Redis manager, ASGI on uvicorn with uvloop.

WebSocket only. It relays: no rules, no store, no deadline; the seq is counted in memory. Its JSON module is
msgspec's, as the documentation suggests a faster one. Settings: BENCH_PORT, BENCH_REDIS_URL, BENCH_JWT_SECRET.
"""

import os
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

import msgspec
import socketio
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from benchmarks.peers.tokens import claims_of

seqs: defaultdict[str, int] = defaultdict(int)


class FastJson:
    """The two functions of the json module that python-socketio calls."""

    @staticmethod
    def dumps(value: object, **_: object) -> str:
        """Compact, whatever separators were asked for."""
        return msgspec.json.encode(value).decode()

    @staticmethod
    def loads(text: str | bytes, **_: object) -> Any:
        """As the standard library's."""
        return msgspec.json.decode(text)


server: Any = socketio.AsyncServer(
    async_mode="asgi",
    transports=["websocket"],
    # A connection to Redis is taken for each message on its way: redis-py's default of 100 would fail.
    client_manager=socketio.AsyncRedisManager(os.environ["BENCH_REDIS_URL"], redis_options={"max_connections": 10_000}),
    json=FastJson,
)


def now() -> str:
    """RFC 3339 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def connect(sid: str, _: dict[str, Any], auth: dict[str, Any]) -> None:
    """Check the token, join the conversations that are resumed, say welcome."""
    claims = claims_of(auth["token"])
    user, role = claims["sub"], claims["role"]
    await server.save_session(sid, {"user": user, "role": role})
    for conversation in auth["resume"]:
        await server.enter_room(sid, conversation)
    welcome = {"type": "welcome", "user": user, "role": role, "now": now(), "conversations": list(auth["resume"])}
    await server.emit("welcome", welcome, to=sid)


async def send(sid: str, command: dict[str, Any]) -> dict[str, Any]:
    """Pass a text on to the others of the conversation; what is returned is the acknowledgement."""
    session = await server.get_session(sid)
    conversation = command["conversation"]
    seqs[conversation] += 1
    place = {"conversation": conversation, "seq": seqs[conversation], "at": now(), "id": command["id"]}
    message = {"type": "message", **place, "from": session["user"], "role": session["role"], "body": command["body"]}
    await server.emit("message", message, room=conversation, skip_sid=sid)
    return {"type": "accepted", **place}


async def ready(_: Request) -> Response:
    """Answer 200 once the server serves."""
    return JSONResponse({})


server.on("connect", connect)
server.on("send", send)
app = socketio.ASGIApp(server, Starlette(routes=[Route("/ready", ready)]))

if __name__ == "__main__":
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(os.environ["BENCH_PORT"]),
        loop="uvloop",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        log_level="warning",
    )
