// A mentor books: first for whom, then as everybody does.

import { html, nothing } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { memberName } from "../app/names.ts";
import type { App } from "../app/start.ts";
import { PageElement } from "../parts/element.ts";
import { icon } from "../parts/icons.ts";
import type { Talk } from "../state/talk.ts";
import "./booking.ts";
import { sessionsOf } from "./sessions.ts";
import { planName } from "../parts/plan_name.ts";

/** From so many members on there is a field to find one. */
const MANY = 8;

export class BookDialog extends PageElement {
  static override properties = { app: { attribute: false } };

  declare app: App;
  #talk: Talk | undefined;
  #picked: Talk | undefined;
  #sought = "";
  /** Each booking begins anew. */
  #opened = 0;

  async open(talk?: Talk): Promise<void> {
    this.#talk = talk;
    this.#picked = talk;
    this.#sought = "";
    this.#opened += 1;
    if (talk) void sessionsOf(this.app, talk).load();
    this.requestUpdate();
    await this.updateComplete;
    this.#sheet?.showPopover();
  }

  get #sheet(): HTMLElement | null {
    return this.querySelector<HTMLElement>("[popover]");
  }

  protected override render() {
    const { words } = this.app;
    const talk = this.#talk;
    return html`
      <div class="pop pop--wide" popover id="book" role="dialog" aria-labelledby="book-title">
        <h2 id="book-title">${words.booking.title}</h2>
        <button class="btn btn--icon pop__close" type="button" popovertarget="book"
          popovertargetaction="hide" aria-label=${words.common.close}>${icon("close")}</button>
        ${talk
          ? keyed(
            `${talk.view.id} ${this.#opened}`,
            html`
              <session-booking .sessions=${sessionsOf(this.app, talk)}
                .earlier=${[words.booking.member]} @back=${this.#back}
                @booked=${() => this.#sheet?.hidePopover()}></session-booking>
            `,
          )
          : this.#whichMember()}
      </div>
    `;
  }

  #whichMember() {
    const { booking, common } = this.app.words;
    const all = this.app.chats.talks.filter(({ view }) => view.status !== "ended")
      .toSorted((a, b) => memberName(a.view).localeCompare(memberName(b.view)));
    const sought = this.#sought.toLocaleLowerCase();
    const found = all.filter(({ view }) => memberName(view).toLocaleLowerCase().includes(sought));
    return html`
      <form class="stack" @submit=${this.#next}>
        <ol class="steps" aria-label=${booking.steps}>
          <li aria-current="step">${booking.member}</li>
          ${[booking.service, booking.time, booking.confirm].map((each) => html`<li>${each}</li>`)}
        </ol>
        ${all.length >= MANY
          ? html`<p class="field"><label for="book-find">${booking.find}</label><input class="input"
            id="book-find" type="search" @input=${this.#seek}></p>`
          : nothing}
        <fieldset>
          <legend class="label label--large">${booking.whichMember}</legend>
          <div class="choices choices--long">${found.map((each) =>
            html`
              <label
                class="choice"><span class="avatar avatar--s" aria-hidden="true">${memberName(
                  each.view,
                ).slice(0, 1)}</span><span><strong>${memberName(
                  each.view,
                )}</strong></span><span class="choice__cost">${planName(
                  each.view.plan,
                )}</span><input type="radio" name="member"
                            .checked=${each === this.#picked} @change=${() =>
                              this.#pick(each)}></label>
            `
          )}</div>
        </fieldset>
        <div class="pop__acts">
          <button class="btn btn--primary" type="submit" aria-disabled=${this.#picked
            ? nothing
            : "true"}>${common.next}</button>
        </div>
      </form>
    `;
  }

  readonly #seek = (event: Event): void => {
    this.#sought = (event.target as HTMLInputElement).value;
    this.requestUpdate();
  };

  #pick(talk: Talk): void {
    this.#picked = talk;
    this.requestUpdate();
  }

  readonly #next = (event: Event): void => {
    event.preventDefault();
    this.#talk = this.#picked;
    this.requestUpdate();
  };

  readonly #back = (): void => {
    this.#talk = undefined;
    this.requestUpdate();
  };
}

customElements.define("book-dialog", BookDialog);
