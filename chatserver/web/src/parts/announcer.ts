// The one region that speaks: each new message of the other side, and what a live chat has to say. Nothing that ticks.

import { html, nothing } from "lit";
import type { Words } from "../words/words.ts";
import { PageElement } from "./element.ts";
import { icon } from "./icons.ts";

export class PageAnnouncer extends PageElement {
  #said = "";
  #shown: { text: string; words: Words } | undefined;

  /** Speak it, politely. The same again is spoken again. */
  say(text: string): void {
    this.#said = text === this.#said ? `${text}\u00a0` : text;
    this.requestUpdate();
  }

  /** Let it be seen, and heard, until it is put away: what somebody asked for cannot be had now. */
  show(text: string, words: Words): void {
    this.#shown = { text, words };
    addEventListener("online", this.hide, { once: true });
    this.requestUpdate();
  }

  /** What was shown is true no longer. */
  readonly hide = (): void => {
    if (!this.#shown) return;
    this.#shown = undefined;
    this.requestUpdate();
  };

  protected override render() {
    const shown = this.#shown;
    return html`
      <p class="vh" role="status" aria-live="polite">${this.#said}</p>
      ${shown
        ? html`
          <div class="shown">${icon("info")}<p role="alert">${shown.text}</p>
            <button class="btn btn--icon" type="button" aria-label=${shown.words.common.close}
              @click=${this.hide}>${icon("close")}</button></div>
        `
        : nothing}
    `;
  }
}

customElements.define("page-announcer", PageAnnouncer);
