// The board as support sees it: thousands of rows, in the order of urgency, held while somebody reads.

import { Board } from "../src/support/board.ts";
import type { Chat } from "../src/client/chat.ts";
import type { BoardShown, BoardWait } from "../src/client/protocol.ts";
import type { People } from "../src/support/people.ts";

const NOW = Date.parse("2026-01-05T12:00:00.000Z");
const MINUTE = 60_000;

function same(found: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${a} is not ${b}`);
}

function board(names: Record<string, string> = {}): Board {
  const chat = { on: () => {}, say: () => {}, clock: { now: () => NOW } };
  const name = (id: string) => names[id] ?? id;
  return new Board(chat as unknown as Chat, { name, peek: name } as unknown as People);
}

function row(name: string, minutes: number | null, mentor = "tora"): BoardWait {
  const due_at = minutes === null ? null : new Date(NOW + minutes * MINUTE).toISOString();
  return {
    conversation: name,
    member: `m-${name}`,
    mentor,
    plan: "light",
    waiting_since: "2026-01-05T08:00:00.000Z",
    due_at,
    overdue: minutes !== null && minutes < 0,
    missed: false,
    substitute: null,
    steps: null,
  };
}

function said(rows: BoardWait[], more: Partial<BoardShown> = {}): BoardShown {
  const totals = { waiting: 4, overdue: 0, missed: 0 };
  return {
    type: "replies",
    snapshot: false,
    now: "",
    totals,
    rows,
    removed: [],
    more: false,
    ...more,
  };
}

Deno.test("a snapshot in several events replaces what stood only when it is whole", () => {
  const desk = board();
  desk.take(said([row("a", 5)], { snapshot: true, more: true }));
  same([desk.isKnown, desk.order], [true, ["a"]]);
  desk.take(said([row("c", null), row("b", 1)]));
  same(desk.order, ["b", "a", "c"]);
  desk.take(said([row("d", 9, "sam")], { snapshot: true, more: true }));
  desk.select({ state: "soon" });
  same(desk.order, ["b", "a"]);
  desk.select({ state: "all" });
  desk.take(said([row("a", 7)]));
  same([desk.order, desk.mentors, desk.known], [["a", "d"], ["sam", "tora"], 2]);
});

Deno.test("rows stay while they are read, and changes are counted", () => {
  const desk = board();
  desk.take(said([row("a", 5), row("b", 10), row("c", 15)], { snapshot: true }));
  desk.hold(true);
  desk.take(said([row("b", 1), row("d", 2)], { removed: ["a"] }));
  same([desk.order, desk.changes], [["a", "b", "c"], 3]);
  same([desk.row("a")?.waiting_since, desk.row("b")?.due_at], ["", row("b", 1).due_at]);
  desk.hold(false);
  same([desk.order, desk.changes], [["b", "d", "c"], 0]);
  desk.take(said([row("d", 20)]));
  same(desk.order, ["b", "c", "d"]);
});

Deno.test("numbers and filters go by the deadline as it is now", () => {
  const desk = board({ "m-c": "Kari" });
  const rows = [
    row("a", -30),
    row("b", -10),
    row("c", 60),
    row("d", 240),
    row("e", 241),
    row("f", null),
  ];
  desk.take(said(rows, { snapshot: true }));
  const numbers = { waiting: 4, soon: 2, withinHour: 1, overdue: 2, longest: 30 * MINUTE };
  same(desk.numbers(NOW), numbers);
  desk.select({ state: "overdue" });
  same(desk.order, ["a", "b"]);
  desk.select({ state: "soon" });
  same(desk.order, ["c", "d"]);
  desk.select({ state: "all", member: "kAR" });
  same(desk.order, ["c"]);
  desk.select({ member: "M-F" });
  same(desk.order, ["f"]);
});
