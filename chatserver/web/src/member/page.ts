// The member's page: one conversation, its composer, and help.

import { html, nothing } from "lit";
import { signOut } from "../app/leaving.ts";
import { mentorName } from "../app/names.ts";
import { Place } from "../app/place.ts";
import type { BookingView } from "../app/api_types.ts";
import type { App } from "../app/start.ts";
import type { Talk } from "../state/talk.ts";
import type { PageAnnouncer } from "../parts/announcer.ts";
import "../parts/announcer.ts";
import "../parts/composer.ts";
import { PageElement } from "../parts/element.ts";
import { Times } from "../parts/format.ts";
import { helpStrip } from "../parts/help_dialog.ts";
import { icon } from "../parts/icons.ts";
import { lineStrip } from "../parts/line_strip.ts";
import "../parts/live_left.ts";
import "../parts/message_list.ts";
import { type MenuLine, pageMenu } from "../parts/page_menu.ts";
import { talkNotes } from "../parts/talk_notes.ts";
import { Ticker } from "../parts/ticker.ts";
import "../sessions/next_session.ts";
import type { SessionDialogs } from "../sessions/next_session.ts";
import { sessionsOf } from "../sessions/sessions.ts";
import type { WhyDialog } from "../parts/why_dialog.ts";
import "../parts/why_dialog.ts";

/** A live chat that begins within so long stands in the header. */
const SOON_MS = 60 * 60_000;

export class MemberPage extends PageElement {
  static override properties = { app: { attribute: false } };

  declare app: App;
  #stop: (() => void) | undefined;
  #failed = false;
  readonly #place = new Place();
  #stopPlace: (() => void) | undefined;
  #hasPages = false;
  #talk: Talk | undefined;
  #ticker: Ticker | undefined;
  #stopTalk: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = this.app.chats.watch(() => this.requestUpdate());
    this.#stopPlace = this.#place.watch(() => this.requestUpdate());
    const { clock } = this.app.chats.chat;
    this.#ticker ??= new Ticker(this, clock, () => [this.#talk?.view.next_session?.starts_at]);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
    this.#stopPlace?.();
    this.#stopTalk?.();
    this.#talk = undefined;
  }

  protected override willUpdate(): void {
    const talk = this.app.chats.talks.find((each) => each.view.status !== "ended") ??
      this.app.chats.talks[0];
    if (talk === this.#talk) return;
    this.#stopTalk?.();
    this.#talk = talk;
    this.#stopTalk = talk?.watch(() => this.requestUpdate());
  }

  protected override render() {
    const { words } = this.app;
    const talk = this.#talk;
    const name = talk ? mentorName(talk.view) : "";
    const zone = talk?.view.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    return html`
      ${talk
        ? html`<a class="skip" href="#text-${talk.view.id}">${words.common.skip}</a>`
        : nothing}
      <div class="app" @say=${this.#say} @move=${this.#move} @cancel=${this.#cancel}>
        <div class="app__in">
        ${talk && this.#place.path[0] === "sessions"
          ? this.#sessions(talk)
          : this.#conversation(talk, name, zone)}
        </div>
        ${talk
          ? html`<session-dialogs .sessions=${sessionsOf(this.app, talk)}></session-dialogs>`
          : nothing}
      </div>
      <help-dialog .words=${words} .zone=${zone}></help-dialog>
      <why-dialog .app=${this.app} .name=${name}></why-dialog>
      <page-announcer></page-announcer>
    `;
  }

  #conversation(talk: Talk | undefined, name: string, zone: string) {
    const { words, chats } = this.app;
    return html`
        <header class="bar">
          <span class="avatar" aria-hidden="true">${name.slice(0, 1)}</span>
          <div class="bar__who">
            <h1>${name}</h1>
            <p>${talk ? this.#presence(talk) : nothing}</p>
          </div>
          ${talk ? html`<live-left .app=${this.app} .talk=${talk}></live-left>` : nothing}
          <button class="btn btn--help" type="button"
            popovertarget="help">${icon("help")}${words.common.help}</button>
          ${pageMenu("menu", this.#menu(), words)}
        </header>
        <main class="talk">
        ${lineStrip(chats.state, words)}
        ${this.#failed
          ? html`<div class="strip" role="alert">${icon("info")}<p>${words.common.failed}</p></div>`
          : nothing}
        ${talk
          ? html`
            <session-strip class="next" .sessions=${sessionsOf(this.app, talk)}></session-strip>
            <message-list .app=${this.app} .talk=${talk} .name=${name}
              @heard=${this.#heard}></message-list>
            ${talkNotes(talk.view, name, this.app)}
            <chat-composer
              .app=${this.app}
              .talk=${talk}
              .name=${name}
              .above=${helpStrip(words, zone)}
              @why=${this.#why}
            ></chat-composer>
          `
          : html`<p class="quiet empty" aria-busy="true">${words.common.loading}</p>`}
      </main>
        ${talk
          ? html`
            <aside class="side" aria-label=${words.sessions.all}>
              <session-side .sessions=${sessionsOf(this.app, talk)}></session-side>
            </aside>
          `
          : nothing}
    `;
  }

  /** Their script comes when they are looked at first. */
  #sessions(talk: Talk) {
    if (!this.#hasPages) {
      void import("../sessions/member_pages.ts").then(() => {
        this.#hasPages = true;
        this.requestUpdate();
      });
      return html`<p class="quiet empty" aria-busy="true">${this.app.words.common.loading}</p>`;
    }
    const path = this.#place.path.slice(1);
    return html`
      <member-sessions .sessions=${sessionsOf(this.app, talk)} .path=${path}></member-sessions>
    `;
  }

  readonly #move = (event: CustomEvent<BookingView>): void => {
    this.querySelector<SessionDialogs>("session-dialogs")?.move(event.detail);
  };

  readonly #cancel = (event: CustomEvent<BookingView>): void => {
    this.querySelector<SessionDialogs>("session-dialogs")?.cancel(event.detail);
  };

  #menu(): MenuLine[] {
    const { words } = this.app;
    return [{ label: words.sessions.all, href: Place.link("sessions") }, {
      label: words.common.signOut,
      act: this.#signOut,
    }];
  }

  /** A live chat, that the mentor is away, or by when an answer comes: never that it is late. */
  #presence({ view }: Talk): string {
    const { words, language, chats } = this.app;
    const times = new Times(language, view.zone);
    const now = chats.chat.clock.now();
    if (view.status === "ended") return words.state.ended;
    if (view.composer.live_until) return words.live.now;
    if (view.next_session?.service === "live_chat" && view.next_session.state === "booked") {
      const starts = Date.parse(view.next_session.starts_at);
      if (starts > now && starts - now <= SOON_MS) {
        return words.live.soon(times.at(starts), times.span(starts - now));
      }
    }
    if (view.away) {
      const until = Date.parse(view.away.until);
      return words.talk.away(mentorName(view), times.shortDay(until));
    }
    const due = view.reply.due_at && !view.reply.overdue ? Date.parse(view.reply.due_at) : null;
    if (due === null) return words.talk.waits(mentorName(this.#talk!.view));
    const days = times.daysAway(due, now);
    const day = days === 0 ? words.common.today : times.weekday(due);
    return words.talk.answersBy(`${day} ${times.at(due)}`);
  }

  readonly #heard = (event: CustomEvent<string>): void => {
    const said = this.app.words.talk.says(mentorName(this.#talk!.view), event.detail);
    this.#announce(said);
  };

  readonly #say = (event: CustomEvent<string>): void => this.#announce(event.detail);

  #announce(said: string): void {
    this.querySelector<PageAnnouncer>("page-announcer")?.say(said);
  }

  readonly #signOut = (): void => {
    // Without the server it cannot be ended, and whoever finds the device would still be signed in.
    signOut(this.app).catch(() => {
      this.#failed = true;
      this.requestUpdate();
    });
  };

  readonly #why = (): void => {
    if (this.#talk) void this.querySelector<WhyDialog>("why-dialog")?.open(this.#talk.view);
  };
}

customElements.define("member-page", MemberPage);
