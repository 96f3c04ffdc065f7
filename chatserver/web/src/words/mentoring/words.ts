// The words of saved texts and exercises, apart from the others': loaded by whoever opens them.

import type { Widened } from "../en.ts";
import type { Language } from "../words.ts";
import type { en } from "./en.ts";

export type MentoringWords = Widened<typeof en>;

const LOADERS: Readonly<Record<Language, () => Promise<MentoringWords>>> = {
  nb: async () => (await import("./nb.ts")).nb,
  da: async () => (await import("./da.ts")).da,
  en: async () => (await import("./en.ts")).en,
};

export function mentoringWordsOf(language: Language): Promise<MentoringWords> {
  return LOADERS[language]();
}
