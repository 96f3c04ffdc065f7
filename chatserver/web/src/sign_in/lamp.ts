// A window with a light in it: what the door shows where the platform has no picture of its own.

import { html } from "lit";

export function lamp() {
  return html`
    <svg class="lamp" viewBox="0 0 88 88" aria-hidden="true">
      <path class="lamp__frame" d="M8 80V38a30 30 0 0 1 60 0v42z" />
      <path class="lamp__light" d="M38 46h30v34H38z" />
      <path class="lamp__lines" d="M8 80V38a30 30 0 0 1 60 0v42M38 8v72M8 46h60M2 80h72" />
    </svg>
  `;
}
