// What somebody left to be sent while they stood in for a mentor, and could not be: in conversations that they see no more.

import { html, nothing } from "lit";
import { attempt } from "../app/attempt.ts";
import type { App } from "../app/start.ts";
import type { LaterView } from "../client/protocol.ts";
import { PageElement } from "../parts/element.ts";
import { icon } from "../parts/icons.ts";
import { laterOf } from "./later_state.ts";
import { saidFault } from "./later_time.ts";

export class LaterLeft extends PageElement {
  static override properties = { app: { attribute: false } };

  declare app: App;
  #stop: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = laterOf(this.app).texts.watch(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
  }

  protected override render() {
    const { later, files } = this.app.words;
    const { left } = laterOf(this.app).texts;
    if (!left.length) return nothing;
    return html`
      <section class="card" aria-labelledby="later-left-title">
        <h2 id="later-left-title">${later.left}</h2>
        <ul class="queue">${left.map((each) =>
          html`
            <li class="queued">
              ${icon("return")}
              <div>${later.standInOver} ${each.body
                ? html`<blockquote class="queued__whole">${each.body}</blockquote>`
                : nothing} ${each.attachments.length
                ? html`<span class="quiet">${files.count(each.attachments.length)}</span>`
                : nothing}</div>
              <div class="queued__acts"><button class="btn" type="button"
                @click=${() => this.#drop(each)}>${later.drop}</button></div>
            </li>
          `
        )}</ul>
      </section>
    `;
  }

  async #drop(message: LaterView): Promise<void> {
    const { app } = this;
    await attempt(
      () => laterOf(app).texts.takeBack(message),
      app.words,
      (fault) => saidFault(app, fault),
    );
  }
}

customElements.define("later-left", LaterLeft);
