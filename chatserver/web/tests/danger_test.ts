// The apps find the same words as the server's rules: both are held against one list.

import assert from "node:assert/strict";
import danger from "../../../tests/quotas/danger_texts.json" with { type: "json" };
import { suggestsDanger } from "../src/parts/danger.ts";

for (const [text, expected] of danger.texts as [string, boolean][]) {
  Deno.test(`${expected ? "danger" : "no danger"}: ${text}`, () => {
    assert.equal(suggestsDanger(text, danger.phrases), expected);
  });
}

Deno.test("a phrase of two words does not reach over the end", () => {
  assert.equal(suggestsDanger("want to", ["want to die"]), false);
});
