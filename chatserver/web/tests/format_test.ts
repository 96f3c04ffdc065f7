import assert from "node:assert/strict";
import { money, Times } from "../src/parts/format.ts";

const at = (text: string) => Date.parse(text);
const plain = (text: string) => text.replaceAll("\u00a0", " ").replaceAll("\u202f", " ");

Deno.test("times are those of the zone, as the language writes them", () => {
  const instant = at("2026-12-02T10:00:00Z");
  const [nb, da, en] = (["nb", "da", "en"] as const).map((each) => new Times(each, "Europe/Oslo"));
  assert.equal(plain(nb!.at(instant)), "kl. 11:00");
  assert.equal(plain(da!.at(instant)), "kl. 11.00");
  assert.equal(en!.at(instant), "11:00");
  assert.equal(plain(nb!.day(instant, instant)), "onsdag 2. desember");
  assert.equal(plain(en!.day(instant, at("2027-01-05T00:00:00Z"))), "Wednesday 2 December 2026");
});

Deno.test("a span is told by its two largest units, to the second only in the last two minutes", () => {
  const times = new Times("en", "UTC");
  const told = (ms: number) => plain(times.span(ms));
  assert.deepEqual(
    [57 * 3_600_000 + 5, 192 * 60_000, 41 * 60_000 + 59_999, 80_000, 120_000, 59_001, 0, -5].map(
      told,
    ),
    ["2 d 9 h", "3 h 12 min", "41 min", "1 min 20 s", "2 min", "1 min", "0 min", "0 min"],
  );
  assert.equal(times.countdown(24 * 60_000 + 10_000), "24:10");
});

Deno.test("days are those of the zone, also where the clock changes", () => {
  const times = new Times("nb", "Europe/Oslo");
  assert.equal(times.daysAway(at("2026-10-25T23:30:00Z"), at("2026-10-24T21:30:00Z")), 2);
  assert.equal(times.daysAway(at("2026-10-25T22:30:00Z"), at("2026-10-24T22:30:00Z")), 0);
  assert.equal(times.minutesOfDay(at("2026-10-25T22:30:00Z")), 23 * 60 + 30);
});

Deno.test("amounts are whole where they are", () => {
  assert.equal(plain(money("nb", 55_000, "NOK")), "550 kr");
  assert.equal(plain(money("en", 55_050, "NOK")), "NOK 550.50");
  assert.equal(plain(money("en", 550, "JPY")), "JP¥550");
});
