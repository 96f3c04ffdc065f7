// The table of the board: of however many rows those are drawn that can be seen, and some around them.

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { BoardWait } from "../client/protocol.ts";
import { dueMark } from "../parts/due.ts";
import { PageElement } from "../parts/element.ts";
import { icon } from "../parts/icons.ts";
import { Ticker } from "../parts/ticker.ts";
import type { Desk } from "./desk.ts";
import "./wait_why.ts";
import { RowWindow } from "./row_window.ts";
import { planName } from "../parts/plan_name.ts";

const COLUMNS = 7;

export class WaitsTable extends PageElement {
  static override properties = { desk: { attribute: false } };

  declare desk: Desk;
  /** Of these it is told why they are due then. */
  readonly #open = new Set<string>();
  readonly #window = new RowWindow();
  #resized: ResizeObserver | undefined;
  #scroller: HTMLElement | null = null;
  #stop: (() => void)[] = [];
  #ticker: Ticker | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    const { board, people, app } = this.desk;
    this.#stop = [board, people].map((each) => each.watch(() => this.requestUpdate()));
    // What is told of time changes by the minute; of the first row in its last two by the second.
    this.#ticker ??= new Ticker(this, app.chats.chat.clock, () => {
      const first = board.order[0];
      return [first === undefined ? null : board.row(first)?.due_at];
    });
    this.#resized = new ResizeObserver(() => this.#scrolled());
    if (this.#scroller) this.#resized.observe(this.#scroller);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stop) stop();
    this.#resized?.disconnect();
  }

  protected override render() {
    const { board, says } = this.desk;
    if (!board.isKnown) {
      return html`
        <div class="boxed">
          <p class="quiet blank" aria-busy="true">${this.desk.app.words.common.loading}</p>
        </div>
      `;
    }
    if (!this.desk.board.order.length) {
      const said = board.waiting ? says.board.nothingFits : says.board.nobody;
      return html`
        <div class="boxed">
          <p class="quiet blank">${said}</p>
        </div>
      `;
    }
    const { first, end } = this.#window.of(this.desk.board.order.length);
    const heads = [
      says.board.timeLeft,
      says.board.member,
      says.board.mentor,
      says.board.plan,
      says.board.since,
      says.board.due,
    ];
    return html`
      <div class="boxed waits" role="region" aria-labelledby="waiting" tabindex="0" @scroll=${this
        .#scrolled}>
        <table class="table table--cards table--waits" role="table" aria-labelledby="waiting"
          aria-rowcount=${this.desk.board.order.length + 1}>
          <thead role="rowgroup">
            <tr role="row"
              aria-rowindex="1">${heads.map((each, index) =>
                html`<th role="columnheader" scope="col" aria-sort=${
                  index === 0 ? "ascending" : nothing
                }>${each}</th>`
              )}<th role="columnheader" scope="col"><span class="vh">${says.board
                .explanation}</span></th></tr>
          </thead>
          <tbody role="rowgroup">
            ${first ? spacer("before") : nothing}
            ${repeat(
              this.desk.board.order.slice(first, end),
              (each) => each,
              (each, index) => this.#rows(each, first + index),
            )}
            ${end < this.desk.board.order.length ? spacer("after") : nothing}
          </tbody>
        </table>
      </div>
    `;
  }

  protected override updated(): void {
    const scroller = this.querySelector<HTMLElement>(".waits");
    if (scroller !== this.#scroller) {
      this.#resized?.disconnect();
      this.#scroller = scroller;
      if (scroller) this.#resized?.observe(scroller);
    }
    if (!scroller) return;
    // Sizes are set by script: the page allows no style in its markup.
    const before = this.querySelector<HTMLElement>(".spacer--before");
    const after = this.querySelector<HTMLElement>(".spacer--after");
    const { first, end } = this.#window.of(this.desk.board.order.length);
    before?.style.setProperty("block-size", `${this.#window.height(first)}px`);
    after?.style.setProperty(
      "block-size",
      `${this.#window.height(this.desk.board.order.length - end)}px`,
    );
    const rows = [...this.querySelectorAll<HTMLElement>("tr.wait")];
    if (this.#window.measure(rows.map((each) => each.offsetHeight))) this.requestUpdate();
  }

  #rows(conversation: string, index: number): TemplateResult {
    const { board } = this.desk;
    const row = board.row(conversation);
    if (!row) return html``;
    const isOpen = this.#open.has(conversation);
    return html`${this.#row(row, index, isOpen)}${
      isOpen
        ? html`
          <tr role="row" class="is-why">
            <td role="cell" colspan=${COLUMNS} class="flush">
              <wait-why
                id="why-${index}" .desk=${this.desk} .wait=${row}></wait-why>
            </td>
          </tr>
        `
        : nothing
    }`;
  }

  #row(row: BoardWait, index: number, isOpen: boolean) {
    const { app, says, times, people } = this.desk;
    const now = this.desk.now();
    const [member, mentor] = [people.name(row.member), people.name(row.mentor)];
    const reply = { ...row, waiting_since: row.waiting_since || null };
    return html`
      <tr role="row" class="wait ${isOpen ? "is-open" : ""}" aria-rowindex=${index + 2}>
        <td role="cell" class="c-due">${dueMark(reply, app.words, times, now)}</td>
        <th role="rowheader" scope="row" class="c-who">${member}</th>
        <td role="cell" class="c-mentor" data-l=${says.board.to}>${mentor}${row.substitute
          ? html`<span class="quiet small stand-in">${
            says.board.standsIn(people.name(row.substitute))
          }</span>`
          : nothing}</td>
        <td role="cell" class="c-plan"><span class="tag">${planName(row.plan)}</span></td>
        <td role="cell" class="c-since" data-l=${says.board.since}>${this.#when(
          row.waiting_since,
        )}</td>
        <td role="cell" class="c-at" data-l=${says.board.due}>${this.#when(row.due_at)}</td>
        <td role="cell" class="c-why">
          <button
            class="btn btn--plain rowbtn"
            type="button"
            aria-expanded=${isOpen ? "true" : "false"}
            aria-controls=${isOpen ? `why-${index}` : nothing}
            aria-label=${says.board.whyOf(member, mentor)}
            @click=${() => this.#toggle(row.conversation)}
          >${icon("right", "s")}${says.board.why}</button>
        </td>
      </tr>
    `;
  }

  #when(instant: string | null): string {
    if (!instant) return "–";
    const { times } = this.desk;
    const at = Date.parse(instant);
    const days = Math.abs(times.daysAway(at, this.desk.now()));
    const day = days < 7 ? times.shortWeekday(at) : times.shortDay(at);
    return `${day} ${times.clock(at)}`;
  }

  #toggle(conversation: string): void {
    if (!this.#open.delete(conversation)) this.#open.add(conversation);
    this.requestUpdate();
  }

  readonly #scrolled = (): void => {
    const scroller = this.#scroller;
    if (
      scroller &&
      this.#window.see(scroller.scrollTop, scroller.clientHeight, this.desk.board.order.length)
    ) {
      this.requestUpdate();
    }
  };
}

function spacer(where: "before" | "after") {
  return html`
    <tr class="spacer" aria-hidden="true">
      <td colspan=${COLUMNS}>
        <div class="spacer--${where}"></div>
      </td>
    </tr>
  `;
}

customElements.define("waits-table", WaitsTable);
