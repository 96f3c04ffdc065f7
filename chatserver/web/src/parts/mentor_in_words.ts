// A mentor as whoever chooses one reads them.

import type { NamedMentor } from "../app/api_types.ts";
import { nameOf } from "../app/names.ts";
import { type Language, LOCALES } from "../words/words.ts";

/** The name, and what they know of. */
export function mentorInWords({ id, name, expertise }: NamedMentor, language: Language): string {
  const called = name || nameOf(id);
  if (!expertise.length) return called;
  const knows = new Intl.ListFormat(LOCALES[language], { type: "unit" }).format(expertise);
  return `${called}: ${knows}`;
}
