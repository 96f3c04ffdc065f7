// Why writing is open or closed: the server's own steps, in order.

import { html, nothing } from "lit";
import type { Why } from "../app/api_types.ts";
import type { App } from "../app/start.ts";
import type { ConversationView } from "../client/protocol.ts";
import { PageElement } from "./element.ts";
import { Times } from "./format.ts";
import { icon } from "./icons.ts";
import { weekFigure } from "./week_figure.ts";

export class WhyDialog extends PageElement {
  static override properties = { app: { attribute: false }, name: { attribute: false } };

  declare app: App;
  /** Of the other side. */
  declare name: string;
  #view: ConversationView | undefined;
  #answer: Why | "failed" | undefined;

  /** Ask, and show. */
  async open(view: ConversationView): Promise<void> {
    this.#view = view;
    this.#answer = undefined;
    this.requestUpdate();
    await this.updateComplete;
    this.querySelector<HTMLElement>("[popover]")?.showPopover();
    try {
      const path = `/v1/conversations/${
        encodeURIComponent(view.id)
      }/why?language=${this.app.language}`;
      this.#answer = await this.app.http.get<Why>(path);
    } catch {
      this.#answer = "failed";
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
        <div class="stack" aria-busy=${this.#answer ? "false" : "true"}>${this.#said()}</div>
      </div>
    `;
  }

  #said() {
    const { words } = this.app;
    if (this.#answer === undefined) return html`<p class="quiet">${words.common.loading}</p>`;
    if (this.#answer === "failed") return html`<p role="alert">${words.common.failed}</p>`;
    const { steps, week, zone, now } = this.#answer;
    const times = new Times(this.app.language, zone);
    return html`
      ${week ? weekFigure(week, Date.parse(now), times, words) : nothing}
      <ol class="reasons">${steps.map((each) => html`<li>${each.sentence}</li>`)}</ol>
      ${this.app.role === "member"
        ? html`<p>${words.whyDialog.mentorAlways(this.name)}</p>`
        : nothing}
    `;
  }
}

customElements.define("why-dialog", WhyDialog);
