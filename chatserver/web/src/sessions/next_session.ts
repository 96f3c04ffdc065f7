// The next session of a member's conversation: a strip that opens above the letters, or a card beside them.

import { html, nothing } from "lit";
import { Place } from "../app/place.ts";
import type { BookingView } from "../app/api_types.ts";
import { icon } from "../parts/icons.ts";
import "./cancel_dialog.ts";
import type { CancelDialog } from "./cancel_dialog.ts";
import { SessionsElement } from "./element.ts";
import "./move_dialog.ts";
import type { MoveDialog } from "./move_dialog.ts";
import "./session_card.ts";
import { serviceIcon, serviceName } from "./session_words.ts";

/** The strip; nothing where nothing is booked. */
export class SessionStrip extends SessionsElement {
  protected override want(): void {
    this.sessions.wantAfterLetters();
  }

  protected override render() {
    const [next] = this.sessions.toCome;
    if (!next) return nothing;
    const { words } = this.sessions.app;
    const { times } = this;
    const starts = Date.parse(next.starts_at);
    return html`
      <details>
        <summary>${icon(serviceIcon(next.service))}<span><strong>${serviceName(
          next.service,
          words,
        )}</strong> ${times.shortDay(starts)} ${times.at(starts)}</span>${icon("down")}</summary>
        <section aria-label=${words.sessions.region}>
          <session-card .sessions=${this
            .sessions} .booking=${next} .place=${"strip"}></session-card>
        </section>
      </details>
    `;
  }
}

/** The card, with the way to all of them. */
export class SessionSide extends SessionsElement {
  protected override want(): void {
    this.sessions.wantAfterLetters();
  }

  protected override render() {
    const { words } = this.sessions.app;
    const [next] = this.sessions.toCome;
    const isBookable = this.sessions.services?.services.length !== 0;
    return html`
      <section class="card" aria-label=${words.sessions.region}>
              <h2>${words.sessions.next}</h2>
              ${next
                ? html`
                  <session-card .sessions=${this.sessions} .booking=${next}
                    .place=${"side"}></session-card>
                `
                : html`<p class="quiet">${words.sessions.nothing}</p>`}
              <p class="session__more"><a class="btn btn--plain" href=${Place.link(
                "sessions",
              )}>${words
                .sessions.all}</a>
      ${isBookable
        ? html`
          <a class="btn" href=${Place.link("sessions", "book")}>${icon("calendar")}${words.booking
            .title}</a>
        `
        : nothing}</p>
            </section>
    `;
  }
}

/** The two dialogs that cards on a page ask for. */
export class SessionDialogs extends SessionsElement {
  protected override want(): void {
    // Who opens one has asked.
  }

  protected override render() {
    return html`
      <cancel-dialog .sessions=${this.sessions} @move=${this.#move}></cancel-dialog>
      <move-dialog .sessions=${this.sessions}></move-dialog>
    `;
  }

  move(booking: BookingView): void {
    void this.querySelector<MoveDialog>("move-dialog")?.open(booking);
  }

  cancel(booking: BookingView): void {
    void this.querySelector<CancelDialog>("cancel-dialog")?.open(booking);
  }

  readonly #move = (event: CustomEvent<BookingView>): void => {
    event.stopPropagation();
    this.move(event.detail);
  };
}

customElements.define("session-strip", SessionStrip);
customElements.define("session-side", SessionSide);
customElements.define("session-dialogs", SessionDialogs);
