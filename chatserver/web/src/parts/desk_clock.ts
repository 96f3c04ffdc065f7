// Who works at a desk, and what time it is by the server's clock.

import { html, nothing } from "lit";
import type { App } from "../app/start.ts";
import { PageElement } from "./element.ts";
import { Times } from "./format.ts";

const MINUTE = 60_000;

export class DeskClock extends PageElement {
  static override properties = { app: { attribute: false }, name: { attribute: false } };

  declare app: App;
  declare name: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unwatch: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#unwatch = this.app.chats.chat.clock.watch(() => this.requestUpdate());
    this.#tick();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unwatch?.();
    clearTimeout(this.#timer);
  }

  protected override render() {
    const now = this.app.chats.chat.clock.now();
    const times = new Times(this.app.language);
    return html`
      <p class="small quiet">${this.name
        ? html`
          <strong class="ink">${this.name}</strong>,
        `
        : nothing}${times.day(now, now)} ${times.clock(now)}</p>
    `;
  }

  readonly #tick = (): void => {
    this.requestUpdate();
    this.#timer = setTimeout(this.#tick, MINUTE - this.app.chats.chat.clock.now() % MINUTE);
  };
}

customElements.define("desk-clock", DeskClock);
