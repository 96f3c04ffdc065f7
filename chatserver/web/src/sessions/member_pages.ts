// A member's sessions in the place of the letters: what is to come, the credits, and booking.

import { html, nothing } from "lit";
import { mentorName } from "../app/names.ts";
import { Place } from "../app/place.ts";
import { money } from "../parts/format.ts";
import { icon } from "../parts/icons.ts";
import "./booking.ts";
import type { SessionBooking } from "./booking.ts";
import "./credits.ts";
import { SessionsElement } from "./element.ts";
import "./session_card.ts";
import { planName } from "../parts/plan_name.ts";

export class MemberSessions extends SessionsElement {
  static override properties = { ...SessionsElement.properties, path: { attribute: false } };

  /** What comes after `sessions` in the address: nothing, or `book` and perhaps a choice. */
  declare path: readonly string[];
  #wasBooking = false;

  protected override render() {
    const isBooking = this.path[0] === "book";
    return html`
      ${this.#bar(isBooking)}
      <main class="bookpage">${isBooking ? this.#booking() : this.#all()}</main>
    `;
  }

  protected override updated(): void {
    const isBooking = this.path[0] === "book";
    if (isBooking === this.#wasBooking) return;
    this.#wasBooking = isBooking;
    // The page is another one.
    this.querySelector<HTMLElement>(".page")?.focus();
  }

  #bar(isBooking: boolean) {
    const { words } = this.sessions.app;
    const { view } = this.sessions.talk;
    const to = isBooking ? Place.link("sessions") : Place.link();
    return html`
      <header class="bar">
        <a class="btn btn--icon" href=${to} @click=${this.#back}
          aria-label=${isBooking ? words.common.back : words.sessions.back}>${icon("back")}</a>
        <div class="bar__who">
          <h1>${isBooking ? words.booking.title : words.sessions.all}</h1>
          <p>${words.sessions.withPlan(mentorName(view), planName(view.plan))}</p>
        </div>
        <button class="btn btn--help" type="button" popovertarget="help">${icon("help")}${words
          .common.help}</button>
      </header>
    `;
  }

  readonly #back = (event: Event): void => {
    if (this.querySelector<SessionBooking>("session-booking")?.goBack()) event.preventDefault();
  };

  #booking() {
    return html`
      <session-booking .sessions=${this.sessions} .wanted=${this.path[1]}
        @booked=${this.#booked}></session-booking>
    `;
  }

  readonly #booked = (): void => {
    location.hash = Place.link("sessions");
  };

  #all() {
    const { words } = this.sessions.app;
    const { toCome, isKnown, hasFailed } = this.sessions;
    return html`
      <div class="bookbox">
        <div class="page" role="region" aria-label=${words.sessions.page} tabindex="0">
          ${isKnown || !hasFailed
            ? nothing
            : html`<p role="alert">${words.common.failed} <button class="btn" type="button"
              @click=${() => this.sessions.load()}>${words.common.again}</button></p>`}
          <h2>${words.sessions.toCome}</h2>
          <section class="stack" aria-label=${words.sessions.region}>
            ${isKnown && toCome.length === 0
              ? html`<p class="quiet">${words.sessions.nothing}</p>`
              : nothing}
            ${toCome.map((each) =>
              html`
                <div class="card">
                  <session-card .sessions=${this.sessions} .booking=${each}
                    .place=${`all-${each.id}`}></session-card>
                </div>
              `
            )}
          </section>
          <session-credits .sessions=${this.sessions}></session-credits>
          ${this.#more()}
        </div>
        <div class="foot"><a class="btn btn--primary" href=${Place.link("sessions", "book")}>${icon(
          "calendar",
        )}${words.booking.title}</a></div>
      </div>
    `;
  }

  /** One gentle word about more, where the mentor offers it. */
  #more() {
    const { words, language } = this.sessions.app;
    const extra = this.sessions.services?.services.find(({ kind }) => kind === "extra");
    if (!extra?.price || this.sessions.credits?.allowance == null) return nothing;
    const price = money(language, extra.price.amount, extra.price.currency);
    const name = mentorName(this.sessions.talk.view);
    return html`
      <section class="hint" aria-label=${words.sessions.more}>
        <p><strong>${words.sessions.more}</strong> ${words.sessions.moreAt(name, price)}</p>
        <a class="btn" href=${Place.link("sessions", "book", "extra-video_call")}>${words.sessions
          .seeExtra}</a>
      </section>
    `;
  }
}

customElements.define("member-sessions", MemberSessions);
