// One session that is to come or runs: what, when, for what, and join, move, cancel. Move stands before cancel.

import { html, nothing } from "lit";
import type { BookingView } from "../app/api_types.ts";
import { memberName, mentorName } from "../app/names.ts";
import { saveFile } from "../app/save_file.ts";
import { Ticker } from "../parts/ticker.ts";
import { SessionsElement } from "./element.ts";
import { callAddress, joinsByGoing, talkLink } from "./joining.ts";
import { phaseOf } from "./phases.ts";
import { costWords, refusalWords, serviceName, whenWords } from "./session_words.ts";

/** `move` and `cancel` are events of it, with the booking. */
export class SessionCard extends SessionsElement {
  static override properties = {
    ...SessionsElement.properties,
    booking: { attribute: false },
    place: { attribute: false },
  };

  declare booking: BookingView;
  /** Where on the page it stands: ids of it begin so. */
  declare place: string;
  #problem = "";
  #ticker: Ticker | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#ticker ??= new Ticker(this, this.sessions.app.chats.chat.clock, () => {
      const { joinFrom } = this.#phase;
      const { starts_at, ends_at } = this.booking;
      return [new Date(joinFrom).toISOString(), starts_at, ends_at];
    });
  }

  get #phase() {
    const { services } = this.sessions;
    return phaseOf(this.booking, services?.join_minutes ?? 0, this.now);
  }

  protected override render() {
    const { booking, times, now } = this;
    const { app, talk } = this.sessions;
    const { words } = app;
    const phase = this.#phase;
    const { starts, ends } = phase;
    const other = app.role === "member" ? mentorName(talk.view) : memberName(talk.view);
    const away = phase.isRunning
      ? words.sessions.runningNow
      : words.sessions.inSpan(times.span(starts - now));
    const isLimited = this.sessions.services?.units_per_month !== null;
    const cost = costWords(booking, isLimited, words, app.language);
    const extra = booking.kind === "extra" ? `${words.sessions.extra}, ` : "";
    return html`
      <div class="session">
        <span class="leaf" aria-hidden="true"><span>${times.shortWeekday(starts)}</span><span
          >${times.dayOfMonth(starts)}</span><span>${times.shortMonth(starts)}</span></span>
        <div>
          <p class="session__what">${serviceName(booking.service, words)}</p>
          <p><time datetime=${booking.starts_at}>${whenWords(
            starts,
            ends,
            times,
            now,
            words,
          )}</time></p>
          <p class="quiet small">${words.sessions.withName(other)}, ${away}. ${extra}${cost}.</p>
        </div>
        <div class="session__acts">
          ${this.#join(phase)}
          ${phase.isRunning ? nothing : html`
            <button class="btn" type="button" @click=${() => this.#tell("move")}>${words.sessions
              .move}</button>
            <button class="btn" type="button" @click=${() => this.#tell("cancel")}>${words.sessions
              .cancel}</button>
          `}
        </div>
        <p class="quiet small session__note"><span id="${this.place}-join">${this.#joining(
          phase,
        )}</span> <button class="btn btn--plain" type="button" @click=${this.#calendar}>${words
          .sessions.calendarFile}</button></p>
        ${this.#problem
          ? html`<p class="small session__note" role="alert">${this.#problem}</p>`
          : nothing}
      </div>
    `;
  }

  get #hasJoined(): boolean {
    const { member, mentor } = this.booking.joins;
    return (this.sessions.app.role === "member" ? member : mentor) !== null;
  }

  #joining({ joining, joinFrom }: ReturnType<typeof phaseOf>): string {
    const { app } = this.sessions;
    const { words } = app;
    if (this.#hasJoined) return words.sessions.joined;
    if (joining === "early") {
      const away = this.times.daysAway(joinFrom, this.now);
      // A weekday alone would be the one of this week.
      const name = away < 7 ? this.times.weekday(joinFrom) : this.times.day(joinFrom, this.now);
      const day = away === 0 ? "" : `${name} `;
      return words.sessions.joinFrom(`${day}${this.times.at(joinFrom)}`);
    }
    return joining === "open" ? words.sessions.joinNow : "";
  }

  #join({ joining }: ReturnType<typeof phaseOf>) {
    const { words } = this.sessions.app;
    const described = `${this.place}-join`;
    const address = callAddress(this.booking);
    // Nobody is cut off: who has joined may come back as long as it runs.
    const goesOn = joining === "over" && this.#hasJoined && this.booking.state === "running";
    if (address && (joining === "open" || goesOn)) {
      return html`
        <a class="btn btn--primary" href=${address} target="_blank" rel="noopener"
          aria-describedby=${described} @click=${this.#joined}>${words.sessions.join}</a>
      `;
    }
    // A live chat is the conversation itself: there is nowhere else to go to.
    if (joining === "over" || (this.#hasJoined && this.booking.service === "live_chat")) {
      return nothing;
    }
    return html`
      <button class="btn btn--primary" type="button" aria-describedby=${described}
        aria-disabled=${joining === "early" ? "true" : nothing} @click=${this.#joined}>${words
          .sessions.join}</button>
    `;
  }

  #tell(kind: "move" | "cancel"): void {
    this.dispatchEvent(new CustomEvent(kind, { detail: this.booking, bubbles: true }));
  }

  readonly #joined = async (): Promise<void> => {
    if (this.#phase.joining !== "open" || !joinsByGoing(this.booking)) return;
    await this.#try(async () => {
      await this.sessions.join(this.booking.id);
      if (this.booking.service === "live_chat") {
        location.hash = talkLink(this.sessions.app, this.booking);
      }
    });
  };

  readonly #calendar = (): Promise<void> =>
    this.#try(() => {
      const path = `/v1/bookings/${encodeURIComponent(this.booking.id)}/calendar`;
      return saveFile(this.sessions.app.http, path);
    });

  async #try(act: () => Promise<void>): Promise<void> {
    this.#problem = "";
    try {
      await act();
    } catch (fault) {
      this.#problem = refusalWords(fault, this.sessions.app.words);
    }
    this.requestUpdate();
  }
}

customElements.define("session-card", SessionCard);
