"""A chat on FastAPI, uvicorn and asyncpg: a set of sockets for each conversation, one serialisation for each message."""

import json
import os
from collections import defaultdict
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

APPEND = """
WITH bumped AS (UPDATE conversations SET head = head + 1 WHERE id = $1 RETURNING head)
INSERT INTO messages (conversation_id, seq, sender_id, body, client_id)
SELECT $1, head, $2, $3, $4 FROM bumped RETURNING id, seq, created_at
"""

rooms: dict[int, set[WebSocket]] = defaultdict(set)


@asynccontextmanager
async def lifespan(app: FastAPI):
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=4, max_size=16) as app.state.pool:
        yield


app = FastAPI(lifespan=lifespan)


def written(frame: dict) -> str:
    return json.dumps(frame, separators=(",", ":"))


@app.websocket("/ws")
async def chat(socket: WebSocket, user: int):
    await socket.accept()
    pool = app.state.pool
    rows = await pool.fetch("SELECT conversation_id FROM members WHERE user_id = $1", user)
    conversations = {row["conversation_id"] for row in rows}
    for conversation in conversations:
        rooms[conversation].add(socket)
    await socket.send_text(written({"type": "session.ready"}))
    try:
        while True:
            frame = await socket.receive_json()
            if frame["type"] == "message.send" and frame["conversation_id"] in conversations:
                await say(pool, socket, user, frame)
    except WebSocketDisconnect:
        pass
    finally:
        for conversation in conversations:
            rooms[conversation].discard(socket)


async def say(pool, socket: WebSocket, user: int, frame: dict):
    conversation = frame["conversation_id"]
    stored = await pool.fetchrow(APPEND, conversation, user, frame["body"], frame["client_id"])
    data = {
        "id": stored["id"],
        "conversation_id": conversation,
        "seq": stored["seq"],
        "sender_id": user,
        "body": frame["body"],
        "created_at": stored["created_at"].isoformat(),
        "client_id": frame["client_id"],
    }
    await socket.send_text(written({"type": "message.new", "ref": frame["ref"], "data": data}))
    shared = written({"type": "message.new", "data": data})
    for other in list(rooms[conversation]):
        if other is not socket:
            try:
                await other.send_text(shared)
            except (RuntimeError, WebSocketDisconnect):
                # It has just gone; its own task takes it out.
                pass
