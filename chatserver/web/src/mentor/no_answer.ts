// Says that what waits needs no answer, where the plan lets the mentor: once more asked, since nobody can take it back.

import { html } from "lit";
import { attempt } from "../app/attempt.ts";
import { memberName } from "../app/names.ts";
import type { App } from "../app/start.ts";
import { ChatError } from "../client/chat.ts";
import { PageElement } from "../parts/element.ts";
import { icon } from "../parts/icons.ts";
import type { Talk } from "../state/talk.ts";

export class NoAnswer extends PageElement {
  static override properties = { app: { attribute: false }, talk: { attribute: false } };

  declare app: App;
  declare talk: Talk;
  #isAsking = false;
  #isBusy = false;
  #of = "";

  protected override willUpdate(): void {
    // What was asked of one wait is not asked of another.
    const { id, reply } = this.talk.view;
    const wait = `${id} ${reply.waiting_since}`;
    if (wait !== this.#of) this.#isAsking = false;
    this.#of = wait;
  }

  protected override render() {
    const { words } = this.app;
    const said = words.waits;
    const name = memberName(this.talk.view);
    return html`
      <div class="strip" role="group" aria-label=${said.needsNone}>
        ${icon("info")}
        <div>
          <p>${this.#isAsking ? said.willBeTold(name) : said.question(name)}</p>
          <p class="strip__more">${this.#isAsking
            ? html`
              <button class="btn btn--primary" type="button" id="no-answer-yes"
                aria-disabled=${this.#isBusy} @click=${this.#say}>${said.sayIt}</button>
              <button class="btn btn--plain" type="button" @click=${this.#leave}>${said
                .notNow}</button>
            `
            : html`
              <button class="btn btn--plain" type="button" id="no-answer"
                @click=${this.#ask}>${said.needsNone}</button>
            `}</p>
        </div>
      </div>
    `;
  }

  readonly #ask = (): Promise<void> => this.#become(true);
  readonly #leave = (): Promise<void> => this.#become(false);

  /** Focus goes along: to what was asked, or back to what asked it. */
  async #become(isAsking: boolean): Promise<void> {
    this.#isAsking = isAsking;
    this.requestUpdate();
    await this.updateComplete;
    this.querySelector<HTMLElement>(isAsking ? "#no-answer-yes" : "#no-answer")?.focus();
  }

  readonly #say = async (): Promise<void> => {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.requestUpdate();
    const { words } = this.app;
    const told = words.waits.said(memberName(this.talk.view));
    // It goes once the wait is over: who had the focus on it goes on where one writes.
    const thread = this.closest("mentor-thread");
    const isDone = await attempt(() => this.talk.acknowledge(), words, this.#why);
    this.#isBusy = false;
    if (!isDone) return this.#become(false);
    thread?.querySelector<HTMLElement>("textarea")?.focus();
    (thread ?? this).dispatchEvent(new CustomEvent("say", { detail: told, bubbles: true }));
    this.#isAsking = false;
    this.requestUpdate();
  };

  readonly #why = (fault: unknown): string => {
    const { waits, common } = this.app.words;
    const isLate = fault instanceof ChatError && fault.code === "not_acknowledged";
    return isLate ? waits.writtenSince : common.failed;
  };
}

customElements.define("no-answer", NoAnswer);
