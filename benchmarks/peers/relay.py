"""What the framework costs alone: Starlette on uvicorn passes texts on within the process. No store, no rules.

Conversations are those that a hello resumes; the seq is counted in memory. Settings: BENCH_PORT, BENCH_JWT_SECRET.
"""

import os
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from benchmarks.peers.tokens import claims_of

rooms: defaultdict[str, set[WebSocket]] = defaultdict(set)
seqs: defaultdict[str, int] = defaultdict(int)
decode = msgspec.json.Decoder().decode
encode = msgspec.json.Encoder().encode


def now() -> str:
    """RFC 3339 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def relay(websocket: WebSocket, user: str, role: str, command: dict[str, Any]) -> None:
    """Give a seq, answer, pass on."""
    conversation, id, at = command["conversation"], command["id"], now()
    seqs[conversation] += 1
    place = {"conversation": conversation, "seq": seqs[conversation], "at": at, "id": id}
    event = encode({"type": "message", **place, "from": user, "role": role, "body": command["body"]}).decode()
    await websocket.send_text(encode({"type": "accepted", **place}).decode())
    for other in rooms[conversation]:
        if other is not websocket:
            await other.send_text(event)


async def chat(websocket: WebSocket) -> None:
    """One connection: hello, then a loop over its texts."""
    await websocket.accept(subprotocol="mentorchat.v1.json")
    hello = await websocket.receive_json()
    claims = claims_of(hello["token"])
    user, role = claims["sub"], claims["role"]
    conversations = list(hello["resume"])
    for conversation in conversations:
        rooms[conversation].add(websocket)
    welcome = {"type": "welcome", "user": user, "role": role, "now": now(), "conversations": conversations}
    await websocket.send_json(welcome)
    try:
        while True:
            await relay(websocket, user, role, decode(await websocket.receive_text()))
    except WebSocketDisconnect:
        pass
    finally:
        for conversation in conversations:
            rooms[conversation].discard(websocket)


async def ready(_: Request) -> Response:
    """Answer 200 once the server serves."""
    return JSONResponse({})


app = Starlette(routes=[WebSocketRoute("/v1/chat", chat), Route("/ready", ready)])

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
