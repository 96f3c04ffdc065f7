// The best chat server we can write by hand on Node: `ws`, and `ioredis` with auto-pipelining.
//
// Each message is one call of the product's own function (library.lua), with the product's arguments: it admits, gives a
// seq, stores, remembers the id, moves the deadline and publishes in one step. Deliveries come from a sharded channel a
// conversation. What the product works out with its calendar is given here: the terms were packed when the
// conversation was made, and hold for the run. Settings: BENCH_PORT, BENCH_REDIS_URL, BENCH_JWT_SECRET, BENCH_FUNCTION.
import { hash } from "node:crypto";
import { createServer } from "node:http";
import { Redis } from "ioredis";
import { WebSocketServer } from "ws";
import { claimsOf } from "./tokens.js";

const { BENCH_PORT, BENCH_REDIS_URL, BENCH_JWT_SECRET, BENCH_FUNCTION } = process.env;
const MAX_BODY_BYTES = 16 * 1024;
const COMPOSER =
  '{"open":true,"reason":null,"opens_at":null,"window_ends_at":null,"windows_left":null,"messages_left":null,' +
  '"live_until":null}';
const REPLY = { waiting_since: null, due_at: null, overdue: false };

const redis = new Redis(BENCH_REDIS_URL, { enableAutoPipelining: true });
const subscriber = new Redis(BENCH_REDIS_URL);
const rooms = new Map(); // channel → its conversation and connections

class Connection {
  constructor(socket) {
    this.socket = socket;
    this.id = (++Connection.count).toString(36);
    this.lanes = new Map();
    this.corked = false;
  }

  // Frames of one turn of the loop leave in one system call.
  send(text) {
    const stream = this.socket._socket;
    if (!this.corked && stream) {
      this.corked = true;
      stream.cork();
      setImmediate(() => {
        this.corked = false;
        stream.uncork();
      });
    }
    this.socket.send(text);
  }

  async greet(frame) {
    const { token } = JSON.parse(frame);
    const { sub, role } = claimsOf(token, BENCH_JWT_SECRET);
    this.user = sub;
    this.role = role;
    this.letter = role === "member" ? "m:" : "t:";
    const conversations = [];
    for (const lane of JSON.parse((await redis.get(`bench:person:${sub}`)) ?? "[]")) {
      lane.terms = Buffer.from(lane.terms, "base64");
      this.lanes.set(lane.id, lane);
      await this.join(lane);
      const lastSeq = Number(await redis.hget(lane.keys[0], "last_seq"));
      conversations.push({ id: lane.id, last_seq: lastSeq, composer: JSON.parse(COMPOSER), reply: REPLY });
    }
    this.send(JSON.stringify({ type: "welcome", user: sub, role, now: new Date().toISOString(), conversations }));
  }

  async join(lane) {
    let room = rooms.get(lane.channel);
    if (!room) {
      room = { conversation: lane.id, connections: new Set(), ready: subscriber.ssubscribe(lane.channel) };
      rooms.set(lane.channel, room);
    }
    room.connections.add(this);
    await room.ready;
  }

  leave() {
    for (const lane of this.lanes.values()) {
      const room = rooms.get(lane.channel);
      room?.connections.delete(this);
      if (room && room.connections.size === 0) {
        rooms.delete(lane.channel);
        subscriber.sunsubscribe(lane.channel);
      }
    }
  }

  receive(frame) {
    const { type, conversation, id, body } = JSON.parse(frame);
    const lane = this.lanes.get(conversation);
    if (type !== "send" || lane === undefined) return this.error("not_found", "no such conversation", id);
    if (typeof id !== "string" || id.length === 0 || id.length > 64) return this.error("invalid_field", "`id`");
    if (typeof body !== "string" || body.trim() === "") return this.error("text_empty", "`body` holds no text", id);
    if (Buffer.byteLength(body) > MAX_BODY_BYTES) return this.error("text_too_long", "`body` is too long", id);
    const digest = hash("sha1", body, "base64").slice(0, 8); // 8 bytes, as the function wants them
    const entry = JSON.stringify({ from: this.user, role: this.role, id, body });
    const [hash_, log, even, odd, channel] = lane.keys;
    redis.fcall(
      ...[BENCH_FUNCTION, 5, hash_, log, even, odd, channel],
      ...[this.letter + id, digest, entry, this.id, lane.terms, ""],
      (error, reply) => this.answer(conversation, id, body, error, reply),
    );
  }

  answer(conversation, id, body, error, reply) {
    if (error || typeof reply !== "string") return this.error("unavailable", String(error ?? reply), id);
    const words = reply.split(" ");
    const head = `"conversation":${JSON.stringify(conversation)},"id":${JSON.stringify(id)}`;
    if (words[0] === "A" || words[0] === "D") {
      const at = new Date(Number(words[2])).toISOString();
      this.send(`{"type":"accepted",${head},"seq":${words[1]},"at":"${at}","composer":${COMPOSER}}`);
    } else if (words[0] === "R" || words[0] === "Q") {
      const opens = Number(words.at(-2));
      const opensAt = opens ? `"${new Date(opens).toISOString()}"` : "null";
      const rest = `"reason":"${words.at(-1)}","opens_at":${opensAt},"body":${JSON.stringify(body)}`;
      this.send(`{"type":"refused",${head},${rest},"composer":${COMPOSER}}`);
    } else {
      this.error("id_reused", reply, id);
    }
  }

  error(code, message, id) {
    this.send(JSON.stringify({ type: "error", code, message, temporary: code === "unavailable", id }));
  }
}
Connection.count = 0;

// 'M seq at … origin\n{entry}': the stored entry is spliced into the event as it is.
subscriber.on("smessage", (channel, payload) => {
  const room = rooms.get(channel);
  if (room === undefined || payload[0] !== "M") return;
  const line = payload.indexOf("\n");
  const origin = payload.slice(payload.lastIndexOf(" ", line) + 1, line);
  const [, seq, at] = payload.slice(0, 40).split(" ", 3);
  const event =
    `{"type":"message","conversation":${JSON.stringify(room.conversation)},"seq":${seq},` +
    `"at":"${new Date(Number(at)).toISOString()}",` +
    payload.slice(line + 2);
  for (const connection of room.connections) if (connection.id !== origin) connection.send(event);
});

const http = createServer((_, response) => response.end("{}"));
const server = new WebSocketServer({
  server: http,
  path: "/v1/chat",
  clientTracking: false,
  maxPayload: 64 * 1024,
  perMessageDeflate: false,
  handleProtocols: () => "mentorchat.v1.json",
});
server.on("connection", (socket) => {
  const connection = new Connection(socket);
  socket.on("error", () => socket.terminate());
  socket.on("close", () => connection.leave());
  socket.once("message", (frame) => {
    connection.greet(frame).catch(() => socket.close(4500, "bad token"));
    socket.on("message", (next) => {
      try {
        connection.receive(next);
      } catch {
        connection.error("malformed", "the frame is not valid JSON");
      }
    });
  });
});
http.listen(Number(BENCH_PORT), "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
