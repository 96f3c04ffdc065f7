// The one region that speaks: each new message of the other side, and what a live chat has to say. Nothing that ticks.

import { html } from "lit";
import { PageElement } from "./element.ts";

export class PageAnnouncer extends PageElement {
  #said = "";

  /** Speak it, politely. The same again is spoken again. */
  say(text: string): void {
    this.#said = text === this.#said ? `${text}\u00a0` : text;
    this.requestUpdate();
  }

  protected override render() {
    return html`<p class="vh" role="status" aria-live="polite">${this.#said}</p>`;
  }
}

customElements.define("page-announcer", PageAnnouncer);
