// What somebody asked for and may not get: where it cannot be done they see and hear why, until the next try is done.

import type { PageAnnouncer } from "../parts/announcer.ts";
import type { Words } from "../words/words.ts";

/** Whether it was done. `why` says why not, by what it failed with. */
export async function attempt(
  act: () => Promise<unknown>,
  words: Words,
  why: (fault: unknown) => string = () => words.common.failed,
): Promise<boolean> {
  try {
    await act();
    announcer()?.hide();
    return true;
  } catch (fault) {
    announcer()?.show(why(fault), words);
    return false;
  }
}

/** Of the page that is open, where it has one. */
export function announcer(): PageAnnouncer | null {
  return document.querySelector<PageAnnouncer>("page-announcer");
}
