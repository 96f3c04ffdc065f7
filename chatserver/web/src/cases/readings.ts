// When support has read a conversation, for its two people: by itself, or below what one may ask for in it.

import { html } from "lit";
import type { Readings } from "../app/api_types.ts";
import type { App } from "../app/start.ts";
import type { ConversationView } from "../client/protocol.ts";
import { PageElement } from "../parts/element.ts";
import { Times } from "../parts/format.ts";
import { icon } from "../parts/icons.ts";

/** So many are told, the last ones. */
const MOST = 5;

export class ConversationReadings extends PageElement {
  static override properties = { app: { attribute: false }, view: { attribute: false } };

  declare app: App;
  declare view: ConversationView;
  #shown = "";
  #readAt: readonly string[] | "failed" | undefined;

  async #load(): Promise<void> {
    const { id } = this.view;
    try {
      const path = `/v1/conversations/${encodeURIComponent(id)}/readings`;
      this.#readAt = (await this.app.http.get<Readings>(path)).read_at;
    } catch {
      this.#readAt = "failed";
    }
    this.requestUpdate();
  }

  protected override willUpdate(): void {
    if (this.view.id === this.#shown) return;
    this.#shown = this.view.id;
    this.#readAt = undefined;
    void this.#load();
  }

  protected override render() {
    const { readings } = this.app.words;
    return html`
      <section class="readings" aria-labelledby="readings-title">
        <h3 id="readings-title">${readings.title}</h3>
        ${this.#said()}
        <p class="small quiet">${readings.note}</p>
      </section>
    `;
  }

  #said() {
    const { words, language, chats } = this.app;
    if (this.#readAt === undefined) return html`<p class="quiet">${words.common.loading}</p>`;
    if (this.#readAt === "failed") return html`<p role="alert">${words.common.failed}</p>`;
    if (!this.#readAt.length) return html`<p>${words.readings.never}</p>`;
    const times = new Times(language, this.view.zone);
    const now = chats.chat.clock.now();
    const last = this.#readAt.slice(-MOST).reverse().map(Date.parse);
    return html`<ul>${last.map((at) => html`<li>${times.day(at, now)} ${times.at(at)}</li>`)}</ul>${
      this.#readAt.length > MOST
        ? html`<p class="small">${words.readings.more(this.#readAt.length - MOST)}</p>`
        : ""
    }`;
  }
}

customElements.define("conversation-readings", ConversationReadings);

/** The same, above the conversation. */
export class ReadingsDialog extends PageElement {
  static override properties = { app: { attribute: false } };

  declare app: App;
  #view: ConversationView | undefined;

  async open(view: ConversationView): Promise<void> {
    // What stands there from before may have changed.
    this.#view = undefined;
    this.requestUpdate();
    await this.updateComplete;
    this.#view = view;
    this.requestUpdate();
    await this.updateComplete;
    this.querySelector<HTMLElement>("[popover]")?.showPopover();
  }

  protected override render() {
    const { words } = this.app;
    return html`
      <div class="pop" popover id="readings" role="dialog" aria-label=${words.readings.menu}>
        <h2>${words.readings.menu}</h2>
        <button
          class="btn btn--icon pop__close"
          type="button"
          popovertarget="readings"
          popovertargetaction="hide"
          aria-label=${words.common.close}
        >${icon("close")}</button>
        ${this.#view
          ? html`<conversation-readings .app=${this.app} .view=${this.#view}></conversation-readings>`
          : ""}
      </div>
    `;
  }
}

customElements.define("readings-dialog", ReadingsDialog);
