// One's cases: what each waits for, what one may do about it, and what was written in it.

import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { CaseLineView, CaseSummary } from "../app/api_types.ts";
import { nameOf } from "../app/names.ts";
import { HttpProblem } from "../app/http.ts";
import type { App } from "../app/start.ts";
import { PageElement } from "../parts/element.ts";
import { money, Times } from "../parts/format.ts";
import { icon } from "../parts/icons.ts";
import type { CaseDesk } from "./case_desk.ts";

export class OwnCases extends PageElement {
  static override properties = { app: { attribute: false }, desk: { attribute: false } };

  declare app: App;
  declare desk: CaseDesk;
  #stop: (() => void) | undefined;
  #noting: string | undefined;
  #problem: { id: string; says: string } | undefined;
  /** Those of which one reads what was written, once that is there. */
  readonly #read = new Map<string, readonly CaseLineView[] | "failed" | undefined>();

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = this.desk.watch(() => {
      for (const id of this.#read.keys()) void this.#load(id);
      this.requestUpdate();
    });
    if (!this.desk.cases) void this.desk.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
  }

  protected override render() {
    const { words } = this.app;
    const cases = this.desk.cases;
    if (this.desk.hasFailed) return html`<p role="alert">${words.common.failed}</p>`;
    if (!cases) return html`<p class="quiet" aria-busy="true">${words.common.loading}</p>`;
    const over = this.desk.over;
    return html`
      ${cases.length ? this.#list(cases) : html`<p class="quiet">${words.cases.none}</p>`}
      ${over.length
        ? html`<h3 class="own-cases__over">${words.cases.over}</h3>${this.#list(over)}`
        : nothing}
    `;
  }

  #list(cases: readonly CaseSummary[]) {
    return html`<ul class="list">${
      repeat(cases, (each) => each.id, (each) => this.#row(each))
    }</ul>`;
  }

  #row(each: CaseSummary) {
    const { words } = this.app;
    return html`
      <li class="own-case">
        <div>
              <strong>${each.title}</strong>
              <p class="quiet">${each.says}</p>
              ${this.#mentor(each)}
              ${this.#offer(each)}
              ${each.due?.at ? html`<p class="quiet small">${this.#due(each.due.at)}</p>` : nothing}
              ${this.#written(each)}
              ${this.#problem?.id === each.id
                ? html`<p role="alert">${this.#problem.says}</p>`
                : nothing}
              ${this.#noting === each.id ? this.#noteForm(each) : nothing}
            </div>
        <div class="row">
              ${this.#actions(each).map((action) =>
                html`<button class="btn" type="button" @click=${() => this.#do(each, action)}>${
                  this.#label(action)
                }</button>`
              )}
              ${each.possible.includes("note") && this.#noting !== each.id
                ? html`<button class="btn btn--plain" type="button" @click=${() =>
                  this.#note(each.id)}>${words.cases.write}</button>`
                : nothing}
            </div>
      </li>
    `;
  }

  /** The other one whom it is about: who is proposed, or whose guest the member is. */
  #mentor({ facts, names }: CaseSummary) {
    if (!facts.mentor) return nothing;
    return html`<p><strong>${
      this.app.words.cases.mentor(names[facts.mentor] ?? nameOf(facts.mentor))
    }</strong></p>`;
  }

  /** What it would cost, and when it would be: before the button that says yes. */
  #offer({ facts }: CaseSummary) {
    const { language, chats } = this.app;
    const times = new Times(language);
    const now = chats.chat.clock.now();
    const when = (facts.starts_at ?? []).map((each) => {
      const at = Date.parse(each);
      return `${times.day(at, now)} ${times.at(at)}`;
    });
    const price = facts.price ? [money(language, facts.price.amount, facts.price.currency)] : [];
    const said = [...price, ...when];
    return said.length ? html`<p><strong>${said.join(", ")}</strong></p>` : nothing;
  }

  /** Notes that are for this reader: the server leaves others out. */
  #written(each: CaseSummary) {
    const { words } = this.app;
    const lines = this.#read.get(each.id);
    return html`
      <details @toggle=${(event: ToggleEvent) => this.#toggled(event, each.id)}>
        <summary>${icon("right", "s")}${words.cases.written}</summary>
        ${lines === undefined
          ? html`<p class="quiet" aria-busy="true">${words.common.loading}</p>`
          : lines === "failed"
          ? html`<p role="alert">${words.common.failed}</p>`
          : lines.length
          ? html`<ol class="own-case__notes">${lines.map((line) => this.#line(line))}</ol>`
          : html`<p class="quiet">${words.cases.nothingWritten}</p>`}
      </details>
    `;
  }

  #line({ who, role, note, at }: CaseLineView) {
    const { words, user, language, chats } = this.app;
    const times = new Times(language);
    const instant = Date.parse(at);
    const writer = who === user
      ? words.common.you
      : role === "support"
      ? words.cases.support
      : nameOf(who);
    return html`
      <li>
        <p
          class="small quiet"><strong>${writer}</strong>, <time datetime=${at}>${times.day(
            instant,
            chats.chat.clock.now(),
          )} ${times.at(instant)}</time></p>
        <p class="text">${note}</p>
      </li>
    `;
  }

  #toggled(event: ToggleEvent, id: string): void {
    if (event.newState === "closed") {
      this.#read.delete(id);
    } else if (!this.#read.has(id)) {
      this.#read.set(id, undefined);
      void this.#load(id);
    }
  }

  async #load(id: string): Promise<void> {
    let lines: readonly CaseLineView[] | "failed";
    try {
      lines = (await this.desk.find(id)).history.filter((each) => each.note);
    } catch {
      lines = "failed";
    }
    if (this.#read.has(id)) this.#read.set(id, lines);
    this.requestUpdate();
  }

  #noteForm(each: CaseSummary) {
    const { words } = this.app;
    return html`
      <form class="field" @submit=${(event: SubmitEvent) => this.#sendNote(event, each)}>
        <label for="note-${each.id}">${words.cases.note}</label>
        <textarea class="input" id="note-${each.id}" name="note" rows="3"></textarea>
        <button class="btn btn--primary" type="submit">${words.cases.ask}</button>
      </form>
    `;
  }

  /** Those that need nothing but a yes. */
  #actions(each: CaseSummary): string[] {
    const known: Readonly<Record<string, string>> = this.app.words.cases.actions;
    return each.possible.filter((action) => action in known);
  }

  #label(action: string): string {
    const known: Readonly<Record<string, string>> = this.app.words.cases.actions;
    return known[action] ?? action;
  }

  #due(at: string): string {
    const times = new Times(this.app.language);
    const instant = Date.parse(at);
    return this.app.words.cases.until(times.day(instant, this.app.chats.chat.clock.now()));
  }

  #note(id: string): void {
    this.#noting = id;
    this.requestUpdate();
  }

  async #do(each: CaseSummary, action: string): Promise<void> {
    await this.#try(each.id, () => this.desk.act(each.id, action, {}));
  }

  async #sendNote(event: SubmitEvent, each: CaseSummary): Promise<void> {
    event.preventDefault();
    const note = (new FormData(event.currentTarget as HTMLFormElement).get("note") as string)
      .trim();
    if (!note) return;
    await this.#try(each.id, async () => {
      await this.desk.act(each.id, "note", { note, for: "shared" });
      this.#noting = undefined;
    });
  }

  async #try(id: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
      this.#problem = undefined;
    } catch (fault) {
      const says = fault instanceof HttpProblem ? fault.message : this.app.words.common.failed;
      this.#problem = { id, says };
    }
    this.requestUpdate();
  }
}

customElements.define("own-cases", OwnCases);
