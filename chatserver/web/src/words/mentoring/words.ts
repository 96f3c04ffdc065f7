// The words of saved texts and exercises, apart from the others': loaded by whoever opens them.

import { Part } from "../../app/part.ts";
import type { Widened } from "../en.ts";
import type { Language } from "../words.ts";
import type { en } from "./en.ts";

export type MentoringWords = Widened<typeof en>;

export const MENTORING_WORDS: Readonly<Record<Language, Part<MentoringWords>>> = {
  nb: new Part(async () => (await import("./nb.ts")).nb),
  da: new Part(async () => (await import("./da.ts")).da),
  en: new Part(async () => (await import("./en.ts")).en),
};
