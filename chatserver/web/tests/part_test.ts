// Parts that come when they are needed, over a line that breaks.

import assert from "node:assert/strict";
import { type Line, Part } from "../src/app/part.ts";
import type { ChatEvents, ChatState } from "../src/client/chat.ts";

/** A line that is there or not, as the test says. */
class Rope implements Line {
  state: ChatState = "online";
  readonly #hearers = new Set<(state: ChatState) => void>();

  on<K extends keyof ChatEvents>(_: K, hear: (told: ChatEvents[K]) => void): () => void {
    const hearer = hear as (state: ChatState) => void;
    this.#hearers.add(hearer);
    return () => this.#hearers.delete(hearer);
  }

  become(state: ChatState): void {
    this.state = state;
    for (const each of [...this.#hearers]) each(state);
  }

  get hearers(): number {
    return this.#hearers.size;
  }
}

/** As an `import()` that fails as long as there is no line. */
function loadedOver(line: Line) {
  const tried: ChatState[] = [];
  const load = () => {
    tried.push(line.state);
    if (line.state === "online") return Promise.resolve("script");
    throw new TypeError("Failed to fetch dynamically imported module");
  };
  return { tried, part: new Part(load) };
}

/** All that needs no line and no time is done. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("what is there is loaded once, and whoever waits for it is drawn when it has come", async () => {
  const line = new Rope();
  const { part, tried } = loadedOver(line);
  let drawn = 0;
  const host = { requestUpdate: () => void (drawn += 1) };
  for (let times = 0; times < 7; times += 1) assert.equal(part.come(line, host), undefined);
  assert.equal(await part.whenHere(line), "script");
  assert.equal(part.come(line, host), "script");
  assert.deepEqual([tried.length, drawn, line.hearers], [1, 1, 0]);
});

Deno.test("without a line it is tried once, and comes by itself when there is one again", async () => {
  const line = new Rope();
  line.become("offline");
  const { part, tried } = loadedOver(line);
  let drawn = 0;
  const host = { requestUpdate: () => void (drawn += 1) };
  for (let times = 0; times < 7; times += 1) part.come(line, host);
  await settled();
  assert.deepEqual([part.hasFailed, tried, drawn], [true, ["offline"], 1]);
  part.come(line, host);
  line.become("connecting");
  await settled();
  assert.equal(tried.length, 1);
  line.become("online");
  assert.equal(await part.whenHere(line), "script");
  assert.deepEqual([part.hasFailed, tried, drawn], [false, ["offline", "online"], 2]);
  assert.equal(line.hearers, 0);
});

Deno.test("whoever asks tries at once, also while it waits for the line", async () => {
  const line = new Rope();
  line.become("offline");
  const { part, tried } = loadedOver(line);
  part.come(line);
  await assert.rejects(part.load(), TypeError);
  await assert.rejects(part.load(), TypeError);
  line.state = "online"; // the chat has not noticed
  assert.equal(await part.load(), "script");
  assert.equal(part.come(line), "script");
  line.become("online");
  assert.equal(await part.whenHere(line), "script");
  assert.deepEqual(tried, ["offline", "offline", "online"]);
});

Deno.test("a script that is wrong is a fault, and is not tried again", async () => {
  const line = new Rope();
  let tried = 0;
  const part = new Part(() => {
    tried += 1;
    return Promise.reject(new SyntaxError("unexpected token"));
  });
  await assert.rejects(part.whenHere(line), SyntaxError);
  await assert.rejects(part.whenHere(line), SyntaxError);
  assert.deepEqual([tried, line.hearers], [1, 0]);
});
