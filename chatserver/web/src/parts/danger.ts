// Words that suggest danger to life, found on the device: nobody is told, and nothing is kept. As in `quotas/help_policy.py`.

const WORD = /[\p{L}\p{N}]+/gu;
const APOSTROPHES = /['\u2019\u02bc]/g;

/** Whether one of the phrases is in the text, its words one after the other; `*` stands for any ending of a word. */
export function suggestsDanger(text: string, phrases: readonly string[]): boolean {
  const words = folded(text).match(WORD) ?? [];
  return phrases.some((phrase) => holds(words, folded(phrase).trim().split(/\s+/)));
}

function folded(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(APOSTROPHES, "");
}

function holds(words: readonly string[], wanted: readonly string[]): boolean {
  return words.some((_, place) =>
    wanted.every((each, number) => fits(words[place + number], each))
  );
}

function fits(word: string | undefined, wanted: string): boolean {
  if (word === undefined) return false;
  return wanted.endsWith("*") ? word.startsWith(wanted.slice(0, -1)) : word === wanted;
}
