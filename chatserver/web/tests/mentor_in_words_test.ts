// A mentor is called by name and by what they know of, to whoever chooses one.

import { mentorInWords } from "../src/parts/mentor_in_words.ts";

Deno.test("a mentor is told by name, else by id, with what they know of", () => {
  const found = [
    mentorInWords({ id: "tom", name: "Tom", expertise: ["careers", "leadership"] }, "en"),
    mentorInWords({ id: "tom", name: "", expertise: [] }, "nb"),
  ];
  if (found.join("|") !== "Tom: careers, leadership|Tom") throw new Error(found.join("|"));
});
