// When a text goes out, as tests/quotas/test_sending_later.py has it; and times that clocks skip or show twice.

import assert from "node:assert/strict";
import { firstMorning, instantOf, localText, nextMorning } from "../src/later/zone_time.ts";

const OSLO = "Europe/Oslo";
const at = (text: string) => Date.parse(text);

Deno.test("a refused text goes out in the morning of the day that opens, and not before it opens", () => {
  const cases = [
    ["2026-01-12T00:00:00+01:00", "2026-01-12T08:00:00+01:00"],
    ["2026-01-12T07:59:59.999+01:00", "2026-01-12T08:00:00+01:00"],
    ["2026-01-12T08:00:00+01:00", "2026-01-12T08:00:00+01:00"],
    ["2026-01-12T18:30:00+01:00", "2026-01-12T18:30:00+01:00"],
    ["2026-03-30T00:00:00+02:00", "2026-03-30T08:00:00+02:00"],
    ["2026-03-29T00:00:00+01:00", "2026-03-29T08:00:00+02:00"],
    ["2026-10-25T00:00:00+02:00", "2026-10-25T08:00:00+01:00"],
  ] as const;
  for (const [opens, sent] of cases) assert.equal(firstMorning(at(opens), OSLO), at(sent), opens);
});

Deno.test("where nothing is locked the next morning is offered", () => {
  assert.equal(
    nextMorning(at("2026-01-12T07:59:59+01:00"), OSLO),
    at("2026-01-12T08:00:00+01:00"),
  );
  assert.equal(nextMorning(at("2026-01-12T08:00:00+01:00"), OSLO), at("2026-01-13T08:00:00+01:00"));
  assert.equal(nextMorning(at("2026-03-28T20:00:00+01:00"), OSLO), at("2026-03-29T08:00:00+02:00"));
});

Deno.test("what a field says is an instant of the conversation's zone", () => {
  for (const zone of ["Europe/Oslo", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia"]) {
    for (let hour = 0; hour < 24 * 400; hour += 7) {
      const instant = at("2026-01-01T00:00:00Z") + hour * 3_600_000;
      const local = localText(instant, zone);
      assert.equal(localText(instantOf(local, zone), zone), local, `${zone} ${local}`);
    }
  }
  assert.equal(instantOf("2026-03-29T02:30", OSLO), at("2026-03-29T03:00:00+02:00"));
  assert.equal(instantOf("2026-10-25T02:30", OSLO), at("2026-10-25T02:30:00+02:00"));
  assert.ok(Number.isNaN(instantOf("", OSLO)));
});
