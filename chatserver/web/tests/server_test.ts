// The client, as it is packed, against a real server, which `tests/web/test_package.py` starts: CHAT_URL, and the TICKET_…
// of two people.

import assert from "node:assert/strict";
import { type AnyEvent, Chat, MemoryOutbox, type Message } from "@mentorchat/client";
import { Cable } from "./cable.ts";

const url = Deno.env.get("CHAT_URL") ?? "";
const ticketOf = (person: string) => () =>
  Promise.resolve(Deno.env.get(`TICKET_${person.toUpperCase()}`) ?? null);

type Kind = AnyEvent["type"];

/** Wait for the first event that is as asked. */
function until<K extends Kind>(
  chat: Chat,
  type: K,
  holds: (event: Extract<AnyEvent, { type: K }>) => boolean = () => true,
): Promise<Extract<AnyEvent, { type: K }>> {
  return new Promise((resolve) => {
    const off = chat.on("event", (event) => {
      if (event.type !== type || !holds(event as Extract<AnyEvent, { type: K }>)) return;
      off();
      resolve(event as Extract<AnyEvent, { type: K }>);
    });
  });
}

async function online(person: string, address = url, outbox = new MemoryOutbox()): Promise<Chat> {
  const chat = new Chat({ url: address, ticket: ticketOf(person), outbox });
  const welcomed = until(chat, "welcome");
  await chat.start();
  await welcomed;
  return chat;
}

Deno.test("what one writes, the other gets, in order", async () => {
  const [mia, tora] = [await online("mia"), await online("tora")];
  const got: string[] = [];
  const three = new Promise<void>((resolve) =>
    tora.on("event", (event) => {
      if (event.type === "message" && got.push(event.body) === 3) resolve();
    })
  );
  for (const body of ["one", "two", "three"]) await mia.send("c1", body);
  await three;
  assert.deepEqual(got, ["one", "two", "three"]);
  assert.equal(mia.unsent.length, 0);
  mia.stop();
  tora.stop();
});

Deno.test("a cable that breaks while it writes loses nothing, doubles nothing and keeps the order", async () => {
  const cable = new Cable(url);
  const [mia, tora] = [await online("mia", cable.url), await online("tora")];
  const got: Message[] = [];
  const all = new Promise<void>((resolve) =>
    tora.on("event", (event) => {
      if (event.type === "message" && got.push(event) === 20) resolve();
    })
  );
  for (let number = 0; number < 20; number += 1) {
    await mia.send("c1", `line ${number}`);
    if (number % 5 === 2) cable.cut();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await all;
  assert.deepEqual(got.map((each) => each.body), Array.from({ length: 20 }, (_, n) => `line ${n}`));
  assert.deepEqual(
    got.map((each) => each.seq - (got[0]?.seq ?? 0)),
    Array.from({ length: 20 }, (_, n) => n),
  );
  while (mia.unsent.length) await new Promise((resolve) => mia.on("outbox", resolve));
  mia.stop();
  tora.stop();
  cable.close();
});

Deno.test("what a closed tab left in the outbox is sent by the next one", async () => {
  const outbox = new MemoryOutbox();
  const before = new Chat({ url, ticket: () => Promise.reject(new Error("no network")), outbox });
  await before.start();
  await before.send("c1", "written in a tunnel", "tunnel-1");
  before.stop();
  assert.equal((await outbox.all()).length, 1);
  const tora = await online("tora");
  const came = until(tora, "message", (event) => event.body === "written in a tunnel");
  const after = await online("mia", url, outbox);
  assert.equal((await came).id, "tunnel-1");
  while (after.unsent.length) await new Promise((resolve) => after.on("outbox", resolve));
  assert.equal((await outbox.all()).length, 0);
  after.stop();
  tora.stop();
});

Deno.test("what came while away comes by resume, once", async () => {
  const cable = new Cable(url);
  const [mia, tora] = [await online("mia"), await online("tora", cable.url)];
  const got: string[] = [];
  tora.on("event", (event) => event.type === "message" && got.push(event.body));
  const before = until(tora, "message");
  await mia.send("c1", "before");
  await before;
  cable.cut();
  const accepted = until(mia, "accepted");
  await mia.send("c1", "while away");
  await accepted;
  while (got.length < 2) await until(tora, "message");
  assert.deepEqual(got, ["before", "while away"]);
  mia.stop();
  tora.stop();
  cable.close();
});

Deno.test("a refused text comes back whole", async () => {
  const mia = await online("mia");
  const refused = until(mia, "refused");
  await mia.send("paused", "Is anybody there?");
  const { reason, body } = await refused;
  assert.deepEqual([reason, body], ["paused", "Is anybody there?"]);
  assert.equal(mia.unsent.length, 0);
  mia.stop();
});

Deno.test("history is asked again where the connection broke", async () => {
  const cable = new Cable(url);
  const mia = await online("mia", cable.url);
  cable.cut();
  const page = await mia.history("c1", null, 2);
  assert.equal(page.messages.length, 2);
  assert.equal(page.more, true);
  mia.stop();
  cable.close();
});

Deno.test("a newer search ends the older, and is asked again where the connection broke", async () => {
  const cable = new Cable(url);
  const mia = await online("mia", cable.url);
  const older = assert.rejects(mia.search("two", null, null), { code: "superseded" });
  cable.cut();
  const page = await mia.search("ONE", "c1", null);
  await older;
  assert.deepEqual(page.found.at(-1)?.snippet, ["", "one", ""]);
  assert.equal(page.next, null);
  mia.stop();
  cable.close();
});

Deno.test("a page of history that the server is too busy for is asked for again", async () => {
  const mia = await online("mia", Deno.env.get("CHAT_URL_LIMITED"));
  const pages = await Promise.all(Array.from({ length: 40 }, () => mia.history("c1", null, 1)));
  assert.equal(pages.length, 40);
  assert.ok(pages.every((page) => page.messages.length === 1));
  mia.stop();
});

Deno.test("a page of the list that the server is too busy for is asked for again, too", async () => {
  const tora = await online("tora", Deno.env.get("CHAT_URL_LIMITED"));
  const pages = await Promise.all(Array.from({ length: 40 }, () => tora.conversations(null)));
  assert.ok(pages.every((page) => page.conversations[0]?.id === "c1" && !page.more));
  await assert.rejects(tora.conversations("nobody's"), { code: "invalid_field" });
  await assert.rejects(tora.conversations("c9"), { code: "not_found" });
  tora.stop();
});

Deno.test("whoever is signed out ends, and what they wrote stays in the outbox", async () => {
  const outbox = new MemoryOutbox();
  const chat = new Chat({ url, ticket: () => Promise.resolve(null), outbox });
  const ended = new Promise((resolve) => chat.on("ended", resolve));
  await chat.send("c1", "unsent");
  await chat.start();
  assert.equal(await ended, "signed_out");
  assert.equal((await outbox.all()).length, 1);
});

Deno.test("a server that is away is tried until it is back, and then gets what was written meanwhile", async () => {
  const cable = new Cable(url);
  const mia = await online("mia", cable.url);
  const states: string[] = [];
  mia.on("state", (state) => states.push(state));
  const turnedAway = cable.block(4);
  await mia.send("c1", "written before anybody noticed", "away-1");
  await mia.send("c1", "and after", "away-2");
  await turnedAway;
  assert.equal(mia.state, "offline");
  assert.equal(mia.unsent.length, 2);
  const back = until(mia, "welcome");
  cable.unblock();
  await back;
  while (mia.unsent.length) await new Promise((resolve) => mia.on("outbox", resolve));
  assert.deepEqual(states, ["offline", "online"]);
  mia.stop();
  cable.close();
});

Deno.test("a device whose clock is set goes by the server's again, and what is unsent arrives", async () => {
  const mia = await online("mia");
  const before = mia.clock.now();
  const welcomed = until(mia, "welcome");
  const now = Date.now;
  Date.now = () => now() - 3 * 3_600_000;
  try {
    await welcomed;
    assert.ok(Math.abs(mia.clock.now() - before) < 60_000);
    const accepted = until(mia, "accepted");
    await mia.send("c1", "by whatever clock");
    await accepted;
  } finally {
    Date.now = now;
    mia.stop();
  }
});

Deno.test("whoever is let in and thrown out again comes back later each time", async () => {
  const cable = new Cable(url);
  const random = Math.random;
  Math.random = () => 1;
  const mia = await online("mia", cable.url);
  try {
    const waits: number[] = [];
    for (let time = 0; time < 4; time += 1) {
      const [cut, welcomed] = [performance.now(), until(mia, "welcome")];
      cable.cut();
      await welcomed;
      waits.push(performance.now() - cut);
    }
    for (const [time, wait] of waits.entries()) assert.ok(wait >= 200 * 2 ** time - 1, `${waits}`);
  } finally {
    Math.random = random;
    mia.stop();
    cable.close();
  }
});
