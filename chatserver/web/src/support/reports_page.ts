// How mentors answer: by week as a chart with its table, and by mentor for the days that are chosen.

import { html, nothing } from "lit";
import type { ReplyGroup, ReplyReport } from "../app/api_types.ts";
import { PageElement } from "../parts/element.ts";
import { csvOf, saveAs } from "./csv.ts";
import type { Desk } from "./desk.ts";
import "./week_chart.ts";

const DAY = 86_400_000;
/** The chart has so many weeks. */
const WEEKS = 8;

export class ReportsPage extends PageElement {
  static override properties = { desk: { attribute: false } };

  declare desk: Desk;
  #weeks: ReplyReport | undefined;
  #mentors: ReplyReport | undefined;
  #problem = "";
  #stop: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = this.desk.people.watch(() => this.requestUpdate());
    const { now } = this.desk;
    const monday = mondayOf(now());
    void this.#load(dayOf(monday - (WEEKS - 1) * 7 * DAY), dayOf(monday), "");
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
  }

  protected override render() {
    const { says, app } = this.desk;
    return html`
      <main class="board">
        <section aria-labelledby="weeks"><h1 class="vh">${says.reports.title}</h1>
          <h2 id="weeks" class="h">${says.reports.weeks}</h2>
          ${this.#weeks
            ? html`<week-chart .desk=${this.desk} .report=${this.#weeks}></week-chart>`
            : html`<p class="quiet" aria-busy="true">${app.words.common.loading}</p>`}
        </section>
        <section aria-labelledby="mentors">
          <div class="headrow"><h2 id="mentors">${says.reports.byMentorOf}</h2><button
            class="btn push" type="button" @click=${this.#csv}>${says.desk.csv}</button></div>
          ${this.#mentors ? this.#range(this.#mentors) : nothing}
          ${this.#problem ? html`<p role="alert" class="problem">${this.#problem}</p>` : nothing}
          ${this.#mentors ? this.#table(this.#mentors) : nothing}
        </section>
      </main>
    `;
  }

  #range(report: ReplyReport) {
    const { says } = this.desk;
    return html`
      <form class="filters" @submit=${this.#choose}>
        <div class="field"><label for="from">${says.reports
          .from}</label><input class="input" id="from"
              name="from" type="date" required .value=${report.from}></div>
        <div class="field"><label for="to">${says.reports.to}</label><input class="input" id="to"
              name="to" type="date" required .value=${report.to}></div>
        <button class="btn" type="submit">${says.reports.show}</button>
      </form>
    `;
  }

  #table(report: ReplyReport) {
    const { says, people, times } = this.desk;
    if (!report.groups.length) {
      return html`
        <div class="boxed">
          <p class="quiet blank">${says.reports.nothing}</p>
        </div>
      `;
    }
    const heads = [
      says.reports.answers,
      says.reports.inTime,
      says.reports.medianWait,
      says.reports.late,
      says.reports.missed,
      says.reports.substitutes,
      says.reports.acknowledged,
      says.reports.withdrawn,
    ];
    const cells = (each: ReplyGroup) => [
      each.answered,
      percent(each),
      each.counted_median_ms === null ? "–" : times.span(each.counted_median_ms),
      each.late ?? 0,
      each.missed - (each.late ?? 0),
      each.by_substitutes ?? 0,
      each.acknowledged ?? 0,
      each.withdrawn ?? 0,
    ];
    return html`
      <div class="boxed tablewrap" role="region" aria-label=${says.reports
        .byMentorTable} tabindex="0">
        <table class="table">
          <caption class="vh">${says.reports.byMentorOf}</caption>
          <thead>
            <tr><th scope="col">${says.cases.mentor}</th>${heads.map((each) =>
              html`<th scope="col" class="n">${each}</th>`
            )}</tr>
          </thead>
          <tbody>${report.groups.map((each) =>
            html`<tr><th scope="row">${people.name(each.name)}</th>${
              cells(each).map((cell) => html`<td class="n">${cell}</td>`)
            }</tr>`
          )}</tbody>
        </table>
      </div>
    `;
  }

  async #load(from: string, monday: string, to: string): Promise<void> {
    const { http, words } = this.desk.app;
    const end = to ? `&to=${to}` : "";
    try {
      [this.#weeks, this.#mentors] = await Promise.all([
        this.#weeks ?? http.get<ReplyReport>(`/v1/replies/report?by=week&from=${from}`),
        http.get<ReplyReport>(`/v1/replies/report?by=mentor&from=${monday}${end}`),
      ]);
      this.#problem = "";
    } catch (fault) {
      this.#problem = fault instanceof Error ? fault.message : words.common.failed;
    }
    this.requestUpdate();
  }

  readonly #choose = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    void this.#load("", String(form.get("from")), String(form.get("to")));
  };

  readonly #csv = (): void => {
    const report = this.#mentors;
    const [first] = report?.groups ?? [];
    if (!report || !first) return;
    const names = Object.keys(first) as (keyof ReplyGroup)[];
    const rows = report.groups.map((each) => names.map((name) => String(each[name] ?? "")));
    saveAs(`mentors ${report.from} ${report.to}.csv`, csvOf(names, rows));
  };
}

function percent({ in_time, missed }: ReplyGroup): string {
  const all = in_time + missed;
  return all ? `${Math.floor(1000 * in_time / all) / 10}\u00a0%` : "–";
}

/** Its first instant by UTC; the server takes days. */
function mondayOf(now: number): number {
  const day = Math.floor(now / DAY);
  return (day - (day + 3) % 7) * DAY;
}

function dayOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

customElements.define("reports-page", ReportsPage);
