// When a mentor may be booked: the hours of each weekday, how soon, and with what room between two sessions.

import { html, nothing } from "lit";
import type { HoursDetails, HoursView, WeeklyHours } from "../app/api_types.ts";
import { HttpProblem } from "../app/http.ts";
import type { App } from "../app/start.ts";
import { PageElement } from "../parts/element.ts";
import { capital, Times } from "../parts/format.ts";
import { said, type Stretch, stretchFields } from "./hours_stretches.ts";
import { placeOf } from "./session_words.ts";

type Weekday = WeeklyHours["weekday"];
const WEEKDAYS: readonly Weekday[] = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
];
/** Noon of a Monday. */
const A_MONDAY = Date.UTC(2026, 0, 5, 12);
const DAY = 24 * 60 * 60_000;

export class MentorHours extends PageElement {
  static override properties = { app: { attribute: false } };

  declare app: App;
  #hours: HoursView | undefined;
  #weekly = new Map<Weekday, Stretch[]>();
  /** By the date, such as 2026-12-24. */
  #exceptions = new Map<string, Stretch[]>();
  #said = "";
  #problem = "";

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  get #path(): string {
    return `/v1/mentors/${encodeURIComponent(this.app.user)}/hours`;
  }

  async #load(): Promise<void> {
    try {
      this.#take(await this.app.http.get<HoursView>(this.#path));
    } catch {
      this.#problem = this.app.words.common.failed;
    }
    this.requestUpdate();
  }

  #take(hours: HoursView): void {
    this.#hours = hours;
    this.#weekly = new Map(WEEKDAYS.map((day) => [
      day,
      hours.weekly.filter(({ weekday }) => weekday === day)
        .map(({ from, until }) => ({ from, until })),
    ]));
    this.#exceptions = new Map(
      hours.exceptions.map(({ date, open }) => [
        date,
        open.map(({ from, until }) => ({ from, until })),
      ]),
    );
    this.#problem = "";
  }

  protected override render() {
    const { words } = this.app;
    const hours = this.#hours;
    return html`
      <section class="card stack" aria-labelledby="hours-title">
        <h2 id="hours-title">${words.hours.title}</h2>
        ${hours
          ? html`
            <p class="small quiet">${words.hours.lead} ${words.hours.zone(placeOf(hours.zone))}</p>
            <form class="stack" @submit=${this.#save}>
              ${WEEKDAYS.map((day, index) => this.#day(day, index))}
              ${this.#otherDays(hours.zone)}
              <div class="row">
                ${this.#number("notice_hours", words.hours.notice, hours.notice_hours, 24 * 28)}
                ${this.#number("buffer_minutes", words.hours.buffer, hours.buffer_minutes, 240)}
              </div>
              <p><button class="btn btn--primary" type="submit">${words.hours.save}</button></p>
            </form>
          `
          : nothing}
        <p role="status">${this.#said}</p>
        ${this.#problem ? html`<p role="alert">${this.#problem}</p>` : nothing}
      </section>
    `;
  }

  #day(day: Weekday, index: number) {
    const { words, language } = this.app;
    const name = new Times(language, "UTC").weekday(A_MONDAY + index * DAY);
    const stretches = this.#weekly.get(day) ?? [];
    return html`
      <fieldset class="hours">
        <legend class="label">${capital(name)}</legend>
        ${stretchFields(stretches, name, words, this.#redraw)}
      </fieldset>
    `;
  }

  /** Days that differ from their weekday. Those that are over are kept, and not shown. */
  #otherDays(zone: string) {
    const { words, language, chats } = this.app;
    const today = new Times(language, zone).date(chats.chat.clock.now());
    const days = [...this.#exceptions].filter(([date]) => date >= today)
      .toSorted(([a], [b]) => a.localeCompare(b));
    return html`
      <h3>${words.hours.otherDays}</h3>
      <p class="small quiet">${words.hours.otherDaysLead}</p>
      ${days.map(([date, stretches]) => this.#otherDay(date, stretches))}
      <div
        class="row"><p class="field"><label for="other-day">${words.hours
          .date}</label><input class="input" id="other-day" type="date" min=${today}></p>
        <button class="btn" type="button" @click=${this.#addDay}>${words.hours
          .addDay}</button></div>
    `;
  }

  #otherDay(date: string, stretches: Stretch[]) {
    const { words, language, chats } = this.app;
    const noon = Date.parse(date) + DAY / 2;
    const name = new Times(language, "UTC").day(noon, chats.chat.clock.now());
    return html`
      <fieldset class="hours">
        <legend class="label">${capital(name)}</legend>
        ${stretchFields(stretches, name, words, this.#redraw)}
        <button class="btn btn--plain" type="button" aria-label=${words.hours.asUsualOn(name)}
          @click=${() => this.#removeDay(date)}>${words.hours.asUsual}</button>
      </fieldset>
    `;
  }

  readonly #redraw = (): void => {
    this.requestUpdate();
  };

  readonly #addDay = (): void => {
    const date = this.querySelector<HTMLInputElement>("#other-day")?.value;
    if (!date || this.#exceptions.has(date)) return;
    this.#exceptions.set(date, []);
    this.requestUpdate();
  };

  #removeDay(date: string): void {
    this.#exceptions.delete(date);
    this.requestUpdate();
  }

  #number(name: string, label: string, value: number, most: number) {
    return html`<p class="field"><label for=${name}>${label}</label><input class="input" id=${name}
      name=${name} type="number" min="0" max=${most} required .value=${String(value)}></p>`;
  }

  readonly #save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const weekly = WEEKDAYS.flatMap((weekday) =>
      said(this.#weekly.get(weekday) ?? []).map((each) => ({ weekday, ...each }))
    );
    const details: HoursDetails = {
      weekly,
      zone: this.#hours?.zone ?? null,
      exceptions: [...this.#exceptions].map(([date, open]) => ({ date, open: said(open) })),
      notice_hours: Number(form.get("notice_hours")),
      buffer_minutes: Number(form.get("buffer_minutes")),
    };
    this.#said = "";
    try {
      this.#take(await this.app.http.put<HoursView>(this.#path, details));
      this.#said = this.app.words.hours.saved;
    } catch (fault) {
      const isWrong = fault instanceof HttpProblem && fault.problem.status === 422;
      this.#problem = isWrong ? this.app.words.hours.wrong : this.app.words.common.failed;
    }
    this.requestUpdate();
  };
}

customElements.define("mentor-hours", MentorHours);
