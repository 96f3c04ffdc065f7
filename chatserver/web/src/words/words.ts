// The words of the apps, in one language at a time. English says which there are; a language that lacks one does not compile.

import type { English } from "./en.ts";

export const LANGUAGES = ["nb", "da", "en"] as const;
export type Language = (typeof LANGUAGES)[number];
/** Every sentence and label of the apps. */
export type Words = English;

/** For `Intl`: English dates are British. */
export const LOCALES: Readonly<Record<Language, string>> = {
  nb: "nb-NO",
  da: "da-DK",
  en: "en-GB",
};

/** The first of the languages a person reads that the apps speak; Norwegian covers Nynorsk. */
export function languageOf(read: readonly string[]): Language {
  for (const each of read) {
    const short = each.toLowerCase().split("-")[0];
    if (short === "no" || short === "nn") return "nb";
    const known = LANGUAGES.find((language) => language === short);
    if (known) return known;
  }
  return "en";
}

const LOADERS: Readonly<Record<Language, () => Promise<Words>>> = {
  nb: async () => (await import("./nb.ts")).nb,
  da: async () => (await import("./da.ts")).da,
  en: async () => (await import("./en.ts")).en,
};

export function wordsOf(language: Language): Promise<Words> {
  return LOADERS[language]();
}
