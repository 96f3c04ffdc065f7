import assert from "node:assert/strict";
import { type Signal, signalIn } from "../src/call/signals.ts";

const MANNER = { muted: false, camera: "on" };

Deno.test("what is said between the pages of a call is taken as it is meant", () => {
  const said: Signal[] = [
    { kind: "here", manner: { muted: true, camera: "screen" }, since: 1, page: "p1" },
    { kind: "description", description: { type: "offer", sdp: "v=0" }, page: "p1", to: "p2" },
    { kind: "candidates", candidates: [{ candidate: "", sdpMid: null }], page: "p1", to: "p2" },
    { kind: "bye", page: "p1" },
  ];
  for (const each of said) assert.deepEqual(signalIn(JSON.stringify(each)), each);
});

Deno.test("what another program says, and this page would stumble over, is nothing", () => {
  const odd: unknown[] = [
    null,
    [],
    "here",
    { kind: "here", page: 7, manner: MANNER, since: 1 },
    { kind: "here", page: "p1", since: 1 },
    { kind: "here", page: "p1", manner: MANNER },
    { kind: "here", page: "p1", manner: MANNER, since: "9" },
    { kind: "hello", page: "p1", manner: { muted: "no", camera: "on" }, since: 1 },
    { kind: "manner", page: "p1", manner: { muted: false, camera: "<b>" } },
    { kind: "here", page: "p1", to: {}, manner: MANNER, since: 1 },
    { kind: "candidates", page: "p1", candidates: null },
    { kind: "candidates", page: "p1", candidates: "abc" },
    { kind: "candidates", page: "p1", candidates: [null] },
    { kind: "description", page: "p1", description: null },
    { kind: "description", page: "p1", description: { type: "rollback", sdp: "" } },
    { kind: "description", page: "p1", description: { type: "answer" } },
    { kind: "constructor", page: "p1" },
  ];
  for (const each of odd) assert.equal(signalIn(JSON.stringify(each)), null);
  assert.equal(signalIn("{"), null);
});
