// Cancelling: first what it costs, and the free way before it.

import { html, nothing } from "lit";
import type { BookingView, CancellationView } from "../app/api_types.ts";
import { HttpProblem } from "../app/http.ts";
import { SessionsElement } from "./element.ts";
import { movableUntil } from "./phases.ts";
import { refusalWords, serviceName } from "./session_words.ts";

/** `move` is an event of it, with the booking. Only one stands on a page. */
export class CancelDialog extends SessionsElement {
  protected override want(): void {
    // Who opens it has asked.
  }

  #booking: BookingView | undefined;
  #costs: CancellationView | undefined;
  #problem = "";
  #isBusy = false;

  /** Ask what it costs, and show. */
  async open(booking: BookingView): Promise<void> {
    this.#booking = booking;
    this.#costs = undefined;
    this.#problem = "";
    this.requestUpdate();
    await this.updateComplete;
    this.#sheet?.showPopover();
    try {
      this.#costs = await this.sessions.cancellation(booking.id);
    } catch (fault) {
      this.#fail(fault);
    }
    this.requestUpdate();
  }

  get #sheet(): HTMLElement | null {
    return this.querySelector<HTMLElement>("[popover]");
  }

  protected override render() {
    const { words } = this.sessions.app;
    const booking = this.#booking;
    const what = booking ? serviceName(booking.service, words).toLocaleLowerCase() : "";
    const day = booking ? this.times.weekday(Date.parse(booking.starts_at)) : "";
    const costs = this.#costs;
    return html`
      <div class="pop" popover id="cancel-session" role="dialog" aria-labelledby="cancel-title">
        <h2 id="cancel-title">${words.sessions.cancelTitle(what, day)}</h2>
        <div class="stack" aria-busy=${costs || this.#problem ? "false" : "true"}>
          ${booking && costs ? this.#said(booking, costs) : nothing}
          ${costs || this.#problem ? nothing : html`<p class="quiet">${words.common.loading}</p>`}
          ${this.#problem ? html`<p role="alert">${this.#problem}</p>` : nothing}
        </div>
        <div class="pop__acts">
          ${costs?.movable
            ? html`
              <button class="btn btn--primary" type="button"
                @click=${this.#move}>${words.sessions.moveInstead}</button>
            `
            : nothing}
          <button class="btn" type="button" popovertarget="cancel-session"
            popovertargetaction="hide">${words.sessions.keep}</button>
          ${costs
            ? html`
              <button class="btn btn--grave" type="button"
                @click=${this.#cancel}>${words.sessions.cancelAnyway}</button>
            `
            : nothing}
        </div>
      </div>
    `;
  }

  #said(booking: BookingView, costs: CancellationView) {
    const { words, role } = this.sessions.app;
    const { services, credits } = this.sessions;
    const isPaid = costs.late && booking.price !== null && booking.kind !== "chemistry";
    const isLimited = services?.units_per_month !== null;
    const stays = costs.units > 0 && isLimited
      ? words.sessions.creditStays(costs.units)
      : isPaid || costs.late && booking.kind === "plan"
      ? words.sessions.paidStays
      : null;
    const left = costs.units > 0 && credits?.left != null && credits.allowance !== null
      ? words.sessions.leftOf(credits.left, credits.allowance + (credits.corrected ?? 0))
      : "";
    const until = movableUntil(booking, services?.late_hours ?? 0, this.now);
    const when = until === null
      ? null
      : `${this.times.day(until, this.now)} ${this.times.at(until)}`;
    return html`
      <p>${stays
        ? html`<strong>${words.sessions.countsAsHeld}</strong> ${stays} ${left}`
        : html`${words.sessions.isFree} ${
          booking.kind === "plan" && isLimited ? words.sessions.creditsBack(booking.units) : ""
        }`}</p>
      ${costs.movable
        ? html`<p>${
          when && role === "member" ? words.sessions.movesFreeUntil(when) : words.sessions.movesFree
        }</p>`
        : nothing}
    `;
  }

  readonly #move = (): void => {
    this.#sheet?.hidePopover();
    this.dispatchEvent(new CustomEvent("move", { detail: this.#booking, bubbles: true }));
  };

  readonly #cancel = async (): Promise<void> => {
    if (!this.#booking || this.#isBusy) return;
    this.#isBusy = true;
    try {
      await this.sessions.cancel(this.#booking.id);
      this.#sheet?.hidePopover();
      this.say(this.sessions.app.words.sessions.cancelled);
    } catch (fault) {
      this.#fail(fault);
    }
    this.#isBusy = false;
    this.requestUpdate();
  };

  #fail(fault: unknown): void {
    if (!(fault instanceof HttpProblem)) console.warn(fault);
    this.#problem = refusalWords(fault, this.sessions.app.words);
  }
}

customElements.define("cancel-dialog", CancelDialog);
