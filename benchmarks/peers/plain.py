"""The chat server as one writes it first: Starlette, uvicorn, redis.asyncio, one awaited call after the other.

It does per message what the product does: admits, gives a dense seq, stores, remembers the id for 48 hours, moves the
wait, acknowledges, delivers. It leaves out what would only make it slower (see ../README.md). Settings come from the
environment: BENCH_PORT, BENCH_REDIS_URL, BENCH_JWT_SECRET.
"""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import uvicorn
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

SUBPROTOCOL = "mentorchat.v1.json"
SECRET = os.environ["BENCH_JWT_SECRET"]
COMPOSER = {
    "open": True,
    "reason": None,
    "opens_at": None,
    "window_ends_at": None,
    "windows_left": None,
    "messages_left": None,
    "live_until": None,
}
REPLY = {"waiting_since": None, "due_at": None, "overdue": False}

# One subscription a connection: the pool's default of 100 connections would be too few.
redis = Redis.from_url(os.environ["BENCH_REDIS_URL"], decode_responses=True, max_connections=10_000)
script_sha = ""


def due_at(now: datetime) -> datetime:
    """24 hours from now, on the next weekday where that falls on a weekend: simpler than the real rule."""
    due = now + timedelta(hours=24)
    while due.weekday() >= 5:
        due += timedelta(days=1)
    return due


async def post(connection: str, user: str, role: str, command: dict[str, Any]) -> dict[str, Any]:
    """Store and publish one message; returns the answer to its writer."""
    now = datetime.now(UTC)
    year, week, _ = now.isocalendar()
    conversation = command["conversation"]
    kind, detail, at = await redis.evalsha(
        script_sha,
        5,
        f"id:{conversation}:{user}:{command['id']}",
        f"usage:{conversation}",
        f"seq:{conversation}",
        f"log:{conversation}",
        f"wait:{conversation}",
        f"chat:{conversation}",
        connection,
        conversation,
        user,
        role,
        command["id"],
        command["body"],
        now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        int(now.timestamp() * 1000),
        1,
        f"{year}-{week}",
        -1,
        int(due_at(now).timestamp() * 1000),
    )
    answer = {"type": kind, "conversation": conversation, "id": command["id"], "composer": COMPOSER}
    if kind == "accepted":
        return answer | {"seq": detail, "at": at}
    return answer | {"reason": detail, "opens_at": None, "body": command["body"]}


async def deliver(websocket: WebSocket, connection: str, conversation: str, subscribed: asyncio.Event) -> None:
    """Pass on what others publish in the conversation."""
    async with redis.pubsub(ignore_subscribe_messages=True) as pubsub:
        await pubsub.subscribe(f"chat:{conversation}")
        subscribed.set()
        async for message in pubsub.listen():
            origin, _, event = message["data"].partition(" ")
            if origin != connection:
                await websocket.send_text(event)


async def chat(websocket: WebSocket) -> None:
    """One connection: hello, then a loop over its commands beside a task for each conversation it hears."""
    await websocket.accept(subprotocol=SUBPROTOCOL)
    connection = uuid.uuid4().hex
    hello = await websocket.receive_json()
    claims = jwt.decode(hello["token"], SECRET, algorithms=["HS256"], audience="chatserver")
    user, role = claims["sub"], claims["role"]
    conversations = []
    tasks = []
    for conversation in sorted(map(str, await redis.smembers(f"conversations:{user}"))):
        settings = await redis.hgetall(f"conversation:{conversation}")
        subscribed = asyncio.Event()
        tasks.append(asyncio.create_task(deliver(websocket, connection, conversation, subscribed)))
        await subscribed.wait()
        seq = int(await redis.get(f"seq:{conversation}") or 0)
        conversations.append({"id": conversation, **settings, "last_seq": seq, "composer": COMPOSER, "reply": REPLY})
    mine = {conversation["id"] for conversation in conversations}
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    await websocket.send_json(
        {"type": "welcome", "user": user, "role": role, "now": now, "conversations": conversations}
    )
    try:
        while True:
            command = await websocket.receive_json()
            if command["type"] == "send" and command["conversation"] in mine:
                await websocket.send_json(await post(connection, user, role, command))
            else:
                await websocket.send_json(
                    {"type": "error", "code": "not_found", "message": "no such conversation", "temporary": False}
                )
    except WebSocketDisconnect:
        pass
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def put_person(request: Request) -> Response:
    """Nothing to remember about a person: the token says it all."""
    return JSONResponse(await request.json())


async def put_conversation(request: Request) -> Response:
    """Remember who is in a conversation."""
    conversation = request.path_params["conversation"]
    wanted = await request.json()
    await redis.hset(f"conversation:{conversation}", mapping=wanted)
    for user in (wanted["member"], wanted["mentor"]):
        await redis.sadd(f"conversations:{user}", conversation)
    return JSONResponse(wanted)


async def ready(_: Request) -> Response:
    """Answer 200 once the server serves."""
    return JSONResponse({})


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    """Load the script before the first connection, close Redis after the last."""
    global script_sha
    script_sha = await redis.script_load(Path(__file__).with_suffix(".lua").read_text())
    yield
    await redis.aclose()


app = Starlette(
    routes=[
        WebSocketRoute("/v1/chat", chat),
        Route("/v1/people/{person}", put_person, methods=["PUT"]),
        Route("/v1/conversations/{conversation}", put_conversation, methods=["PUT"]),
        Route("/ready", ready),
    ],
    lifespan=lifespan,
)

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
