// socket.io with the Redis streams adapter, as their documentation says: WebSocket only, deflate off (its default), the
// native `bufferutil`, ioredis. It relays: no rules, no deadline, no ids; the seq is counted in memory.
// Settings: BENCH_PORT, BENCH_REDIS_URL, BENCH_JWT_SECRET.
import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-streams-adapter";
import { Redis } from "ioredis";
import { Server } from "socket.io";
import { claimsOf } from "./tokens.js";

const { BENCH_PORT, BENCH_REDIS_URL, BENCH_JWT_SECRET } = process.env;
const seqs = new Map();

const http = createServer((_, response) => response.end("{}"));
const io = new Server(http, {
  adapter: createAdapter(new Redis(BENCH_REDIS_URL), { onlyPlaintext: true }),
  transports: ["websocket"],
  serveClient: false,
});

io.use((socket, next) => {
  try {
    const { sub, role } = claimsOf(socket.handshake.auth.token, BENCH_JWT_SECRET);
    socket.data = { user: sub, role };
    next();
  } catch (error) {
    next(error);
  }
});

io.on("connection", (socket) => {
  const { user, role } = socket.data;
  const rooms = Object.keys(socket.handshake.auth.resume);
  socket.join(rooms);
  socket.on("send", ({ conversation, id, body }, acknowledge) => {
    const at = new Date().toISOString();
    const seq = (seqs.get(conversation) ?? 0) + 1;
    seqs.set(conversation, seq);
    socket.to(conversation).emit("message", { type: "message", conversation, seq, from: user, role, at, id, body });
    acknowledge({ type: "accepted", conversation, id, seq, at });
  });
  socket.emit("welcome", { type: "welcome", user, role, now: new Date().toISOString(), conversations: rooms });
});

http.listen(Number(BENCH_PORT), "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
