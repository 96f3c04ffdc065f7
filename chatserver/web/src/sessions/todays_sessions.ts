// A mentor's sessions of today, or of some days: join, finish, confirm a no-show, move.

import { html, nothing } from "lit";
import type { BookingList, BookingView } from "../app/api_types.ts";
import { memberName, nameOf } from "../app/names.ts";
import { Place } from "../app/place.ts";
import type { App } from "../app/start.ts";
import { PageElement } from "../parts/element.ts";
import { capital, Times } from "../parts/format.ts";
import { Ticker } from "../parts/ticker.ts";
import { callAddress, joinsByGoing, talkLink } from "./joining.ts";
import "./next_session.ts";
import type { SessionDialogs } from "./next_session.ts";
import { phaseOf } from "./phases.ts";
import { refusalWords, serviceName } from "./session_words.ts";
import { type Sessions, sessionsOf } from "./sessions.ts";

const DAY = 24 * 60 * 60_000;
/** Joining begins so long before a session; the server's word on it is in its refusal. */
const JOIN_MINUTES = 10;
/** From then on a mentor who is there alone may say that the member did not come: nobody tells the app, so it asks. */
const NO_SHOW_MS = 10 * 60_000;
const GONE: ReadonlySet<BookingView["state"]> = new Set(["cancelled"]);

export class TodaysSessions extends PageElement {
  static override properties = { app: { attribute: false }, days: { attribute: false } };

  declare app: App;
  /** How many, with today. */
  declare days: number;
  #bookings: BookingView[] | undefined;
  /** Ids of those that were asked about when the member might not come any more. */
  readonly #lookedAt = new Set<string>();
  #problem = "";
  #moving: Sessions | undefined;
  #stop: (() => void)[] = [];
  #ticker: Ticker | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    const { chat } = this.app.chats;
    this.#stop = [chat.on("event", (event) => {
      if (event.type === "session" || event.type === "welcome") void this.#load();
    })];
    this.#ticker ??= new Ticker(
      this,
      chat.clock,
      () =>
        (this.#bookings ?? []).flatMap(({ starts_at }) => [
          starts_at,
          new Date(Date.parse(starts_at) + NO_SHOW_MS).toISOString(),
        ]),
    );
    void this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stop) stop();
  }

  async #load(): Promise<void> {
    const { http, user, chats } = this.app;
    const times = new Times(this.app.language);
    const now = chats.chat.clock.now();
    const began = now - times.minutesOfDay(now) * 60_000 - now % 60_000;
    const asked = new URLSearchParams({
      from: new Date(began).toISOString(),
      until: new Date(began + this.days * DAY).toISOString(),
    });
    try {
      const path = `/v1/mentors/${encodeURIComponent(user)}/bookings?${asked}`;
      const { bookings } = await http.get<BookingList>(path);
      this.#bookings = bookings.filter(({ state }) => !GONE.has(state));
      this.#problem = "";
    } catch {
      this.#problem = this.app.words.common.failed;
    }
    this.requestUpdate();
  }

  protected override updated(): void {
    const now = this.app.chats.chat.clock.now();
    const alone = (this.#bookings ?? []).find(({ id, starts_at, state, joins }) =>
      state !== "no_show_candidate" && joins.mentor !== null && joins.member === null &&
      now - Date.parse(starts_at) >= NO_SHOW_MS && !this.#lookedAt.has(id)
    );
    if (!alone) return;
    this.#lookedAt.add(alone.id);
    void this.#load();
  }

  protected override render() {
    const { words } = this.app;
    const times = new Times(this.app.language);
    const now = this.app.chats.chat.clock.now();
    const bookings = this.#bookings ?? [];
    const days = [...new Set(bookings.map((each) => times.dayNumber(Date.parse(each.starts_at))))];
    return html`
      ${this.#problem ? html`<p role="alert">${this.#problem}</p>` : nothing}
      ${this.#bookings?.length === 0 ? html`<p class="quiet">${words.today.nothing}</p>` : nothing}
      ${days.map((day) => {
        const here = bookings.filter((each) => times.dayNumber(Date.parse(each.starts_at)) === day);
        const isToday = day === times.dayNumber(now);
        return html`
          ${this.days > 1
            ? html`<h3>${
              isToday
                ? capital(words.common.today)
                : capital(times.day(Date.parse(here[0]!.starts_at), now))
            }</h3>`
            : nothing}
          <ul class="list list--time">${here.map((each) => this.#row(each, times, now))}</ul>
        `;
      })}
      ${this.#moving
        ? html`<session-dialogs .sessions=${this.#moving}></session-dialogs>`
        : nothing}
    `;
  }

  #row(booking: BookingView, times: Times, now: number) {
    const { words } = this.app;
    const talk = this.app.chats.talk(booking.conversation);
    const name = talk ? memberName(talk.view) : nameOf(booking.member);
    // Beside the list of conversations it would be the same link again.
    const who = this.days > 1
      ? html`<a href=${Place.link("conversations", booking.conversation)}>${name}</a>`
      : name;
    const phase = phaseOf(booking, JOIN_MINUTES, now);
    const units = booking.kind === "plan" && booking.units > 1
      ? `, ${words.sessions.credits(booking.units)}`
      : "";
    const span = phase.isRunning
      ? words.today.states[booking.state === "booked" ? "running" : booking.state]
      : words.sessions.inSpan(times.span(phase.starts - now));
    return html`
      <li>
        <time datetime=${booking.starts_at}>${times.clock(phase.starts)}</time>
        <span><strong>${who}</strong><br><span class="quiet">${serviceName(
          booking.service,
          words,
        )}, ${words.sessions
          .minutes(booking.minutes)}${units}, ${span}</span></span>
        <span class="row">${talk ? this.#acts(booking, phase, name, times) : nothing}</span>
      </li>
    `;
  }

  #acts(booking: BookingView, phase: ReturnType<typeof phaseOf>, name: string, times: Times) {
    const { words } = this.app;
    const isOver = !["booked", "running", "no_show_candidate"].includes(booking.state);
    if (isOver) return nothing;
    const { joins } = booking;
    const hasBoth = joins.member !== null && joins.mentor !== null;
    const back = joins.mentor !== null && !joinsByGoing(booking)
      ? this.#link(booking, name)
      : nothing;
    if (phase.isRunning && hasBoth) {
      return html`${back}${
        this.#button(
          words.sessions.finish,
          words.today.finishWith(name),
          () => this.#sessions(booking).finish(booking.id),
        )
      }`;
    }
    const noShow = booking.state === "no_show_candidate"
      ? this.#button(
        words.sessions.noShow,
        words.today.noShowOf(name),
        () => this.#sessions(booking).noShow(booking.id),
      )
      : nothing;
    if (phase.joining === "open" && joins.mentor === null) {
      return callAddress(booking) ? this.#link(booking, name) : html`
        <button class="btn btn--primary" type="button" aria-label=${words.today.joinWith(name)}
          @click=${() => this.#join(booking)}>${words.sessions.join}</button>
      `;
    }
    if (phase.isRunning) return html`${back}${noShow}`;
    return html`
      <button class="btn" type="button"
        aria-label=${words.today.moveWith(name, times.at(phase.starts))}
        @click=${() => this.#move(booking)}>${words.sessions.move}</button>
    `;
  }

  #link(booking: BookingView, name: string) {
    const { sessions, today } = this.app.words;
    return html`
      <a class="btn btn--primary" href=${callAddress(booking) ?? ""} target="_blank" rel="noopener"
        aria-label=${today.joinWith(name)} @click=${() =>
          joinsByGoing(booking) && void this.#join(booking)}>${sessions.join}</a>
    `;
  }

  #button(label: string, name: string, act: () => Promise<unknown>) {
    return html`<button class="btn" type="button" aria-label=${name} @click=${() =>
      this.#try(act)}>${label}</button>`;
  }

  #sessions(booking: BookingView): Sessions {
    return sessionsOf(this.app, this.app.chats.talk(booking.conversation)!);
  }

  #join(booking: BookingView): Promise<void> {
    return this.#try(async () => {
      await this.#sessions(booking).join(booking.id);
      if (booking.service === "live_chat") location.hash = talkLink(this.app, booking);
    });
  }

  async #move(booking: BookingView): Promise<void> {
    this.#moving = this.#sessions(booking);
    void this.#moving.load();
    this.requestUpdate();
    await this.updateComplete;
    const dialogs = this.querySelector<SessionDialogs>("session-dialogs");
    await dialogs?.updateComplete;
    dialogs?.move(booking);
  }

  async #try(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
      await this.#load();
    } catch (fault) {
      this.#problem = refusalWords(fault, this.app.words);
      this.requestUpdate();
    }
  }
}

customElements.define("todays-sessions", TodaysSessions);
