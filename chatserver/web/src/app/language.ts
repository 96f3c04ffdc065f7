// In which language a page speaks: the person's own, which the device knows from their last visit, or the one chosen on
// it; else the first that the browser asks for.

import { type Language, languageOf, LANGUAGES } from "../words/words.ts";

const KEY = "language";

/** The one that was chosen here; undefined where none was. */
export function keptLanguage(): Language | undefined {
  const kept = localStorage.getItem(KEY);
  return LANGUAGES.find((each) => each === kept);
}

/** From now on, on this device. */
export function chooseLanguage(language: Language): void {
  localStorage.setItem(KEY, language);
}

/**
 * The person's own setting goes before the browser's: this device keeps it too. Whether the page is to begin anew,
 * because it speaks another one.
 */
export function learnLanguage(own: string | undefined, spoken: Language): boolean {
  const language = LANGUAGES.find((each) => each === own);
  if (!language) return false;
  chooseLanguage(language);
  return language !== spoken && keptLanguage() === language;
}

export function pageLanguage(): Language {
  return keptLanguage() ?? languageOf(navigator.languages);
}
