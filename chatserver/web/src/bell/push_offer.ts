// After the first message that was sent here: whether this device may say when something comes. What that means comes first.

import { html, nothing } from "lit";
import type { App } from "../app/start.ts";
import { PageElement } from "../parts/element.ts";
import { icon } from "../parts/icons.ts";
import { Push } from "./push.ts";
import { isAsked, wasAsked } from "./push_memory.ts";

type Step = "nothing" | "asking" | "on" | "denied" | "failed";

export class PushOffer extends PageElement {
  static override properties = { app: { attribute: false }, name: { attribute: false } };

  declare app: App;
  /** Of whoever answers. */
  declare name: string;
  #step: Step = "nothing";
  #busy = false;

  /** Not before: it may have stood in the page, and been given all this, before there was a script for it. */
  protected override firstUpdated(): void {
    void this.#look();
  }

  protected override render() {
    if (this.#step === "nothing") return nothing;
    const { push, common } = this.app.words;
    const isQuestion = this.#step === "asking" || this.#step === "failed";
    return html`
      <section class="strip" aria-label=${push.offerTitle}>${icon("bell")}<div>
        ${isQuestion
          ? html`<p><strong>${push.offerLead(this.name)}</strong> ${push.offerMore}</p>`
          : nothing}
        <p role="status">${this.#said()}</p>
        <p class="row">${isQuestion
          ? html`
            <button class="btn" type="button" aria-disabled=${this.#busy}
              @click=${this.#yes}>${push.yes}</button>
            <button class="btn btn--plain" type="button" @click=${this.#close}>${push
              .later}</button>
          `
          : html`
            <button class="btn btn--plain" type="button"
              @click=${this.#close}>${common.close}</button>
          `}
        </p>
      </div></section>
    `;
  }

  #said(): string {
    const { push } = this.app.words;
    switch (this.#step) {
      case "on":
        return push.nowOn;
      case "denied":
        return push.denied;
      case "failed":
        return push.failed;
      default:
        return "";
    }
  }

  get #push(): Push {
    return new Push(this.app.account, this.app.http, this.app.user);
  }

  async #look(): Promise<void> {
    if (isAsked() || await this.#push.state() !== "off") return;
    this.#become("asking");
  }

  readonly #yes = async (): Promise<void> => {
    if (this.#busy) return;
    this.#busy = true;
    this.requestUpdate();
    const state = await this.#push.turnOn().catch(() => undefined);
    this.#busy = false;
    // Whoever closes the browser's question has not answered it.
    this.#become(state === "on" || state === "denied" ? state : state ? "asking" : "failed");
    if (state === "denied") wasAsked();
  };

  readonly #close = (): void => {
    wasAsked();
    this.#become("nothing");
  };

  #become(step: Step): void {
    this.#step = step;
    this.requestUpdate();
  }
}

customElements.define("push-offer", PushOffer);
