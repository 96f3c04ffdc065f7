// The reply board: how many wait, and who, the most urgent first. Its table holds still while somebody reads it.

import { html, nothing } from "lit";
import type { PropertyValues } from "lit";
import { PageElement } from "../parts/element.ts";
import { icon } from "../parts/icons.ts";
import type { BoardFilter } from "./board.ts";
import { csvOf, saveAs } from "./csv.ts";
import type { Desk } from "./desk.ts";
import "./board_tiles.ts";
import "./waits_table.ts";
import { planName } from "../parts/plan_name.ts";

/** Nobody is asked about while somebody types, in ms. */
const SEARCH_AFTER_MS = 300;
const STATES: readonly BoardFilter["state"][] = ["all", "overdue", "soon"];

export class BoardPage extends PageElement {
  static override properties = { desk: { attribute: false } };

  declare desk: Desk;
  #stop: (() => void)[] = [];
  #searching: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    const { board, people } = this.desk;
    this.#stop = [
      board.open(),
      board.watch(() => this.requestUpdate()),
      people.watch(() => this.requestUpdate()),
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stop) stop();
    clearTimeout(this.#searching);
    this.desk.board.hold(false);
  }

  protected override firstUpdated(_changed: PropertyValues): void {
    const section = this.querySelector(".js-waits");
    for (const event of ["pointerenter", "pointerleave", "focusin", "focusout"]) {
      section?.addEventListener(event, this.#heldOrNot);
    }
  }

  protected override render() {
    const { board, says } = this.desk;
    return html`
      <main class="board">
        <board-tiles .desk=${this.desk}></board-tiles>
        <div class="js-waits">
          <div class="headrow">
            <h2 id="waiting" tabindex="-1">${says.board.tableTitle}</h2>
            <p class="quiet small">${this.#howMany()}</p>
            <div class="row push">
              <button class="btn" type="button" @click=${this.#csv}>${says.desk.csv}</button>
              <button class="btn" type="button" aria-disabled=${board.changes
                ? "false"
                : "true"} @click=${this.#take}>${icon("refresh")}${board.changes
                ? says.board.changes(board.changes)
                : says.board.noChanges}</button>
            </div>
          </div>
          ${this.#filters()}
          <waits-table .desk=${this.desk}></waits-table>
          <p class="small quiet under">${says.board.holdsStill}</p>
        </div>
      </main>
    `;
  }

  #howMany() {
    const { board, says } = this.desk;
    const isWhole = board.waiting <= board.known;
    return isWhole
      ? says.board.urgentFirst(board.order.length)
      : says.board.onlyFirst(board.order.length, board.waiting);
  }

  #filters() {
    const { board, people, says } = this.desk;
    const { filter } = board;
    return html`
      <form class="filters" role="search" aria-label=${says.board.filter} @submit=${prevented}>
        <div class="field field--grow"><label for="q">${says.board.member}</label><input
          class="input" id="q" type="search" autocomplete="off" .value=${filter.member}
          @input=${this.#search}></div>
        <div class="field"><label for="fm">${says.board.mentor}</label><select class="input" id="fm"
          @change=${(event: Event) => board.select({ mentor: valueOf(event) })}>
          <option value="">${says.board.all}</option>
          ${board.mentors.map((each) =>
            html`<option value=${each} ?selected=${each === filter.mentor}>${
              people.name(each)
            }</option>`
          )}</select></div>
        <div class="field"><label for="fp">${says.board.plan}</label><select class="input" id="fp"
          @change=${(event: Event) => board.select({ plan: valueOf(event) })}>
          <option value="">${says.board.all}</option>
          ${board.plans.map((each) =>
            html`<option value=${each} ?selected=${each === filter.plan}>${planName(each)}</option>`
          )}</select></div>
        <div role="group" aria-labelledby="fs">
          <p class="label" id="fs">${says.board.state}</p>
          <div class="seg">${STATES.map((each) => this.#stateButton(each))}</div>
        </div>
      </form>
    `;
  }

  #stateButton(state: BoardFilter["state"]) {
    const { board, says } = this.desk;
    const label =
      { all: says.board.all, overdue: says.board.overdue, soon: says.board.within }[state];
    return html`
      <button class="btn" type="button" aria-pressed=${board.filter.state === state
        ? "true"
        : "false"}
        @click=${() => board.select({ state })}>${state === "all"
          ? nothing
          : icon(state === "overdue" ? "u-late" : "u-soon")}${label}</button>
    `;
  }

  /** The order stays while pointer or focus is in the table's section: also on the way to its button. */
  readonly #heldOrNot = (event: Event): void => {
    const section = event.currentTarget as Element;
    // While focus moves from one to the next within, it is nowhere.
    queueMicrotask(() => {
      this.desk.board.hold(section.matches(":hover") || section.matches(":focus-within"));
    });
  };

  readonly #take = (): void => {
    const { board, says } = this.desk;
    if (!board.changes) return;
    board.takeChanges();
    const said = says.board.urgentFirst(board.order.length);
    this.dispatchEvent(new CustomEvent("say", { detail: said, bubbles: true }));
  };

  /** At once by the names that are known here; by all others when the server has said who is called so. */
  readonly #search = (event: Event): void => {
    const { board, people } = this.desk;
    const member = valueOf(event).trim();
    board.select({ member });
    clearTimeout(this.#searching);
    if (!member) return;
    this.#searching = setTimeout(async () => {
      // Where the server does not say, those stay who were found by id.
      await people.search(member, "member").catch(() => undefined);
      if (board.filter.member === member) board.select({ member });
    }, SEARCH_AFTER_MS);
  };

  readonly #csv = async (): Promise<void> => {
    const { board, people } = this.desk;
    const shown = board.order.flatMap((id) => board.row(id) ?? []);
    // Where the server does not say, they are called by their ids.
    await people.known(shown.flatMap((each) => [each.member, each.mentor])).catch(() => undefined);
    const rows = shown.filter((each) => each.waiting_since).map((each) => [
      each.conversation,
      each.member,
      people.peek(each.member),
      each.mentor,
      people.peek(each.mentor),
      each.plan,
      each.waiting_since,
      each.due_at ?? "",
      String(each.overdue),
    ]);
    saveAs(
      "waiting.csv",
      csvOf([
        "conversation",
        "member",
        "member_name",
        "mentor",
        "mentor_name",
        "plan",
        "waiting_since",
        "due_at",
        "overdue",
      ], rows),
    );
  };
}

function valueOf(event: Event): string {
  return (event.target as HTMLInputElement | HTMLSelectElement).value;
}

function prevented(event: Event): void {
  event.preventDefault();
}

customElements.define("board-page", BoardPage);
