// The best chat server we can write by hand on Node: `ws`, and `ioredis` with auto-pipelining.
//
// Each message is one call of the product's own function (quotas/ledger/lua), with the product's arguments: it admits,
// gives a seq, stores, remembers the id, moves the deadline and publishes in one step. Its text is sealed before, in the
// product's format; what came from another process would be opened for whoever hears it, what was written here is known.
// Deliveries come from a sharded channel a conversation. What the product works out with its calendar, and fetches from
// its database, is given here: terms and key were made with the conversation, and hold for the run. Settings:
// BENCH_PORT, BENCH_REDIS_URL, BENCH_JWT_SECRET, BENCH_FUNCTION.
import { createServer } from "node:http";
import { Redis } from "ioredis";
import { WebSocketServer } from "ws";
import { Key } from "./sealing.js";
import { claimsOf } from "./tokens.js";

const { BENCH_PORT, BENCH_REDIS_URL, BENCH_JWT_SECRET, BENCH_FUNCTION } = process.env;
const MAX_BODY_BYTES = 16 * 1024;
const COMPOSER =
  '{"open":true,"reason":null,"opens_at":null,"window_ends_at":null,"windows_left":null,"messages_left":null,' +
  '"live_until":null}';
// Where things stand in what the function answers and publishes: a letter, POSTED or REFUSED, the state, the rest.
const SEQ = 1;
const AT = 5;
const OPENS_AT = 9;
const AFTER_REFUSED = 17 + 65;
const AFTER_POSTED = 22 + 65;
const LAST_SEQ = 20; // in the state
const [ACCEPTED, AGAIN, REFUSED, REFUSED_AGAIN, MESSAGE, LINE] = Buffer.from("ADRQM\n");
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
      lane.key = new Key(lane.id, Buffer.from(lane.secret, "base64"));
      lane.name = JSON.stringify(lane.id);
      lane.head = `{"from":${JSON.stringify(sub)},"role":"${role}","id":`;
      this.lanes.set(lane.id, lane);
      await this.join(lane);
      const lastSeq = (await redis.hgetBuffer(lane.keys[0], "state")).readUInt32BE(LAST_SEQ);
      conversations.push({ id: lane.id, last_seq: lastSeq, composer: JSON.parse(COMPOSER), reply: REPLY });
    }
    this.send(JSON.stringify({ type: "welcome", user: sub, role, now: new Date().toISOString(), conversations }));
  }

  async join(lane) {
    let room = rooms.get(lane.channel);
    if (!room) {
      const ready = subscriber.ssubscribe(lane.channel);
      room = { name: lane.name, key: lane.key, connections: new Set(), written: new Map(), ready };
      rooms.set(lane.channel, room);
    }
    room.connections.add(this);
    lane.written = room.written;
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
    const quoted = JSON.stringify(body);
    const text = Buffer.from(quoted);
    const quotedId = JSON.stringify(id);
    const head = `${lane.head}${quotedId}`;
    const entry = lane.key.seal(Buffer.from(`${head}}\n`), text);
    lane.written.set(head, quoted); // what was written here need not be opened here, as in the product
    const [hash, log, even, odd, channel] = lane.keys;
    redis.fcallBuffer(
      ...[BENCH_FUNCTION, 5, hash, log, even, odd, channel],
      ...[this.letter + id, lane.key.digest(text), entry, this.id, lane.terms, ""],
      (error, reply) => this.answer(lane, quotedId, body, error, reply),
    );
  }

  answer(lane, id, body, error, reply) {
    if (error || !Buffer.isBuffer(reply)) return this.error("unavailable", String(error ?? "stale"), JSON.parse(id));
    const head = `"conversation":${lane.name},"id":${id}`;
    const kind = reply[0];
    if (kind !== ACCEPTED) lane.written.delete(lane.head + id);
    if (kind === ACCEPTED || kind === AGAIN) {
      const place = `"seq":${reply.readUInt32BE(SEQ)},"at":"${instant(reply, AT)}"`;
      this.send(`{"type":"accepted",${head},${place},"composer":${COMPOSER}}`);
    } else if (kind === REFUSED || kind === REFUSED_AGAIN) {
      const opens = reply.readBigInt64BE(OPENS_AT) ? `"${instant(reply, OPENS_AT)}"` : "null";
      const rest = `"reason":"${reply.toString("latin1", AFTER_REFUSED)}","opens_at":${opens}`;
      this.send(`{"type":"refused",${head},${rest},"body":${JSON.stringify(body)},"composer":${COMPOSER}}`);
    } else {
      this.error("id_reused", reply.toString(), JSON.parse(id));
    }
  }

  error(code, message, id) {
    this.send(JSON.stringify({ type: "error", code, message, temporary: code === "unavailable", id }));
  }
}
Connection.count = 0;

// RFC 3339, of ms since 1970; they fit into 48 bits.
function instant(bytes, place) {
  return new Date(bytes.readUIntBE(place + 2, 6)).toISOString();
}

// 'M', POSTED, state, origin, line feed, entry: its head in the open, a line feed, the text sealed.
subscriber.on("smessageBuffer", (channel, payload) => {
  const room = rooms.get(channel.latin1Slice());
  if (room === undefined || payload[0] !== MESSAGE) return;
  const line = payload.indexOf(LINE, AFTER_POSTED);
  const origin = payload.latin1Slice(AFTER_POSTED, line);
  let event;
  for (const connection of room.connections) {
    if (connection.id !== origin) connection.send((event ??= eventOf(room, payload, line + 1)));
  }
});

function eventOf(room, payload, entry) {
  const headEnds = payload.indexOf(LINE, entry);
  const head = payload.utf8Slice(entry, headEnds - 1);
  const written = room.written.get(head);
  room.written.delete(head);
  return (
    `{"type":"message","conversation":${room.name},"seq":${payload.readUInt32BE(SEQ)},"at":"${instant(payload, AT)}",` +
    `${head.slice(1)},"body":${written ?? room.key.open(payload, headEnds + 1)}}`
  );
}

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
