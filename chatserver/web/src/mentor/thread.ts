// The conversation beside the list: by when to answer, the member's plan, the letters, and the composer.

import { html, nothing } from "lit";
import { memberName } from "../app/names.ts";
import { Place } from "../app/place.ts";
import type { App } from "../app/start.ts";
import type { Talk } from "../state/talk.ts";
import "../parts/composer.ts";
import { dueMark } from "../parts/due.ts";
import { PageElement } from "../parts/element.ts";
import { Times } from "../parts/format.ts";
import { icon } from "../parts/icons.ts";
import { lineStrip } from "../parts/line_strip.ts";
import "../parts/live_left.ts";
import "../parts/message_list.ts";
import { Ticker } from "../parts/ticker.ts";

/** `book` is an event of it. */
export class MentorThread extends PageElement {
  static override properties = { app: { attribute: false }, talk: { attribute: false } };

  declare app: App;
  declare talk: Talk;
  #shown: Talk | undefined;
  #stop: (() => void) | undefined;
  #ticker: Ticker | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#ticker ??= new Ticker(
      this,
      this.app.chats.chat.clock,
      () => [this.talk.view.reply.due_at],
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
    this.#shown = undefined;
  }

  protected override willUpdate(): void {
    if (this.talk === this.#shown) return;
    this.#stop?.();
    this.#shown = this.talk;
    this.#stop = this.talk.watch(() => this.requestUpdate());
  }

  protected override render() {
    const { app, talk } = this;
    const { words, chats } = app;
    const { view } = talk;
    const name = memberName(view);
    const times = new Times(app.language);
    const now = chats.chat.clock.now();
    return html`
      <section class="thread" aria-labelledby="with">
        <div class="bar">
          <a class="btn btn--icon only-narrow" href=${Place.link(
            "conversations",
          )} aria-label=${words.mentor.backToList}>${icon("back")}</a>
          <span class="avatar only-wide" aria-hidden="true">${name.slice(0, 1)}</span>
          <div class="bar__who"><h2 id="with">${name}</h2><p>${dueMark(
            view.reply,
            words,
            times,
            now,
          )}${view.reply.due_at
            ? html`
              <span class="quiet">${words.mentor.answerBy(
                times.at(Date.parse(view.reply.due_at)),
              )}</span>
            `
            : nothing}</p></div>
          <live-left .app=${app} .talk=${talk}></live-left>
          <button
            class="btn btn--icon"
            type="button"
            aria-label=${words.mentor.more(name)}
            @click=${this.#request}
          >${icon("menu")}</button>
          <button class="btn btn--primary" type="button" @click=${this.#book}>${icon(
            "calendar",
          )}${words.mentor.book}</button>
        </div>
        <dl class="facts">
          <div><dt>${words.mentor.plan}</dt><dd>${view.plan}</dd></div>
          ${view.composer.windows_left === null ? nothing : html`
            <div>
              <dt>${words.mentor.windows}</dt>
              <dd>${view.composer.windows_left}</dd>
            </div>
          `}
          ${view.next_session
            ? html`
              <div>
                <dt>${words.mentor.next}</dt>
                <dd>${times.shortDay(Date.parse(view.next_session.starts_at))} ${times.clock(
                  Date.parse(view.next_session.starts_at),
                )}</dd>
              </div>
            `
            : nothing}
        </dl>
        ${lineStrip(chats.state, words)}
        <message-list .app=${app} .talk=${talk} .name=${name}></message-list>
        <chat-composer .app=${app} .talk=${talk} .name=${name}></chat-composer>
      </section>
    `;
  }

  readonly #request = (): void => {
    this.dispatchEvent(new CustomEvent("request", { detail: this.talk, bubbles: true }));
  };

  readonly #book = (): void => {
    this.dispatchEvent(new CustomEvent("book", { detail: this.talk, bubbles: true }));
  };
}

customElements.define("mentor-thread", MentorThread);
