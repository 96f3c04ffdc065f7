// Support's desk: tabs, and the page behind each. All but the board are loaded when they are opened.

import { html, nothing, type TemplateResult } from "lit";
import { Part } from "../app/part.ts";
import { Place } from "../app/place.ts";
import type { PageAnnouncer } from "../parts/announcer.ts";
import "../parts/announcer.ts";
import { coming } from "../parts/coming.ts";
import { PageElement } from "../parts/element.ts";
import { personMenu } from "../parts/person_menu.ts";
import { icon } from "../parts/icons.ts";
import type { Desk } from "./desk.ts";
import "./board_page.ts";

/** Behind most of them is what is loaded when they are opened. */
interface Tab {
  path: "board" | "cases" | "people" | "reports" | "library" | "audit";
  /** Other first parts of addresses that belong to it. */
  also?: string;
  part?: Part<unknown>;
  show: (desk: Desk, path: readonly string[]) => TemplateResult;
}

const TABS: readonly Tab[] = [
  {
    path: "board",
    show: (desk) => html`<board-page .desk=${desk}></board-page>`,
  },
  {
    path: "cases",
    part: new Part(() => import("./case_pages.ts")),
    show: (desk, [ref]) =>
      ref === undefined
        ? html`<case-table .desk=${desk}></case-table>`
        : html`<case-page .desk=${desk} .ref=${ref}></case-page>`,
  },
  {
    path: "people",
    also: "conversations",
    part: new Part(() => import("./people_pages.ts")),
    show: (desk, [first, second]) =>
      first === "conversations" && second !== undefined
        ? html`<conversation-page .desk=${desk} .ref=${second}></conversation-page>`
        : first === undefined || first === "conversations"
        ? html`<people-page .desk=${desk}></people-page>`
        : html`<person-page .desk=${desk} .ref=${first}></person-page>`,
  },
  {
    path: "reports",
    part: new Part(() => import("./reports_page.ts")),
    show: (desk) => html`<reports-page .desk=${desk}></reports-page>`,
  },
  {
    path: "library",
    part: new Part(() => import("../mentoring/saved_library.ts")),
    show: (desk) =>
      html`
        <main class="board">
          <saved-library .app=${desk.app} .shared=${true}></saved-library>
        </main>
      `,
  },
  {
    path: "audit",
    part: new Part(() => import("./audit_page.ts")),
    show: (desk, path) => html`<audit-page .desk=${desk} .of=${path}></audit-page>`,
  },
];

const MINUTE = 60_000;

export class SupportPage extends PageElement {
  static override properties = { desk: { attribute: false } };

  declare desk: Desk;
  readonly #place = new Place();
  #stop: (() => void)[] = [];
  #minute: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    const { app, people, cases } = this.desk;
    this.#stop = [this.#place, app.chats, people, cases].map((each) =>
      each.watch(() => this.requestUpdate())
    );
    this.#tick();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stop) stop();
    clearTimeout(this.#minute);
  }

  protected override render() {
    const { says, app } = this.desk;
    const [first = "board", ...rest] = this.#place.path;
    const tab = TABS.find((each) => each.path === first || each.also === first) ?? TABS[0];
    if (!tab) return html``;
    return html`
      ${tab.path === "board"
        ? html`<a class="skip" href="#waiting" @click=${this.#skip}>${says.board.skip}</a>`
        : nothing}
      <div class="desk" @say=${this.#say}>
        <header class="topbar">
          <nav aria-label=${says.desk.navigation}><ul class="tabs">${TABS.map((each, index) =>
            html`<li class=${index > 1 && each !== tab ? "only-wide" : nothing}><a href=${
              Place.link(each.path)
            } aria-current=${each === tab ? "page" : nothing}>${says.desk[each.path]}${
              this.#count(each)
            }</a></li>`
          )}</ul></nav>
          <div class="row push"><p class="small quiet only-wide">${this
            .#whoAndWhen()}</p>${personMenu(app, this.#notSignedOut, this.#narrow())}</div>
        </header>
        ${app.chats.state === "offline" || app.chats.state === "unsure"
          ? html`<div class="strip strip--offline" role="status">${
            icon("offline")
          }<p>${says.desk.lost}</p></div>`
          : nothing}
        ${this.#behind(tab, tab.also === first ? [first, ...rest] : rest)}
      </div>
      <page-announcer></page-announcer>
    `;
  }

  /** What has no room beside the first two on a phone. */
  #narrow() {
    return TABS.slice(2).map((each) => ({
      label: this.desk.says.desk[each.path],
      href: Place.link(each.path),
      onlyNarrow: true,
    }));
  }

  #count(tab: Tab) {
    const { cases, says } = this.desk;
    if (tab.path !== "cases" || !cases.openCount) return "";
    return html`
      <span
        class="count"><span aria-hidden="true">${cases.openCount}</span><span class="vh">${says.desk
          .openCases(cases.openCount)}</span></span>
    `;
  }

  #whoAndWhen() {
    const { app, people, says, times } = this.desk;
    const now = this.desk.now();
    const zone = times.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    const city = zone.split("/").at(-1)?.replaceAll("_", " ") ?? zone;
    return html`<strong class="ink">${people.name(app.user)}</strong>, ${says.desk.support}. ${
      times.day(now, now)
    }, ${times.clock(now)} ${says.desk.inCity(city)}`;
  }

  #behind(tab: Tab, path: readonly string[]) {
    const { chats, words } = this.desk.app;
    return tab.part && !tab.part.come(chats.chat, this)
      ? html`<main class="board">${coming(tab.part, words)}</main>`
      : tab.show(this.desk, path);
  }

  readonly #skip = (event: Event): void => {
    event.preventDefault(); // what stands behind the # is the place in the app
    this.querySelector<HTMLElement>("#waiting")?.focus();
  };

  /** A part has something to say aloud. */
  readonly #notSignedOut = (): void => {
    this.querySelector<PageAnnouncer>("page-announcer")?.say(this.desk.app.words.common.failed);
  };

  readonly #say = (event: CustomEvent<string>): void => {
    this.querySelector<PageAnnouncer>("page-announcer")?.say(event.detail);
  };

  /** The time in the header. */
  readonly #tick = (): void => {
    this.requestUpdate();
    this.#minute = setTimeout(this.#tick, MINUTE - this.desk.now() % MINUTE);
  };
}

customElements.define("support-page", SupportPage);
