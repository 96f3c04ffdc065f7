// The notices behind the bell, newest first. Each leads to what it is about.

import { html, nothing } from "lit";
import type { NoticeInWords } from "../app/api_types.ts";
import type { App } from "../app/start.ts";
import { PageElement } from "../parts/element.ts";
import { Times } from "../parts/format.ts";
import { icon } from "../parts/icons.ts";
import type { Notices } from "../state/notices.ts";
import { leadsTo } from "./leads_to.ts";

export class NoticeListing extends PageElement {
  static override properties = { app: { attribute: false }, notices: { attribute: false } };

  declare app: App;
  declare notices: Notices;
  #stop: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    const redraw = () => this.requestUpdate();
    this.#stop = [this.notices.watch(redraw), this.app.chats.watch(redraw)];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stop) stop();
  }

  protected override render() {
    const { bell, common } = this.app.words;
    const { list, unread, isThere, failed, more } = this.notices;
    if (failed) {
      return html`
        <p role="alert">${common.failed}</p>
        <p class="pop__acts"><button class="btn" type="button" @click=${this.#open}>${common
          .again}</button></p>
      `;
    }
    if (!isThere) return html`<p class="quiet" aria-busy="true">${common.loading}</p>`;
    return html`
      ${unread
        ? html`<button class="btn btn--wide" type="button" @click=${this.#open}>${icon("refresh")}${
          bell.newOnes(unread)
        }</button>`
        : nothing}
      ${list.length
        ? html`<ol class="told__list" aria-labelledby="notices-title">${
          list.map((each) => html`<li>${this.#one(each)}</li>`)
        }</ol>`
        : html`<p class="quiet">${bell.none}</p>`}
      ${more
        ? html`<p class="pop__acts"><button class="btn btn--wide" type="button"
            @click=${this.#older}>${bell.older}</button></p>`
        : nothing}
    `;
  }

  #one(notice: NoticeInWords) {
    const said = html`
      <strong>${notice.title}</strong><span>${notice.text}</span><span
        class="small quiet">${this.#when(notice)}${notice.read
          ? nothing
          : html`<span class="tag">${this.app.words.bell.isNew}</span>`}</span>
    `;
    const to = leadsTo(notice, this.app.role);
    return to === undefined
      ? html`<div class="told__one">${said}</div>`
      : html`<a class="told__one" href=${to} @click=${this.#close}>${said}</a>`;
  }

  #when({ at }: NoticeInWords) {
    const { words, language, chats } = this.app;
    const times = new Times(language);
    const instant = Date.parse(at);
    const now = chats.chat.clock.now();
    const day =
      { 0: words.common.today, [-1]: words.common.yesterday }[times.daysAway(instant, now)];
    return html`<time datetime=${at}>${day ?? times.day(instant, now)} ${times.at(instant)}</time>`;
  }

  readonly #open = (): void => void this.notices.open();

  readonly #older = (): void => void this.notices.older();

  readonly #close = (): void => {
    this.closest<HTMLElement>("[popover]")?.hidePopover();
  };
}

customElements.define("notice-list", NoticeListing);
