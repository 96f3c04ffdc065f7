// In which language a page speaks: the one chosen on this device, else the person's own, which it knows from their last
// visit, else the first that the browser asks for.

import { type Language, languageOf, LANGUAGES } from "../words/words.ts";

const CHOSEN = "language";
/** That of whoever is signed in: it goes with them. */
const OWN = "own language";

/** The one that was chosen here; undefined where none was. */
export function keptLanguage(): Language | undefined {
  return kept(CHOSEN);
}

/** From now on, on this device. */
export function chooseLanguage(language: Language): void {
  localStorage.setItem(CHOSEN, language);
}

/** The person's own setting. Whether the page is to begin anew, because it would speak another language now. */
export function learnLanguage(own: string | undefined, spoken: Language): boolean {
  const language = LANGUAGES.find((each) => each === own);
  if (!language) return false;
  localStorage.setItem(OWN, language);
  return pageLanguage() === language && language !== spoken;
}

export function forgetLanguage(): void {
  localStorage.removeItem(OWN);
}

export function pageLanguage(): Language {
  return kept(CHOSEN) ?? kept(OWN) ?? languageOf(navigator.languages);
}

function kept(key: string): Language | undefined {
  const language = localStorage.getItem(key);
  return LANGUAGES.find((each) => each === language);
}
