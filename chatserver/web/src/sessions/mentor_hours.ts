// When a mentor may be booked: the hours of each weekday, how soon, and with what room between two sessions.

import { html, nothing } from "lit";
import type { HoursDetails, HoursView, WeeklyHours } from "../app/api_types.ts";
import { HttpProblem } from "../app/http.ts";
import type { App } from "../app/start.ts";
import { PageElement } from "../parts/element.ts";
import { capital, Times } from "../parts/format.ts";
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
const QUARTER_SECONDS = 900;

interface Stretch {
  from: string;
  until: string;
}

export class MentorHours extends PageElement {
  static override properties = { app: { attribute: false } };

  declare app: App;
  #hours: HoursView | undefined;
  #weekly = new Map<Weekday, Stretch[]>();
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
        ${stretches.length ? nothing : html`<span class="quiet">${words.hours.closed}</span>`}
        ${stretches.map((each, at) =>
          html`<span class="row hours__stretch">
            ${this.#time(each, "from", words.hours.from(name))}–${
            this.#time(each, "until", words.hours.until(name))
          }<button class="btn" type="button" aria-label=${words.hours.removeOn(name)}
            @click=${() => this.#remove(day, at)}>${words.hours.remove}</button></span>`
        )}
        <button class="btn" type="button" aria-label=${words.hours.addOn(name)}
          @click=${() => this.#add(day)}>${words.hours.add}</button>
      </fieldset>
    `;
  }

  #time(stretch: Stretch, which: "from" | "until", label: string) {
    const change = (event: Event) => {
      stretch[which] = (event.target as HTMLInputElement).value;
    };
    // Midnight as an end is 24:00 to the server, and 00:00 to a field for times.
    const value = stretch[which] === "24:00" ? "00:00" : stretch[which];
    return html`
      <input class="input" type="time" required step=${QUARTER_SECONDS}
        aria-label=${label} .value=${value} @change=${change}>
    `;
  }

  #number(name: string, label: string, value: number, most: number) {
    return html`<p class="field"><label for=${name}>${label}</label><input class="input" id=${name}
      name=${name} type="number" min="0" max=${most} required .value=${String(value)}></p>`;
  }

  #add(day: Weekday): void {
    const last = this.#weekly.get(day)?.at(-1);
    this.#weekly.get(day)?.push(
      last ? { from: last.until, until: "" } : { from: "09:00", until: "16:00" },
    );
    this.requestUpdate();
  }

  #remove(day: Weekday, at: number): void {
    this.#weekly.get(day)?.splice(at, 1);
    this.requestUpdate();
  }

  readonly #save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const weekly = WEEKDAYS.flatMap((weekday) =>
      (this.#weekly.get(weekday) ?? []).map(({ from, until }) => ({
        weekday,
        from,
        until: until === "00:00" ? "24:00" : until,
      }))
    );
    const details: HoursDetails = {
      weekly,
      zone: this.#hours?.zone ?? null,
      exceptions: this.#hours?.exceptions ?? [],
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
