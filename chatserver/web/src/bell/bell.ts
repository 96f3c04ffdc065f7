// The bell of a page's header: how many notices are unread; behind it the list, whose script comes when it is opened.

import { html, nothing } from "lit";
import { Part } from "../app/part.ts";
import type { App } from "../app/start.ts";
import { coming } from "../parts/coming.ts";
import { PageElement, Watching } from "../parts/element.ts";
import { icon } from "../parts/icons.ts";
import type { Notices } from "../state/notices.ts";

const LIST = new Part(async () => {
  const [{ Notices }] = await Promise.all([
    import("../state/notices.ts"),
    import("./notice_list.ts"),
  ]);
  return Notices;
});

export class NoticeBell extends PageElement {
  static override properties = { app: { attribute: false } };

  declare app: App;
  #notices: Notices | undefined;
  #watching: Watching | undefined;
  #isOpen = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#watching ??= new Watching(this, this.app.chats);
  }

  protected override updated(): void {
    if (!this.#notices) this.#show();
  }

  protected override render() {
    const { words, chats } = this.app;
    const { bell, common } = words;
    const count = chats.unreadNotices;
    return html`
      <button class="btn btn--icon bell" type="button" popovertarget="notices"
        aria-label=${count ? bell.unread(count) : bell.title}>${icon("bell")}${count
          ? html`<span class="count" aria-hidden="true">${count > 99 ? "99+" : count}</span>`
          : nothing}</button>
      <div class="pop told" popover id="notices" role="dialog" aria-labelledby="notices-title"
        @toggle=${this.#toggled}>
        <h2 id="notices-title">${bell.title}</h2>
        <button class="btn btn--icon pop__close" type="button" popovertarget="notices"
          popovertargetaction="hide" aria-label=${common.close}>${icon("close")}</button>
        ${this.#notices
          ? html`<notice-list .app=${this.app} .notices=${this.#notices}></notice-list>`
          : coming(LIST, words)}
      </div>
    `;
  }

  readonly #toggled = (event: ToggleEvent): void => {
    this.#isOpen = event.newState === "open";
    this.#show();
  };

  /** Nothing, until its script is there: then the bell is drawn again. */
  #show(): void {
    if (!this.#isOpen) return;
    const Notices = LIST.come(this.app.chats.chat, this);
    if (!Notices) return;
    this.#notices ??= new Notices(this.app.http, this.app.chats);
    this.requestUpdate();
    void this.#notices.open();
  }
}

customElements.define("notice-bell", NoticeBell);
