// What a mentor earned in a month: every billable session, corrections, and a sum for each currency.

import { html, nothing } from "lit";
import type { StatementLineView, StatementView } from "../app/api_types.ts";
import { memberName, nameOf } from "../app/names.ts";
import { saveFile } from "../app/save_file.ts";
import type { App } from "../app/start.ts";
import { PageElement } from "../parts/element.ts";
import { money, Times } from "../parts/format.ts";
import { icon } from "../parts/icons.ts";
import { serviceName } from "./session_words.ts";

export class MentorStatement extends PageElement {
  static override properties = { app: { attribute: false } };

  declare app: App;
  /** Months since the year 0. */
  #month = 0;
  #now = 0;
  #statement: StatementView | undefined;
  #problem = "";

  override connectedCallback(): void {
    super.connectedCallback();
    const date = new Date(this.app.chats.chat.clock.now());
    this.#now = this.#month = date.getFullYear() * 12 + date.getMonth();
    void this.#load();
  }

  get #path(): string {
    const month = `${Math.floor(this.#month / 12)}-${
      String(this.#month % 12 + 1).padStart(2, "0")
    }`;
    return `/v1/mentors/${encodeURIComponent(this.app.user)}/statements/${month}`;
  }

  async #load(): Promise<void> {
    const month = this.#month;
    try {
      const statement = await this.app.http.get<StatementView>(this.#path);
      if (month !== this.#month) return;
      this.#statement = statement;
      this.#problem = "";
    } catch {
      this.#problem = this.app.words.common.failed;
    }
    this.requestUpdate();
  }

  protected override render() {
    const { words } = this.app;
    const statement = this.#statement;
    return html`
      <section class="card stack" aria-labelledby="statement-title">
        <div class="row">
          <h2 id="statement-title">${words.statement.title}</h2>
          <span class="push row weeknav">
            <button class="btn btn--icon" type="button" aria-label=${words.statement.earlier}
              @click=${() => this.#show(-1)}>${icon("back")}</button>
            <span class="nowrap" aria-live="polite">${this.#monthName()}</span>
            <button class="btn btn--icon weeknav__later" type="button"
              aria-label=${words.statement.later}
              aria-disabled=${this.#month >= this.#now ? "true" : nothing}
              @click=${() => this.#show(1)}>${icon("back")}</button>
          </span>
        </div>
        ${this.#problem ? html`<p role="alert">${this.#problem}</p>` : nothing}
        ${statement ? this.#said(statement) : nothing}
      </section>
    `;
  }

  #monthName(): string {
    const noon = Date.UTC(Math.floor(this.#month / 12), this.#month % 12, 15, 12);
    return new Times(this.app.language, "UTC").monthAndYear(noon);
  }

  #said(statement: StatementView) {
    const { words } = this.app;
    const lines = [...statement.lines, ...statement.corrections];
    if (lines.length === 0) return html`<p class="quiet">${words.statement.nothing}</p>`;
    return html`
      <p class="small quiet">${statement.state === "draft"
        ? words.statement.draft
        : words.statement.issued}</p>
      <div class="tablewrap" role="group" aria-labelledby="statement-title" tabindex="0">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">${words.booking.when}</th>
              <th scope="col">${words.booking.withWhom}</th>
              <th scope="col">${words.booking.what}</th>
              <th scope="col" class="n">${words.statement.price}</th>
              <th scope="col" class="n">${words.statement.yours}</th>
            </tr>
          </thead>
          <tbody>${lines.map((each) => this.#line(each, statement.zone))}</tbody>
          <tfoot>${statement.sums.map((each) =>
            html`
              <tr>
                <th scope="row" colspan="3">${words.statement.sum} ${each.currency}</th>
                <td
                  class="n">${this.#money(each.price, each.currency)}</td>
                <td class="n"><strong>${this.#money(each.mentor, each.currency)}</strong></td>
              </tr>
            `
          )}</tfoot>
        </table>
      </div>
      ${statement.without_amount
        ? html`<p class="small quiet">${words.statement.without(statement.without_amount)}</p>`
        : nothing}
      <p><button class="btn" type="button" @click=${this.#save}>${words.statement.csv}</button></p>
    `;
  }

  #line(line: StatementLineView, zone: string) {
    const { words, language } = this.app;
    const times = new Times(language, zone);
    const starts = Date.parse(line.starts_at);
    const talk = this.app.chats.talk(line.conversation);
    const corrects = line.corrects ? ` (${words.statement.corrects(line.corrects)})` : "";
    return html`
      <tr>
        <th scope="row">${times.shortDay(starts)} ${times.clock(starts)}</th>
        <td>${talk ? memberName(talk.view) : nameOf(line.member)}</td>
        <td>${serviceName(line.service, words)}, ${words.sessions.minutes(
          line.minutes,
        )}${corrects}</td>
        <td class="n">${this.#money(line.price, line.currency)}</td>
        <td class="n">${this.#money(line.mentor, line.currency)}</td>
      </tr>
    `;
  }

  #money(amount: number | null, currency: string | null): string {
    return amount === null || currency === null ? "–" : money(this.app.language, amount, currency);
  }

  #show(by: 1 | -1): void {
    if (this.#month + by > this.#now) return;
    this.#month += by;
    this.#statement = undefined;
    this.requestUpdate();
    void this.#load();
  }

  readonly #save = async (): Promise<void> => {
    try {
      await saveFile(this.app.http, this.#path, "text/csv");
    } catch {
      this.#problem = this.app.words.common.failed;
      this.requestUpdate();
    }
  };
}

customElements.define("mentor-statement", MentorStatement);
