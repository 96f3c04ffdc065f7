// The bell of a page's header: how many notices are unread; behind it the list, whose script comes when it is opened.

import { html, nothing } from "lit";
import type { App } from "../app/start.ts";
import { PageElement, Watching } from "../parts/element.ts";
import { icon } from "../parts/icons.ts";
import type { Notices } from "../state/notices.ts";

export class NoticeBell extends PageElement {
  static override properties = { app: { attribute: false } };

  declare app: App;
  #notices: Notices | undefined;
  #watching: Watching | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#watching ??= new Watching(this, this.app.chats);
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
          : html`<p class="quiet" aria-busy="true">${common.loading}</p>`}
      </div>
    `;
  }

  readonly #toggled = async (event: ToggleEvent): Promise<void> => {
    if (event.newState !== "open") return;
    if (!this.#notices) {
      const [{ Notices }] = await Promise.all([
        import("../state/notices.ts"),
        import("./notice_list.ts"),
      ]);
      this.#notices = new Notices(this.app.http, this.app.chats);
      this.requestUpdate();
    }
    await this.#notices.open();
  };
}

customElements.define("notice-bell", NoticeBell);
