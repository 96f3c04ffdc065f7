// The mentor's desk: conversations by deadline, the one that is open beside them, and the pages behind the tabs.

import { html, nothing, type TemplateResult } from "lit";
import { Part } from "../app/part.ts";
import { Place } from "../app/place.ts";
import type { App } from "../app/start.ts";
import "../parts/desk_clock.ts";
import { personMenu } from "../parts/person_menu.ts";
import type { PageAnnouncer } from "../parts/announcer.ts";
import "../parts/announcer.ts";
import { PageElement } from "../parts/element.ts";
import { icon } from "../parts/icons.ts";
import { coming } from "../parts/coming.ts";
import { openSearch } from "../parts/searching.ts";
import { Shortcuts, talkShortcuts } from "../parts/shortcuts.ts";
import "../cases/request_dialog.ts";
import type { RequestDialog } from "../cases/request_dialog.ts";
import type { BookDialog } from "../sessions/book_dialog.ts";
import type { Message } from "../client/protocol.ts";
import type { Talk } from "../state/talk.ts";
import { caseDeskOf } from "../cases/case_desk.ts";
import "./conversation_list.ts";
import "./thread.ts";

/** What stands beside the conversation. */
const PANES = new Part(() =>
  Promise.all([
    import("../sessions/todays_sessions.ts"),
    import("./not_twice.ts"),
    import("../cases/own_cases.ts"),
    import("../later/later_left.ts"),
  ])
);
/** For whoever asks for it. */
const BOOKING = new Part(() => import("../sessions/book_dialog.ts"));

/** A page behind a tab; its part, if it has one, is loaded when it is opened. */
export interface DeskTab {
  path: string;
  label: (app: App) => string;
  part?: Part<unknown>;
  show: (app: App, place: Place) => TemplateResult;
}

/** Others stand behind these. */
export const TABS: DeskTab[] = [];

export class MentorPage extends PageElement {
  static override properties = { app: { attribute: false } };

  declare app: App;
  readonly #place = new Place();
  #canBook = false;
  #stop: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = [this.#place, this.app.chats].map((each) =>
      each.watch(() => this.requestUpdate())
    );
    const { words } = this.app;
    this.#stop.push(new Shortcuts(words, [
      ...talkShortcuts(this, words),
      { key: "s", label: words.search.title, act: this.#search },
    ]).listen());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stop) stop();
  }

  protected override render() {
    const { words, chats } = this.app;
    const [first = "conversations", id] = this.#place.path;
    const tab = TABS.find((each) => each.path === first);
    // What has no room beside the first two on a phone stands in the menu.
    const narrow = TABS.slice(1).map((each) => ({
      label: each.label(this.app),
      href: Place.link(each.path),
      onlyNarrow: true,
    }));
    const name = chats.talks[0]?.view.names[this.app.user];
    const waiting = chats.talks.filter((each) => each.view.reply.waiting_since).length;
    return html`
      <div class="desk" @book=${this.#book} @say=${this.#say}>
        <div class="desk__in">
        <header class="topbar">
          <h1 class="vh">${tab ? tab.label(this.app) : words.mentor.conversations}</h1>
          <nav aria-label=${words.mentor.navigation}><ul class="tabs">
            <li><a href=${Place.link("conversations")} aria-current=${tab
              ? nothing
              : "page"}>${words.mentor.conversations}${waiting
              ? html`
                <span class="count">${waiting}</span>
              `
              : nothing}</a></li>
            ${TABS.map((each, index) =>
              html`<li class=${index > 0 && each !== tab ? "only-wide" : nothing}><a href=${
                Place.link(each.path)
              } aria-current=${each === tab ? "page" : nothing}>${each.label(this.app)}</a></li>`
            )}
          </ul></nav>
          <div class="row push">
            <desk-clock class="only-wide" .app=${this.app} .name=${name}></desk-clock>
            <button class="btn btn--icon" type="button" aria-label=${words.search
              .inAll} @click=${this.#search}>${icon("search")}</button>
            ${personMenu(this.app, narrow)}
          </div>
        </header>
        ${tab ? this.#behind(tab) : this.#conversations(id)}
        </div>
      </div>
      <page-announcer></page-announcer>
      ${this.#canBook
        ? html`<book-dialog .app=${this.app} @say=${this.#say}></book-dialog>`
        : nothing}
      <request-dialog .app=${this.app} .desk=${caseDeskOf(this.app)}></request-dialog>
    `;
  }

  #conversations(id: string | undefined) {
    const talk = id === undefined ? undefined : this.app.chats.talk(id);
    if (id !== undefined && !talk?.isSure) void this.app.chats.find(id).catch(() => {});
    return html`
      <main class="mentor ${talk ? "has-thread" : ""}">
        <conversation-list .app=${this.app} .current=${id}></conversation-list>
        ${talk
          ? html`
            <mentor-thread @request=${() => this.#request(talk)} @report=${(
              event: CustomEvent<Message>,
            ) => this.#request(talk, event.detail)} .app=${this
              .app}
              .talk=${talk}></mentor-thread>
          `
          : html`
            <section class="thread thread--none only-wide">
              <p class="quiet empty">${this.app.words.mentor.chooseOne}</p>
            </section>
          `}
        ${this.#panes()}
      </main>
    `;
  }

  /** What stands beside the conversation; its script comes once the conversations are there. */
  #panes() {
    if (!this.app.chats.isKnown) return nothing;
    if (!PANES.come(this.app.chats.chat, this)) return nothing;
    const { today, cases } = this.app.words;
    return html`
      <div class="panes">
        <later-left .app=${this.app}></later-left>
        <section class="card" aria-labelledby="today-title">
          <h2 id="today-title">${today.title}</h2>
          <todays-sessions .app=${this.app} .days=${1}></todays-sessions>
        </section>
        <not-twice .app=${this.app}></not-twice>
        <section class="card" aria-labelledby="own-cases-title">
          <h2 id="own-cases-title">${cases.mineAtDesk}</h2>
          <own-cases .app=${this.app} .desk=${caseDeskOf(this.app)}></own-cases>
        </section>
      </div>
    `;
  }

  readonly #search = (): void => {
    const [page, id] = this.#place.path;
    const isOpen = page === "conversations" && id !== undefined;
    void openSearch(this, this.app, isOpen ? this.app.chats.talk(id) : undefined);
  };

  #behind(tab: DeskTab) {
    const { chats, words } = this.app;
    return tab.part && !tab.part.come(chats.chat, this)
      ? html`<main class="panes">${coming(tab.part, words)}</main>`
      : tab.show(this.app, this.#place);
  }

  #request(talk: Talk, message?: Message): void {
    void this.querySelector<RequestDialog>("request-dialog")?.open(talk.view, message);
  }

  readonly #book = async (event: CustomEvent<Talk | undefined>): Promise<void> => {
    const talk = event.detail ?? undefined;
    if (!await BOOKING.ask(this.app.words)) return;
    this.#canBook = true;
    this.requestUpdate();
    await this.updateComplete;
    await this.querySelector<BookDialog>("book-dialog")?.open(talk);
  };

  readonly #say = (event: CustomEvent<string>): void => {
    this.querySelector<PageAnnouncer>("page-announcer")?.say(event.detail);
  };
}

customElements.define("mentor-page", MentorPage);
