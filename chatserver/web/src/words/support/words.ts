// The words of support's pages, apart from the others': nobody else loads them.

import type { Widened } from "../en.ts";
import type { Language } from "../words.ts";
import type { en } from "./en.ts";

export type SupportWords = Widened<typeof en>;

const LOADERS: Readonly<Record<Language, () => Promise<SupportWords>>> = {
  nb: async () => (await import("./nb.ts")).nb,
  da: async () => (await import("./da.ts")).da,
  en: async () => (await import("./en.ts")).en,
};

export function supportWordsOf(language: Language): Promise<SupportWords> {
  return LOADERS[language]();
}
