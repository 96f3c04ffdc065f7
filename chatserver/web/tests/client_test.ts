import assert from "node:assert/strict";
import { Backoff } from "../src/client/backoff.ts";
import { ServerClock } from "../src/client/clock.ts";
import { MemoryOutbox } from "../src/client/outbox.ts";
import { Position } from "../src/client/position.ts";

Deno.test("the limit of a wait doubles from 0.2 s to 15 s, and begins anew", () => {
  const backoff = new Backoff(() => 1);
  assert.deepEqual(Array.from({ length: 9 }, () => backoff.next()), [
    200,
    400,
    800,
    1600,
    3200,
    6400,
    12800,
    15000,
    15000,
  ]);
  backoff.reset();
  assert.equal(backoff.next(), 200);
});

Deno.test("the server's time goes on by the device's clock, and changes by the minute, in the last two by the second", () => {
  let device = 5_000;
  const clock = new ServerClock({ now: () => device });
  clock.told("2026-01-06T09:00:00.000Z");
  device += 1_500;
  assert.equal(clock.now(), Date.parse("2026-01-06T09:00:01.500Z"));
  assert.equal(clock.untilChange(clock.now() + 150_000), 30_001);
  assert.equal(clock.untilChange(clock.now() + 90_500), 501);
  assert.equal(clock.untilChange(clock.now() - 1), 60_000);
});

Deno.test("what is seen before the one below it waits, and comes once", () => {
  const position = new Position(3);
  assert.equal(position.take(5), true);
  assert.equal(position.take(5), false);
  assert.equal(position.last, 3);
  assert.equal(position.take(4), true);
  assert.equal(position.last, 5);
  position.take(8);
  position.skipTo(7);
  assert.equal(position.last, 8);
  position.goBackTo(2);
  assert.equal(position.has(3), false);
});

Deno.test("an outbox gives what it keeps in the order of writing", async () => {
  const outbox = new MemoryOutbox();
  await outbox.put({ conversation: "c1", id: "b", body: "second", order: 2 });
  await outbox.put({ conversation: "c1", id: "a", body: "first", order: 1 });
  await outbox.remove("b");
  assert.deepEqual((await outbox.all()).map((each) => each.body), ["first"]);
});
