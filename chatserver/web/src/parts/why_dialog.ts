// Why writing is open or closed: the server's own steps, in order.

import { html, nothing } from "lit";
import type { App } from "../app/start.ts";
import type { ConversationView } from "../client/protocol.ts";
import { PageElement } from "./element.ts";
import { icon } from "./icons.ts";

interface WhyAnswer {
  steps: { sentence: string }[];
}

export class WhyDialog extends PageElement {
  static override properties = { app: { attribute: false }, name: { attribute: false } };

  declare app: App;
  /** Of the other side. */
  declare name: string;
  #view: ConversationView | undefined;
  #steps: string[] | "failed" | undefined;

  /** Ask, and show. */
  async open(view: ConversationView): Promise<void> {
    this.#view = view;
    this.#steps = undefined;
    this.requestUpdate();
    await this.updateComplete;
    this.querySelector<HTMLElement>("[popover]")?.showPopover();
    try {
      const path = `/v1/conversations/${
        encodeURIComponent(view.id)
      }/why?language=${this.app.language}`;
      this.#steps = (await this.app.http.get<WhyAnswer>(path)).steps.map((each) => each.sentence);
    } catch {
      this.#steps = "failed";
    }
    this.requestUpdate();
  }

  protected override render() {
    const { words } = this.app;
    const isOpen = this.#view?.composer.open ?? true;
    return html`
      <div class="pop" popover id="why" role="dialog" aria-labelledby="why-title">
        <h2 id="why-title">${isOpen ? words.whyDialog.openTitle : words.whyDialog.title}</h2>
        <button
          class="btn btn--icon pop__close"
          type="button"
          popovertarget="why"
          popovertargetaction="hide"
          aria-label=${words.common.close}
        >${icon("close")}</button>
        <div class="stack" aria-busy=${this.#steps ? "false" : "true"}>${this.#said()}</div>
      </div>
    `;
  }

  #said() {
    const { words } = this.app;
    if (this.#steps === undefined) return html`<p class="quiet">${words.common.loading}</p>`;
    if (this.#steps === "failed") return html`<p role="alert">${words.common.failed}</p>`;
    return html`
      <ol class="reasons">${this.#steps.map((each) => html`<li>${each}</li>`)}</ol>
      ${this.app.role === "member"
        ? html`<p>${words.whyDialog.mentorAlways(this.name)}</p>`
        : nothing}
    `;
  }
}

customElements.define("why-dialog", WhyDialog);
