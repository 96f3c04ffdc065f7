// Booking in steps: which session, when, and a look at what it costs before the button.

import { html, nothing } from "lit";
import type { BookingView, CreditsView, ServiceView } from "../app/api_types.ts";
import { memberName, mentorName } from "../app/names.ts";
import { Place } from "../app/place.ts";
import { money } from "../parts/format.ts";
import { icon } from "../parts/icons.ts";
import { SessionsElement } from "./element.ts";
import "./other_time.ts";
import {
  choicesOf,
  costWords,
  refusalWords,
  type ServiceChoice,
  serviceIcon,
  serviceName,
  whenWords,
} from "./session_words.ts";
import "./slot_picker.ts";
import type { SlotPicker } from "./slot_picker.ts";
import { beginSeries, repeatField } from "./running_series.ts";
import { planName } from "../parts/plan_name.ts";

export type BookingStep = "service" | "time" | "confirm";
const STEPS: readonly BookingStep[] = ["service", "time", "confirm"];
const MINUTE = 60_000;

/** `booked` (the booking), `back` (from the first step) and `step` are events of it. */
export class SessionBooking extends SessionsElement {
  static override properties = {
    ...SessionsElement.properties,
    wanted: { attribute: false },
    earlier: { attribute: false },
  };

  /** The key of the choice that is made at first, such as `extra-video_call`. */
  declare wanted: string | undefined;
  /** Steps that come before these, done elsewhere. */
  declare earlier: readonly string[] | undefined;
  #step: BookingStep = "service";
  #key: string | undefined;
  #minutes: number | undefined;
  #start: number | undefined;
  #credits: CreditsView | undefined;
  #problem = "";
  #isBusy = false;
  /** A series begins where it is not 0: every so many weeks. */
  #weeks = 0;
  /** ms */
  #opened: number | undefined;
  /** The same where the answer got lost and it is asked again; another one for another wish. */
  #id = crypto.randomUUID();

  get step(): BookingStep {
    return this.#step;
  }

  protected override render() {
    const { words } = this.sessions.app;
    const body = this.sessions.services
      ? this.#body()
      : this.sessions.hasFailed
      ? html`<p role="alert">${words.common.failed}</p>`
      : html`<p class="quiet" aria-busy="true">${words.common.loading}</p>`;
    const number = STEPS.indexOf(this.#step) + 1 + (this.earlier?.length ?? 0);
    const of = STEPS.length + (this.earlier?.length ?? 0);
    return html`
      <form class="bookbox" @submit=${this.#next}>
        <div class="page" role="region" tabindex="0"
          aria-label="${words.booking.title}, ${words.booking.step(number, of)}">
          ${this.#steps()}${body}
          ${this.#problem ? html`<p role="alert">${this.#problem}</p>` : nothing}
        </div>
        ${this.#foot()}
      </form>
    `;
  }

  #steps() {
    const { booking } = this.sessions.app.words;
    const names = { service: booking.service, time: booking.time, confirm: booking.confirm };
    const at = STEPS.indexOf(this.#step);
    return html`
      <ol class="steps" aria-label=${booking.steps}>
        ${(this.earlier ?? []).map((each) => html`<li class="is-done">${each}</li>`)}
        ${STEPS.map((each, index) =>
          html`<li class=${index < at ? "is-done" : nothing} aria-current=${
            index === at ? "step" : nothing
          }>${names[each]}</li>`
        )}
      </ol>
    `;
  }

  #foot() {
    const { words, role } = this.sessions.app;
    const choice = this.#choice;
    if (!choice) return nothing;
    const label = {
      service: words.booking.chooseTime,
      time: this.#start === undefined ? words.booking.chooseTime : this.#startLabel(this.#start),
      confirm: words.booking.book,
    };
    const isOff = this.#step === "time" && this.#start === undefined;
    return html`
      <div class="foot">
        ${this.#step === "service" && role === "member" ? nothing : html`
          <button class="btn" type="button" @click=${this.#back}>${words.common.back}</button>
        `}
        <button class="btn btn--primary" type="submit" aria-disabled=${isOff
          ? "true"
          : nothing}>${label[this.#step]}</button>
      </div>
    `;
  }

  #startLabel(start: number): string {
    return `${this.times.shortDay(start)}, ${this.times.clock(start)}`;
  }

  #body() {
    if (this.#step === "service") return this.#whichService();
    return this.#step === "time" ? this.#whichTime() : this.#lookOver();
  }

  // What is chosen

  get #choices(): readonly ServiceChoice[] {
    return choicesOf(this.sessions.services?.services ?? []);
  }

  get #choice(): ServiceChoice | undefined {
    const key = this.#key ?? this.wanted;
    return this.#choices.find((each) => each.key === key) ?? this.#choices[0];
  }

  get #service(): ServiceView | undefined {
    const lengths = this.#choice?.lengths;
    return lengths?.find((each) => each.minutes === this.#minutes) ?? lengths?.[0];
  }

  /** Whether the period that runs has too few units for it. */
  #isSpent(service: ServiceView): boolean {
    const left = this.sessions.credits?.left;
    return service.kind === "plan" && left != null && left < service.units;
  }

  // The first step

  #whichService() {
    const { words, role } = this.sessions.app;
    const { view } = this.sessions.talk;
    const choices = this.#choices;
    if (choices.length === 0) {
      return role === "member"
        ? html`<p>${words.booking.nothingToBook(mentorName(view))}</p>`
        : html`
          <p>${words.booking.nothingForMember}</p>
          <p><a class="btn" href=${Place.link("statement")}>${words.booking.listPrices}</a></p>
        `;
    }
    const isOutOfPlan = !choices.some(({ kind }) => kind === "plan");
    return html`
      ${role === "mentor"
        ? html`<p>${words.booking.forMember(memberName(view), planName(view.plan))} ${
          isOutOfPlan
            ? html`<span class="quiet">${words.booking.notInPlan(planName(view.plan))}</span>`
            : nothing
        }</p>`
        : nothing}
      <fieldset>
        <legend class="label label--large">${role === "member"
          ? words.booking.whichService
          : words.booking.whichSession}</legend>
        <div class="choices">${choices.map((each) => this.#option(each))}</div>
      </fieldset>
      ${this.#lengths()}
      ${role === "mentor"
        ? html`<running-series .sessions=${this.sessions}></running-series>`
        : nothing}
    `;
  }

  #option(choice: ServiceChoice) {
    const { words } = this.sessions.app;
    const isChosen = choice === this.#choice || choice.key === this.#choice?.key;
    const service = choice.lengths.find((each) => each.minutes === this.#service?.minutes) ??
      choice.lengths[0]!;
    const title = choice.kind === "extra"
      ? words.booking.extraCall
      : serviceName(choice.service, words);
    return html`
      <label class="choice">${icon(serviceIcon(choice.service))}<span><strong>${title}</strong><br
        ><span class="small quiet">${this.#about(
          service,
        )}</span></span><span class="choice__cost">${this.#cost(
          service,
        )}</span><input type="radio" name="service" .checked=${isChosen}
        @change=${() => this.#choose({ key: choice.key })}></label>
    `;
  }

  #about(service: ServiceView): string {
    const { words, language, role } = this.sessions.app;
    if (service.kind === "extra") {
      if (role === "mentor" && service.split && service.price) {
        const { currency } = service.price;
        const { mentor, platform } = service.split;
        return words.booking.yourShare(
          money(language, mentor, currency),
          money(language, platform, currency),
        );
      }
      return words.booking.outside(mentorName(this.sessions.talk.view));
    }
    if (this.#isSpent(service)) {
      const until = Date.parse(this.sessions.credits!.period.until);
      return words.booking.noneLeft(this.times.dayAndMonth(until));
    }
    return service.service === "live_chat" ? words.booking.writing : words.booking.face;
  }

  #cost(service: ServiceView): string {
    const { words, language } = this.sessions.app;
    const isLimited = this.sessions.services?.units_per_month !== null;
    return costWords(service, isLimited, words, language);
  }

  #lengths() {
    const { words } = this.sessions.app;
    const choice = this.#choice;
    if (!choice || choice.lengths.length < 2) return nothing;
    return html`
      <fieldset>
        <legend class="label label--large">${words.booking.howLong}</legend>
        <div class="slots">${choice.lengths.map((each) =>
          html`
            <label
              class="slot">${icon("sent", "s")}${words.sessions.minutes(
                each.minutes,
              )}<span class="small quiet">${this.#cost(
                each,
              )}</span><input type="radio" name="length"
                        .checked=${each === this.#service}
                        @change=${() => this.#choose({ minutes: each.minutes })}></label>
          `
        )}</div>
      </fieldset>
    `;
  }

  #choose(choice: { key?: string; minutes?: number; start?: number }): void {
    this.#key = choice.key ?? this.#key;
    this.#minutes = choice.minutes ?? this.#minutes;
    // Another session has other free times.
    this.#start = choice.start;
    this.#id = crypto.randomUUID();
    this.#problem = "";
    this.requestUpdate();
  }

  // The second step

  #whichTime() {
    const { words, role } = this.sessions.app;
    const { view } = this.sessions.talk;
    const service = this.#service!;
    return html`
      <slot-picker class="stack" .sessions=${this.sessions} .service=${service.service}
        .minutes=${service.minutes} .from=${this.#earliest(service)} .chosen=${this.#start}
        .name=${mentorName(view)} @chosen=${this.#chosen}></slot-picker>
      ${role === "mentor"
        ? html`<other-time .label=${words.booking.otherTime} @chosen=${this.#chosen}></other-time>`
        : nothing}
    `;
  }

  /** Now as this was opened; where the credits are spent, when the next ones come. */
  #earliest(service: ServiceView): number {
    if (this.#isSpent(service)) return Date.parse(this.sessions.credits!.period.until);
    return this.#opened ??= this.now;
  }

  readonly #chosen = (event: CustomEvent<number>): void => {
    event.stopPropagation();
    this.#choose({ start: event.detail });
  };

  // The third step

  #lookOver() {
    const { words, role } = this.sessions.app;
    const { view } = this.sessions.talk;
    const { times, now } = this;
    const service = this.#service!;
    const start = this.#start!;
    const ends = start + service.minutes * MINUTE;
    const title = service.kind === "extra"
      ? words.booking.extraCall
      : serviceName(service.service, words);
    return html`
      <section class="card stack">
        <h2>${words.booking.lookOver}</h2>
        <dl class="sum">
          <dt>${words.booking.what}</dt>
          <dd>${words.booking.lasting(title, service.minutes)}</dd>
          <dt>${words.booking.withWhom}</dt>
          <dd>${role === "member" ? mentorName(view) : memberName(view)}</dd>
          <dt>${words.booking.when}</dt>
          <dd>${whenWords(start, ends, times, now, words)}</dd>
          <dt class="sum__total">${words.booking.cost}</dt>
          <dd class="sum__total">${this.#cost(service)}. ${this.#leftThen(service)}</dd>
        </dl>
        ${this.#mayRepeat(service)
          ? repeatField(this.#weeks, this.sessions, (weeks) => this.#weeks = weeks)
          : nothing}
      </section>
      <div class="strip strip--round">${icon("info")}<p>${this.#ifNot(service, start)}</p></div>
    `;
  }

  /** A mentor makes series of the plan's sessions. */
  #mayRepeat(service: ServiceView): boolean {
    return this.sessions.app.role === "mentor" && service.kind === "plan";
  }

  #leftThen(service: ServiceView) {
    const { words, role } = this.sessions.app;
    const credits = this.#credits;
    if (service.kind !== "plan" || credits?.left == null || credits.allowance === null) {
      return nothing;
    }
    const left = Math.max(0, credits.left - service.units);
    const all = credits.allowance + (credits.corrected ?? 0);
    const day = this.times.dayAndMonth(Date.parse(credits.period.until));
    const said = role === "member" ? words.booking.willHave : words.booking.theyWillHave;
    return html`<strong>${said(left, all, day)}</strong>`;
  }

  /** What moving and cancelling will cost. */
  #ifNot(service: ServiceView, start: number) {
    const { words, role } = this.sessions.app;
    const { services } = this.sessions;
    const until = start - (services?.late_hours ?? 0) * 60 * MINUTE;
    // A mentor may move it however soon it is.
    const isLate = role === "member" && until <= this.now;
    const moves = until > this.now
      ? words.booking.moveFreeUntil(`${this.times.day(until, this.now)} ${this.times.at(until)}`)
      : isLate
      ? words.booking.movesNoMore
      : "";
    const isHeld = service.kind === "plan" && services?.cancelled === "held" &&
      services.units_per_month !== null;
    const { cancelHeld, cancelPaid, cancelPaidNow } = words.booking;
    const costs = isHeld ? cancelHeld : isLate ? cancelPaidNow : cancelPaid;
    return html`${moves} ${isHeld ? html`<strong>${costs}</strong>` : costs}`;
  }

  // From step to step

  readonly #back = (): void => {
    const at = STEPS.indexOf(this.#step);
    if (at === 0) this.dispatchEvent(new CustomEvent("back", { bubbles: true }));
    else this.#go(STEPS[at - 1]!);
  };

  /** One step back; false where this is the first. */
  goBack(): boolean {
    if (this.#step === "service") return false;
    this.#back();
    return true;
  }

  #go(step: BookingStep): void {
    this.#step = step;
    this.#problem = "";
    this.requestUpdate();
    this.dispatchEvent(new CustomEvent("step", { detail: step, bubbles: true }));
    // What was read is behind: a screen reader begins with the step.
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(".page")?.focus());
  }

  readonly #next = async (event: Event): Promise<void> => {
    event.preventDefault();
    const service = this.#service;
    if (!service || this.#isBusy) return;
    if (this.#step === "service") return this.#go("time");
    if (this.#start === undefined) {
      this.#problem = this.sessions.app.words.booking.chooseOne;
      return this.requestUpdate();
    }
    this.#isBusy = true;
    try {
      if (this.#step === "time") await this.#look(service, this.#start);
      else if (this.#weeks && this.#mayRepeat(service)) await this.#begin(service, this.#start);
      else await this.#book(service, this.#start);
    } catch (fault) {
      this.#problem = refusalWords(fault, this.sessions.app.words);
      await this.sessions.load();
      this.querySelector<SlotPicker>("slot-picker")?.refresh();
    }
    this.#isBusy = false;
    this.requestUpdate();
  };

  async #look(service: ServiceView, start: number): Promise<void> {
    if (service.kind === "plan") {
      this.#credits = await this.sessions.creditsAt(start, this.times.date(start));
    }
    this.#go("confirm");
  }

  async #begin(service: ServiceView, first: number): Promise<void> {
    const { series } = this.sessions.app.words;
    const asked = { service: service.service, first, minutes: service.minutes, weeks: this.#weeks };
    const refused = await beginSeries(this.#id, this.sessions, asked);
    this.say(refused ? series.someRefused(refused) : series.begun(series.every(this.#weeks)));
    this.dispatchEvent(new CustomEvent("booked", { bubbles: true }));
  }

  async #book(service: ServiceView, start: number): Promise<void> {
    const booking: BookingView = await this.sessions.book(this.#id, {
      conversation: this.sessions.talk.view.id,
      service: service.service,
      kind: service.kind,
      starts_at: new Date(start).toISOString(),
      minutes: service.minutes as 30 | 45 | 60 | 90,
    });
    const { words } = this.sessions.app;
    const ends = start + service.minutes * MINUTE;
    this.say(words.sessions.booked(whenWords(start, ends, this.times, this.now, words)));
    this.dispatchEvent(new CustomEvent("booked", { detail: booking, bubbles: true }));
  }
}

customElements.define("session-booking", SessionBooking);
