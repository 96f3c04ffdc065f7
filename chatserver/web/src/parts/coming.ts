// What stands in the place of a part until it is there.

import { html } from "lit";
import { notHere, type Part } from "../app/part.ts";
import type { Words } from "../words/words.ts";

/** It comes by itself where it can; whoever waits for it sees why it does not. */
export function coming({ hasFailed }: Pick<Part<unknown>, "hasFailed">, words: Words) {
  return hasFailed
    ? html`<p role="status">${notHere(words)}</p>`
    : html`<p class="quiet" aria-busy="true">${words.common.loading}</p>`;
}
