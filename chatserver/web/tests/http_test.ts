// What the apps make of the server's answers.

import assert from "node:assert/strict";
import { fileName } from "../src/app/http.ts";

function named(disposition: string): string {
  return fileName(new Headers({ "Content-Disposition": disposition }));
}

Deno.test("a file is saved by its own name, also where that has letters of Norway", () => {
  const both = `attachment; filename="s_knad.pdf"; filename*=UTF-8''s%C3%B8knad.pdf`;
  assert.equal(named(both), "søknad.pdf");
  assert.equal(named('attachment; filename="2026-01.csv"'), "2026-01.csv");
  assert.equal(named("attachment"), "file");
  assert.equal(fileName(new Headers()), "file");
});
