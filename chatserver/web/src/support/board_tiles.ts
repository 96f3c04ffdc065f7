// The board in five numbers.

import { html, nothing } from "lit";
import type { ReplyDay } from "../app/api_types.ts";
import { PageElement } from "../parts/element.ts";
import { icon } from "../parts/icons.ts";
import type { Desk } from "./desk.ts";

/** What is counted by the database is asked for again so often, while somebody looks. */
const AGAIN_MS = 30_000;

export class BoardTiles extends PageElement {
  static override properties = { desk: { attribute: false } };

  declare desk: Desk;
  #today: ReplyDay | undefined;
  #stop: (() => void) | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = this.desk.board.watch(() => this.requestUpdate());
    void this.#ask();
    this.#timer = setInterval(() => void this.#ask(), AGAIN_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
    clearInterval(this.#timer);
  }

  protected override render() {
    const { board, says, times } = this.desk;
    const now = board.numbers(this.desk.now());
    const today = this.#today;
    const words = says.board;
    return html`
      <section aria-labelledby="board-title">
        <h1 class="vh" id="board-title">${words.title}</h1>
        <dl class="tiles">
          <div>
            <dt>${words.waiting}</dt>
            <dd>${now.waiting}</dd>
          </div>
          <div>
            <dt>${icon("u-soon")}${words.dueSoon}</dt>
            <dd class=${now.soon ? "is-soon" : ""}>${now.soon}</dd>
            <dd class="note">${words.withinHour(now.withinHour)}</dd>
          </div>
          <div><dt>${icon("u-late")}${words.overdue}</dt><dd class=${now.overdue
            ? "is-late"
            : ""}>${now.overdue}</dd>${now.overdue
            ? html`<dd class="note">${words.longest(times.span(now.longest))}</dd>`
            : nothing}</div>
          <div><dt>${words.missedToday}</dt><dd>${today ? today.missed : "–"}</dd>${today?.missed
            ? html`<dd class="note">${words.answeredSince(today.missed_answered)}</dd>`
            : nothing}</div>
          <div>
            <dt>${words.medianWait}</dt>
            <dd>${today?.counted_median_ms === null || today === undefined
              ? "–"
              : times.span(today.counted_median_ms)}</dd>
            <dd class="note">${words.medianNote}</dd>
          </div>
        </dl>
      </section>
    `;
  }

  async #ask(): Promise<void> {
    if (document.hidden) return;
    try {
      this.#today = await this.desk.app.http.get<ReplyDay>("/v1/replies/today");
      this.requestUpdate();
    } catch {
      // What was known stays; the line says that it is down.
    }
  }
}

customElements.define("board-tiles", BoardTiles);
