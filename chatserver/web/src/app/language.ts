// In which language a page speaks: the one chosen on this device, else the first that the browser asks for.

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

export function pageLanguage(): Language {
  return keptLanguage() ?? languageOf(navigator.languages);
}
