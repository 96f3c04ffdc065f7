// The mentor's free starts, a week at a time: days below each other on a phone, beside each other where there is room.

import { html, nothing } from "lit";
import { icon } from "../parts/icons.ts";
import { SessionsElement } from "./element.ts";
import { placeOf } from "./session_words.ts";
import { SLOT_DAYS } from "./sessions.ts";
import { capital } from "../parts/format.ts";

const DAY = 24 * 60 * 60_000;
const THURSDAY = 3;
/** Monday to Friday are shown whatever is free; Saturday and Sunday where something is. */
const USUAL_DAYS = 5;

let made = 0;

/** `chosen` (ms) is an event of it. */
export class SlotPicker extends SessionsElement {
  static override properties = {
    ...SessionsElement.properties,
    service: { attribute: false },
    minutes: { attribute: false },
    from: { attribute: false },
    around: { attribute: false },
    chosen: { attribute: false },
    name: { attribute: false },
  };

  declare service: string;
  declare minutes: number;
  /** ms: not before then. */
  declare from: number;
  /** ms: the week that is shown first; left out, that of the first free time. */
  declare around: number | undefined;
  /** ms */
  declare chosen: number | undefined;
  /** Whose free times they are. */
  declare name: string;
  /** More than one may stand on a page, and ids are its own. */
  readonly #number = made++;
  #starts: number[] | "failed" | undefined;
  #known = 0;
  /** The Monday that is shown, as a day number. */
  #monday: number | undefined;
  #asked = "";

  protected override willUpdate(): void {
    super.willUpdate();
    const asked = `${this.service} ${this.minutes} ${this.from} ${this.around}`;
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#starts = undefined;
    this.#monday = undefined;
    this.#known = this.from;
    void this.#load();
  }

  get #around(): number | undefined {
    return this.around === undefined ? undefined : Math.max(this.around, this.from);
  }

  /** Until when (ms) the week that is shown first may last. */
  get #wanted(): number {
    const first = this.#around;
    return first === undefined ? this.from : noonOf(mondayOf(this.times.dayNumber(first)) + 7);
  }

  /** Ask again: somebody was faster. */
  refresh(): void {
    this.#asked = "";
    this.requestUpdate();
  }

  async #load(): Promise<void> {
    const asked = this.#asked;
    const from = this.#known;
    try {
      const found = await this.sessions.freeStarts(this.service, this.minutes, from);
      if (asked !== this.#asked) return;
      const before = Array.isArray(this.#starts) ? this.#starts : [];
      this.#starts = [...new Set([...before, ...found])].sort((a, b) => a - b);
      this.#known = from + SLOT_DAYS * DAY;
      if (this.#known < this.#wanted) return await this.#load();
    } catch {
      if (asked === this.#asked) this.#starts = "failed";
    }
    this.requestUpdate();
  }

  protected override render() {
    const { words, role } = this.sessions.app;
    const { times } = this;
    const title = role === "mentor"
      ? words.booking.yourFreeTimes
      : words.booking.freeTimes(this.name);
    if (this.#starts === "failed") {
      return html`
        <p role="alert">${words.common.failed}</p>
        <button class="btn" type="button" @click=${() => this.refresh()}>${words.common
          .again}</button>
      `;
    }
    const starts = this.#starts;
    const first = starts?.find((each) => each === this.chosen) ?? this.#around ?? starts?.[0] ??
      this.from;
    const monday = this.#monday ?? mondayOf(times.dayNumber(first));
    const earliest = mondayOf(times.dayNumber(this.from));
    return html`
      <div class="row">
        <h2>${title}</h2>
        <span class="push row weeknav">
          <button class="btn btn--icon" type="button" aria-label=${words.booking.earlier}
            aria-disabled=${monday <= earliest ? "true" : nothing}
            @click=${() => this.#show(monday - 7, earliest)}>${icon("back")}</button>
          <span class="small nowrap" aria-live="polite">${words.booking.week(weekOf(monday))}</span>
          <button class="btn btn--icon weeknav__later" type="button"
            aria-label=${words.booking.later}
            @click=${() => this.#show(monday + 7, earliest)}>${icon("back")}</button>
        </span>
      </div>
      <p class="small quiet">${words.booking.inYourTime(placeOf(times.zone))}</p>
      ${starts === undefined
        ? html`<p class="quiet" aria-busy="true">${words.common.loading}</p>`
        : starts.length === 0
        ? html`<p>${
          role === "mentor" ? words.booking.youHaveNone : words.booking.noneFree(this.name)
        }</p>`
        : this.#week(starts, monday)}
    `;
  }

  #week(starts: readonly number[], monday: number) {
    const { words } = this.sessions.app;
    const { times } = this;
    const days = [...Array(7).keys()].map((index) => {
      const free = starts.filter((each) => times.dayNumber(each) === monday + index);
      return { noon: noonOf(monday + index), free, index };
    }).filter(({ free, index }) => free.length > 0 || index < USUAL_DAYS);
    return html`
      <fieldset>
        <legend class="vh">${words.booking.weekOf(times.shortDay(noonOf(monday)))}</legend>
        <div class="slotweek">${days.map(({ noon, free, index }) =>
          html`
            <div role="group" aria-labelledby="slots-${this.#number}-${index}">
              <h3 id="slots-${this.#number}-${index}">${capital(times.day(noon, noon))}</h3>
              ${free.length
                ? html`<div class="slots">${free.map((each) => this.#slot(each))}</div>`
                : html`<p class="is-none">${words.booking.nothingFree}</p>`}
            </div>
          `
        )}</div>
      </fieldset>
    `;
  }

  #slot(start: number) {
    return html`<label class="slot">${icon("sent", "s")}${this.times.clock(start)}<input
      type="radio" name="start-${this.#number}" .checked=${start === this.chosen}
      @change=${() => this.#choose(start)}></label>`;
  }

  #choose(start: number): void {
    this.chosen = start;
    this.dispatchEvent(new CustomEvent("chosen", { detail: start, bubbles: true }));
  }

  #show(monday: number, earliest: number): void {
    if (monday < earliest) return;
    this.#monday = monday;
    if (noonOf(monday + 7) > this.#known) void this.#load();
    this.requestUpdate();
  }
}

/** Noon in UTC of a day number: the same day in every zone that people live in, but at the date line. */
function noonOf(day: number): number {
  return day * DAY + DAY / 2;
}

function mondayOf(day: number): number {
  return day - (day + THURSDAY) % 7; // 1 January 1970 was a Thursday
}

/** By ISO 8601: the week that holds its year's first Thursday is the first. */
export function weekOf(monday: number): number {
  const thursday = new Date((monday + THURSDAY) * DAY);
  const began = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return Math.floor((thursday.getTime() - began) / (7 * DAY)) + 1;
}

customElements.define("slot-picker", SlotPicker);
