// What is left of the plan's sessions in the month that runs, and what was spent for what.

import { html, nothing } from "lit";
import type { CreditEntryView } from "../app/api_types.ts";
import { SessionsElement } from "./element.ts";
import { serviceName } from "./session_words.ts";

/** More bars than this say nothing any more. */
const MOST_BARS = 8;

export class SessionCredits extends SessionsElement {
  protected override render() {
    const { credits } = this.sessions;
    const { words } = this.sessions.app;
    if (!credits || credits.allowance === null || credits.left === null) return nothing;
    const { times } = this;
    const until = Date.parse(credits.period.until);
    const from = times.dayAndMonth(Date.parse(credits.period.from));
    const all = credits.allowance + (credits.corrected ?? 0);
    return html`
      <section class="card" aria-labelledby="credits-title">
        <h2 id="credits-title">${words.sessions.creditsTitle}</h2>
        <p class="small quiet">${words.sessions.period(from, times.dayAndMonth(until - 1))}</p>
        ${all <= MOST_BARS
          ? html`<ul class="units">${this.#spent(credits.entries)}${
            [...Array(credits.left)].map(() =>
              html`<li class="is-left">${words.sessions.left}</li>`
            )
          }</ul>`
          : nothing}
        <p><strong>${words.sessions.leftOf(credits.left, all)}</strong> <span
          class="quiet small">${words.sessions.newOn(
            credits.allowance,
            times.dayAndMonth(until),
          )}</span></p>
      </section>
    `;
  }

  /** A bar for each unit. */
  #spent(entries: readonly CreditEntryView[]) {
    const { words } = this.sessions.app;
    return entries.filter(({ booking, units }) => booking !== null && units < 0).flatMap(
      ({ booking: id, units }) => {
        const booking = this.sessions.booking(id!);
        const day = booking ? this.times.dayAndMonth(Date.parse(booking.starts_at)) : "";
        const said = !booking
          ? ""
          : booking.state === "cancelled"
          ? words.sessions.spentCancelled(day)
          : words.sessions.spent(serviceName(booking.service, words), day);
        return [...Array(-units)].map(() => html`<li class="is-spent">${said}</li>`);
      },
    );
  }
}

customElements.define("session-credits", SessionCredits);
