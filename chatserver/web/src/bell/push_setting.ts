// Push on this device, in the settings.

import { html, nothing } from "lit";
import { PageElement } from "../parts/element.ts";
import type { Words } from "../words/words.ts";
import type { Push, PushState } from "./push.ts";

/** `changed` is an event of it: other devices are where they were. */
export class PushSetting extends PageElement {
  static override properties = { words: { attribute: false }, push: { attribute: false } };

  declare words: Words;
  declare push: Push;
  #state: PushState | undefined;
  #failed = false;
  #busy = false;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#do(() => this.push.state());
  }

  protected override render() {
    const { push } = this.words;
    const state = this.#state;
    if (state === undefined) return nothing;
    const said = { none: push.none, denied: push.denied, on: push.isOn, off: push.isOff }[state];
    return html`
      <section class="card stack" aria-labelledby="push">
        <h2 id="push">${push.title}</h2>
        <p>${push.lead}</p>
        <p role="status">${this.#failed ? push.failed : said}</p>
        ${state === "on" || state === "off"
          ? html`
            <button class="btn" type="button" aria-disabled=${this.#busy}
              @click=${this.#turn}>${state === "on" ? push.turnOff : push.turnOn}</button>
          `
          : nothing}
      </section>
    `;
  }

  readonly #turn = async (): Promise<void> => {
    if (this.#busy) return;
    await this.#do(() => this.#state === "on" ? this.push.turnOff() : this.push.turnOn());
    this.dispatchEvent(new CustomEvent("changed"));
  };

  async #do(work: () => Promise<PushState>): Promise<void> {
    this.#busy = true;
    this.requestUpdate();
    try {
      this.#state = await work();
      this.#failed = false;
    } catch {
      this.#failed = true;
    }
    this.#busy = false;
    this.requestUpdate();
  }
}

customElements.define("push-setting", PushSetting);
