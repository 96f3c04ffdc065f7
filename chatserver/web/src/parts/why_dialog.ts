// Why writing is open or closed: the server's own steps, in order; asked for again when that changes.

import { html, nothing } from "lit";
import type { Why } from "../app/api_types.ts";
import type { App } from "../app/start.ts";
import type { Talk } from "../state/talk.ts";
import { PageElement } from "./element.ts";
import { Times } from "./format.ts";
import { icon } from "./icons.ts";
import { weekFigure } from "./week_figure.ts";

export class WhyDialog extends PageElement {
  static override properties = { app: { attribute: false }, name: { attribute: false } };

  declare app: App;
  /** Of the other side. */
  declare name: string;
  #talk: Talk | undefined;
  #answer: Why | "failed" | undefined;
  /** Of how the conversation stood when it was asked last. */
  #askedFor = "";
  #unwatch: (() => void) | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unwatch?.();
  }

  /** Ask, and show. */
  async open(talk: Talk): Promise<void> {
    this.#unwatch?.();
    this.#talk = talk;
    this.#answer = undefined;
    this.#askedFor = "";
    this.requestUpdate();
    await this.updateComplete;
    this.querySelector<HTMLElement>("[popover]")?.showPopover();
    this.#unwatch?.();
    this.#unwatch = talk.watch(() => void this.#ask(talk));
    await this.#ask(talk);
  }

  /** What stands there stays until the answer is there. */
  async #ask(talk: Talk): Promise<void> {
    const { id, plan, status, composer } = talk.view;
    const standing = JSON.stringify([plan, status, composer]);
    if (standing === this.#askedFor) return;
    this.#askedFor = standing;
    let answer: Why | "failed";
    try {
      const path = `/v1/conversations/${encodeURIComponent(id)}/why?language=${this.app.language}`;
      answer = await this.app.http.get<Why>(path);
    } catch {
      answer = "failed";
    }
    // Meanwhile it may have changed again.
    if (talk !== this.#talk || standing !== this.#askedFor) return;
    this.#answer = answer;
    this.requestUpdate();
  }

  readonly #toggled = (event: ToggleEvent): void => {
    if (event.newState === "closed") this.#unwatch?.();
  };

  protected override render() {
    const { words } = this.app;
    const isOpen = this.#talk?.view.composer.open ?? true;
    return html`
      <div class="pop" popover id="why" role="dialog" aria-labelledby="why-title" @toggle=${this
        .#toggled}>
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
