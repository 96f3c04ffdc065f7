// The words of the call's page, apart from the others': nobody else loads them.

import type { Widened } from "../en.ts";
import type { Language } from "../words.ts";
import type { en } from "./en.ts";

export type CallWords = Widened<typeof en>;

const LOADERS: Readonly<Record<Language, () => Promise<CallWords>>> = {
  nb: async () => (await import("./nb.ts")).nb,
  da: async () => (await import("./da.ts")).da,
  en: async () => (await import("./en.ts")).en,
};

export function callWordsOf(language: Language): Promise<CallWords> {
  return LOADERS[language]();
}
