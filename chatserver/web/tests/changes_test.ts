// What a list shows of a conversation as its last message, whatever is done to the messages.

import assert from "node:assert/strict";
import type { Message } from "../src/client/protocol.ts";
import { changed, lastAfter } from "../src/state/changes.ts";

const WRITTEN: Message = {
  type: "message",
  conversation: "c1",
  seq: 7,
  at: "2026-01-05T08:00:00.000Z",
  from: "m1",
  role: "member",
  id: "a1",
  body: "Can we\n meet?",
  attachments: ["f1", "f2"],
};

function change(kind: "edit" | "deletion" | "reaction", body: string, about = 7, seq = 8): Message {
  const { attachments: _, ...head } = WRITTEN;
  return { ...head, seq, at: "2026-01-05T08:05:00.000Z", id: `c${seq}`, kind, body, about };
}

Deno.test("the last message stays the last one, as it stands", () => {
  const last = lastAfter(null, WRITTEN)!;
  assert.deepEqual([last.seq, last.text, last.attachments], [7, "Can we meet?", 2]);
  assert.equal(lastAfter(last, change("reaction", "👍")), last);
  assert.equal(lastAfter(last, change("edit", "another", 3)), last);
  assert.equal(lastAfter(null, change("edit", "another", 3)), null);
  const edited = lastAfter(last, change("edit", "Can we\ntalk?"))!;
  assert.deepEqual([edited.seq, edited.at, edited.text], [7, last.at, "Can we talk?"]);
  assert.equal(edited.edited_at, "2026-01-05T08:05:00.000Z");
  const deleted = lastAfter(edited, change("deletion", "", 7, 9))!;
  assert.deepEqual([deleted.text, deleted.deleted, deleted.edited_at], ["", true, undefined]);
  assert.equal(lastAfter(deleted, change("edit", "late", 7, 10)), deleted);
});

Deno.test("an edit may leave the files alone", () => {
  const now = changed(WRITTEN, change("edit", ""));
  assert.deepEqual([now.body, now.attachments], ["", ["f1", "f2"]]);
});

Deno.test("what comes late does not take the place of the last message", () => {
  const last = lastAfter(null, WRITTEN)!;
  assert.equal(lastAfter(last, { ...WRITTEN, seq: 6, body: "before" }), last);
});
