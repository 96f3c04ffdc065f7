// A time that is none of the published ones: mentors book any time at which both are free.

import { html } from "lit";
import { PageElement } from "../parts/element.ts";

const QUARTER_SECONDS = 900;

/** `chosen` (ms) is an event of it. */
export class OtherTime extends PageElement {
  static override properties = { label: { attribute: false } };

  declare label: string;

  protected override render() {
    return html`
      <label class="field"><span class="label">${this.label}</span><input class="input"
        type="datetime-local" step=${QUARTER_SECONDS} @change=${this.#change}></label>
    `;
  }

  readonly #change = (event: Event): void => {
    // Without a zone it is local to the device, as mentors' times are.
    const start = Date.parse((event.target as HTMLInputElement).value);
    if (Number.isNaN(start)) return;
    this.dispatchEvent(new CustomEvent("chosen", { detail: start, bubbles: true }));
  };
}

customElements.define("other-time", OtherTime);
