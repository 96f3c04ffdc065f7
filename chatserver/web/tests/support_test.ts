// What support's pages work out: the weeks of a chart, rows of a long table, files for spreadsheets.

import { csvOf } from "../src/support/csv.ts";
import { RowWindow } from "../src/support/row_window.ts";
import { niceTop, weekNumber, weeksOf } from "../src/support/week_chart.ts";
import type { ReplyGroup, ReplyReport } from "../src/app/api_types.ts";

function same(found: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${a} is not ${b}`);
}

Deno.test("weeks are numbered as the calendar does, also around a new year", () => {
  for (const [day, week] of [["2026-01-05", 2], ["2025-12-29", 1], ["2026-12-28", 53]] as const) {
    same(weekNumber(Date.parse(day)), week);
  }
});

Deno.test("a chart has the weeks between too, and tells late answers from missing ones", () => {
  const group = (name: string, in_time: number, missed: number, late: number) =>
    ({ name, in_time, missed, late }) as ReplyGroup;
  const groups = [group("2026-01-05", 9, 1, 1), group("2026-01-19", 1, 2, 0)];
  same(weeksOf({ groups } as ReplyReport), [
    { number: "2", late: 1, missed: 0, inTime: 9, share: 90 },
    { number: "3", late: 0, missed: 0, inTime: 0, share: null },
    { number: "4", late: 0, missed: 2, inTime: 1, share: 33 },
  ]);
});

Deno.test("an axis ends at a round number", () => {
  same([0, 1, 3, 4, 53, 61].map(niceTop), [3, 3, 3, 6, 60, 150]);
});

Deno.test("of ten thousand rows those that are seen are drawn", () => {
  const rows = new RowWindow();
  rows.see(45 * 5_000, 450, 10_000);
  const { first, end } = rows.of(10_000);
  if (first > 4_995 || end < 5_010 || end - first > 60) throw new Error(`${first} to ${end}`);
  rows.see(0, 450, 10_000);
  same(rows.of(3), { first: 0, end: 3 });
});

Deno.test("a spreadsheet finds no formulas in what people are called", () => {
  same(csvOf(["name"], [["=1+1"], ['a "b", c']]), '\ufeffname\r\n\'=1+1\r\n"a ""b"", c"\r\n');
});
