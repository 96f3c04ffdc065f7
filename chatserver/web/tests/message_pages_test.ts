// A long conversation in pages: what is as it was stays the same object, so that it is not drawn again.

import type { Message } from "../src/client/protocol.ts";
import { MessagePages } from "../src/parts/message_pages.ts";
import { messageRows } from "../src/parts/message_rows.ts";
import { Times } from "../src/parts/format.ts";

const times = new Times("en", "Europe/Oslo");
const DAY = 86_400_000;
const FIRST = Date.parse("2026-01-05T09:00:00.000Z");

function message(seq: number): Message {
  const at = new Date(FIRST + Math.floor(seq / 30) * DAY + (seq % 30) * 60_000).toISOString();
  const told = { type: "message", conversation: "c1", kind: "text", event: null, erased: false };
  return { ...told, seq, at, from: "tora", role: "mentor", id: `n${seq}`, body: "Hi" } as Message;
}

const MESSAGES = Array.from({ length: 220 }, (_, index) => message(index + 1));

const UNSENT = ["u1", "u2"].map((id, order) => ({ id, order, conversation: "c1", body: "Hello" }));

function rows(from: number, to: number, unsent = UNSENT.slice(0, 0)) {
  return messageRows({
    messages: MESSAGES.slice(from - 1, to),
    unsent,
    user: "mia",
    peerRead: 0,
    firstNew: 0,
    unread: 0,
  }, times);
}

function same(found: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${a} is not ${b}`);
}

Deno.test("pages stay as they were while messages come before and after them", () => {
  const pages = new MessagePages();
  const before = pages.of(rows(110, 199));
  same(before.map((each) => each.key), ["2", "3"]);
  const after = pages.of(rows(60, 201, UNSENT.slice(0, 1)));
  same(after.map((each) => each.key), ["1", "2", "3", "4", "unsent"]);
  // 199 is not the last of its run any more, and nothing stands before 110 for the first time.
  same([after[1] === before[0], after[2] === before[1]], [false, false]);
  const last = pages.of(rows(10, 201, UNSENT.slice(0, 1)));
  same(last.slice(2).map((each, index) => each === after[index + 1]), [true, true, true, true]);
  same(pages.of([]), []);
});

Deno.test("all rows are there, in their order, and a day stands with what follows it", () => {
  const all = rows(1, 220, UNSENT);
  const pages = new MessagePages().of(all);
  same(pages.flatMap((each) => each.rows), all);
  if (pages.some((each) => each.rows.at(-1)?.kind === "day")) throw new Error("a day ends a page");
});
