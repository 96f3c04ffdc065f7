import assert from "node:assert/strict";
import { momentBetween, stageOf } from "../src/parts/live_stage.ts";

const MINUTE = 60_000;

/** What is spoken while time goes by, looked at whenever `lefts` says; null where no live chat runs. */
function spoken(...lefts: (number | null)[]): unknown[] {
  const stages = lefts.map(stageOf);
  return stages.slice(1).map((each, index) => momentBetween(stages[index] ?? null, each)).filter((
    each,
  ) => each !== null);
}

Deno.test("a live chat is spoken of at its beginning, at five minutes, at one, and at its end", () => {
  const minutes = Array.from({ length: 31 }, (_, passed) => (30 - passed) * MINUTE);
  assert.deepEqual(spoken(null, ...minutes, null), ["began", 5, 1, "over"]);
});

Deno.test("after sleep only what is true now is spoken", () => {
  assert.deepEqual(spoken(20 * MINUTE, 40_000), [1]);
  assert.deepEqual(spoken(20 * MINUTE, null), ["over"]);
  assert.deepEqual(spoken(null, -1), []);
});

Deno.test("a chat that ends early is over at once; one that goes on longer is told again at five minutes", () => {
  assert.deepEqual(spoken(12 * MINUTE, null), ["over"]);
  assert.deepEqual(spoken(30_000, 20 * MINUTE, 5 * MINUTE), [5]);
});
