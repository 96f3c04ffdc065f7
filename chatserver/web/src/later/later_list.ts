// What waits to be sent by itself, what could not be sent, and what another device had written.

import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { attempt } from "../app/attempt.ts";
import type { App } from "../app/start.ts";
import type { LaterView } from "../client/protocol.ts";
import { PageElement } from "../parts/element.ts";
import { icon } from "../parts/icons.ts";
import type { Talk } from "../state/talk.ts";
import { type Later, laterOf } from "./later_state.ts";
import { type Chosen, saidFault, saidWhen } from "./later_time.ts";
import type { Content } from "./later_texts.ts";
import "../files/message_files.ts";

/** `use` is an event of it: that Content is to go into the field. */
export class LaterList extends PageElement {
  static override properties = { app: { attribute: false }, talk: { attribute: false } };

  declare app: App;
  declare talk: Talk;
  #later: Later | undefined;
  #stop: (() => void)[] = [];
  #changing = "";
  #problem: string | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#later = laterOf(this.app);
    const redraw = () => this.requestUpdate();
    this.#stop = [this.#later.texts, this.#later.drafts].map((each) => each.watch(redraw));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stop) stop();
  }

  protected override render() {
    const { words } = this.app;
    const { id } = this.talk.view;
    const kept = this.#later?.texts.of(id) ?? [];
    return html`
      ${kept.length
        ? html`<ul class="queue" aria-label=${words.later.list}>${
          repeat(
            kept,
            (each) => each.id,
            (each) => html`<li>${this.#line(each)}</li>`,
          )
        }</ul>`
        : nothing}
      ${this.#later?.drafts.returned(id).map((text) => this.#other(text)) ?? nothing}
    `;
  }

  #line(message: LaterView) {
    const { words } = this.app;
    const { view } = this.talk;
    const at = message.at === null ? 0 : Date.parse(message.at);
    const when = saidWhen(this.app, at, view.zone);
    const isRefused = message.state === "refused";
    if (this.#changing === message.id) {
      return html`
        <later-time name="later-${message.id}" .app=${this.app} .talk=${this.talk} .at=${at}
          .text=${message.body} .mayBeEmpty=${message.attachments.length > 0}
          .problem=${this.#problem} @chosen=${(event: CustomEvent<Chosen>) =>
            this.#change(message, event.detail)} @given-up=${() =>
            this.#backTo(message)}></later-time>
      `;
    }
    const opensWindow = !isRefused && this.app.role === "member" &&
      view.composer.windows_left !== null;
    return html`
      <div class="queued">
        ${icon(isRefused ? "return" : "clock")}
        <div><strong>${isRefused ? words.later.refused(when) : words.later.waits(when)}</strong>
          ${opensWindow ? words.later.opensWindow : nothing}
          ${message.body ? html`<q>${message.body}</q>` : nothing}
          ${message.attachments.length
            ? html`
              <message-files .app=${this.app} .conversation=${message.conversation}
                .ids=${message.attachments}></message-files>
            `
            : nothing}</div>
        <div class="queued__acts">
          ${isRefused ? nothing : html`
            <button class="btn" type="button" data-change=${message.id} @click=${() =>
              this.#open(message.id)}
              aria-label="${words.later.change}: ${when}">${words.later.change}</button>
          `}
          <button class="btn" type="button" @click=${() =>
            this.#takeBack(message)} aria-label="${isRefused
            ? words.later.use
            : words.later.takeBack}: ${when}">${isRefused
            ? words.later.use
            : words.later.takeBack}</button>
        </div>
      </div>
    `;
  }

  #other(text: string) {
    const { words } = this.app;
    return html`
      <div class="queued">
        ${icon("return")}
        <div><strong>${words.later.elsewhere}</strong> <q>${text}</q></div>
        <div class="queued__acts">
          <button class="btn" type="button" @click=${() => this.#useOther(text)}>${words.later
            .use}</button>
          <button class="btn" type="button" @click=${() =>
            this.#later?.drafts.drop(this.talk.view.id, text)}>${words.later.drop}</button>
        </div>
      </div>
    `;
  }

  #open(id: string): void {
    this.#changing = id;
    this.#problem = undefined;
    this.requestUpdate();
  }

  /** Whoever changed it, or did not after all, goes on from its button. */
  #backTo({ id }: LaterView): void {
    this.#open("");
    void this.updateComplete.then(() =>
      this.querySelector<HTMLElement>(`[data-change="${CSS.escape(id)}"]`)?.focus()
    );
  }

  async #change(message: LaterView, { at, text }: Chosen): Promise<void> {
    try {
      await this.#later?.texts.change(message, at, text === message.body ? undefined : text);
      this.#backTo(message);
      const said = this.app.words.later.kept(saidWhen(this.app, at, this.talk.view.zone));
      this.dispatchEvent(new CustomEvent("say", { detail: said, bubbles: true }));
    } catch (fault) {
      this.#problem = saidFault(this.app, fault);
      this.requestUpdate();
    }
  }

  /** It goes back into the field, once the server sends it no more. */
  async #takeBack(message: LaterView): Promise<void> {
    const { app } = this;
    await attempt(
      async () => {
        await this.#later?.texts.takeBack(message);
        this.#use(message);
      },
      app.words,
      (fault) => saidFault(app, fault),
    );
  }

  #useOther(text: string): void {
    this.#later?.drafts.drop(this.talk.view.id, text);
    this.#use({ body: text, attachments: [], reply_to: null });
  }

  #use(content: Content): void {
    this.dispatchEvent(new CustomEvent("use", { detail: content }));
  }
}

customElements.define("later-list", LaterList);
