// The member's page: one conversation, its composer, and help.

import { html, nothing } from "lit";
import { attempt } from "../app/attempt.ts";
import { signOut } from "../app/leaving.ts";
import { mentorName } from "../app/names.ts";
import { Part } from "../app/part.ts";
import { Place } from "../app/place.ts";
import type { App } from "../app/start.ts";
import type { BookingView } from "../app/api_types.ts";
import type { Composer, Message } from "../client/protocol.ts";
import type { Talk } from "../state/talk.ts";
import type { PageAnnouncer } from "../parts/announcer.ts";
import "../parts/announcer.ts";
import "../bell/bell.ts";
import "../parts/composer.ts";
import type { RequestDialog as RequestDialogElement } from "../cases/request_dialog.ts";
import type { ReadingsDialog as ReadingsDialogElement } from "../cases/readings.ts";
import { coming } from "../parts/coming.ts";
import { PageElement } from "../parts/element.ts";
import { Times } from "../parts/format.ts";
import { helpAbove } from "../parts/help_dialog.ts";
import { linesHere, linesOf } from "../parts/help_lines.ts";
import { icon } from "../parts/icons.ts";
import { makeRoomForKeyboard } from "../parts/keyboard_room.ts";
import { lineStrip } from "../parts/line_strip.ts";
import "../parts/live_left.ts";
import "../parts/message_list.ts";
import { mutedMark, muteLine } from "../parts/muting.ts";
import { type MenuLine, pageMenu } from "../parts/page_menu.ts";
import { openSearch } from "../parts/searching.ts";
import { Shortcuts, talkShortcuts } from "../parts/shortcuts.ts";
import { hatching } from "../parts/week_figure.ts";
import { talkNotes } from "../parts/talk_notes.ts";
import { Ticker } from "../parts/ticker.ts";
import "../sessions/next_session.ts";
import type { SessionDialogs } from "../sessions/next_session.ts";
import { sessionsOf } from "../sessions/sessions.ts";
import type { WhyDialog } from "../parts/why_dialog.ts";
import "../parts/why_dialog.ts";
import { WeekOfWriting } from "../state/writing_week.ts";
import { lockHint, planCard, weekCard } from "./week_card.ts";

/** For whoever has one message too many below it, more than one mentor, or looks elsewhere. */
const EXPECTATIONS = new Part(() => import("../mentoring/expectations.ts"));
const GOING_ON = new Part(() => import("./going_on.ts"));
const ELSEWHERE = new Part(async () => {
  const [{ planPage }] = await Promise.all([
    import("./plan_page.ts"),
    import("../sessions/member_pages.ts"),
    import("../mentoring/exercise_page.ts"),
  ]);
  return planPage;
});
/** For whoever asks for it. */
const READINGS = new Part(() => import("../cases/readings.ts"));
const REQUESTS = new Part(() =>
  Promise.all([import("../cases/request_dialog.ts"), import("../cases/case_desk.ts")])
);

/** A live chat that begins within so long stands in the header. */
const SOON_MS = 60 * 60_000;

export class MemberPage extends PageElement {
  static override properties = { app: { attribute: false } };

  declare app: App;
  #stop: (() => void)[] = [];
  #talk: Talk | undefined;
  #week: WeekOfWriting | undefined;
  readonly #place = new Place();
  #ticker: Ticker | undefined;
  #shortcuts: Shortcuts | undefined;
  #stopTalk: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    const redraw = () => this.requestUpdate();
    this.#stop = [this.app.chats, this.#place].map((each) => each.watch(redraw));
    // What stands beside the conversation is asked for once there is room.
    addEventListener("resize", redraw);
    this.#stop.push(() => removeEventListener("resize", redraw));
    const { words } = this.app;
    const help = () => this.querySelector<HTMLElement>("#help")?.showPopover();
    this.#shortcuts = new Shortcuts(words, [
      ...talkShortcuts(this, words),
      { key: "s", label: words.search.title, act: this.#search },
      { key: "h", label: words.common.help, act: help },
    ]);
    this.#stop.push(this.#shortcuts.listen(), makeRoomForKeyboard(document.documentElement));
    const { clock } = this.app.chats.chat;
    this.#ticker ??= new Ticker(this, clock, () => [this.#talk?.view.next_session?.starts_at]);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of [...this.#stop, ...this.#stopTalk]) stop();
    this.#talk = undefined;
  }

  protected override willUpdate(): void {
    const talk = this.#chosen();
    if (talk === this.#talk) return;
    for (const stop of this.#stopTalk) stop();
    this.#talk = talk;
    this.#week = talk && new WeekOfWriting(this.app.http, talk);
    this.#stopTalk = [talk, this.#week].flatMap((each) =>
      each ? [each.watch(() => this.requestUpdate())] : []
    );
  }

  /** The one that the address names, else the one that goes on. */
  #chosen(): Talk | undefined {
    const { chats } = this.app;
    const [page, id] = this.#place.path;
    const named = page === "conversations" && id !== undefined ? chats.talk(id) : undefined;
    return named ?? chats.talks.find((each) => each.view.status !== "ended") ?? chats.talks[0];
  }

  protected override updated(): void {
    // Nothing that one stays at: a notice leads to what one has asked for.
    if (this.#talk && this.#place.path[0] === "requests") {
      this.#place.replace();
      void this.#request();
    }
    if (this.#place.path[0] === "plan") return void this.#week?.want();
    // Letters come first.
    if (!this.#talk?.hasPage) return;
    const isBeside = this.querySelector(".side")?.checkVisibility();
    if (isBeside || hintable(this.#talk.view.composer)) void this.#week?.want();
  }

  protected override render() {
    const { words } = this.app;
    const talk = this.#talk;
    const isElsewhere = ["sessions", "plan", "exercises"].includes(this.#place.path[0] ?? "");
    const name = talk ? mentorName(talk.view) : "";
    return html`
      ${talk && !isElsewhere
        ? html`<a class="skip" href="#text-${talk.view.id}">${words.common.skip}</a>`
        : nothing}
      <div class="app" @say=${this.#say} @move=${this.#move} @cancel=${this.#cancel}>
        <div class="app__in">
        ${talk && isElsewhere ? this.#elsewhere(talk) : this.#conversation(talk, name)}
        </div>
        ${talk
          ? html`<session-dialogs .sessions=${sessionsOf(this.app, talk)}></session-dialogs>`
          : nothing}
      </div>
      ${hatching()}
      <help-dialog .words=${words} .lines=${talk
        ? talk.view.composer.help ?? linesOf(talk.view.country)
        : linesHere()}></help-dialog>
      <why-dialog .app=${this.app} .name=${name}></why-dialog>
      <page-announcer></page-announcer>
    `;
  }

  #conversation(talk: Talk | undefined, name: string) {
    const { words, chats } = this.app;
    const week = this.#week?.week;
    return html`
        <header class="bar">
          <span class="avatar" aria-hidden="true">${name.slice(0, 1)}</span>
          <div class="bar__who">
            <h1>${name}</h1>
            <p>${talk ? [mutedMark(talk.view, words), this.#presence(talk)] : nothing}</p>
          </div>
          ${talk ? html`<live-left .app=${this.app} .talk=${talk}></live-left>` : nothing}
          <button class="btn btn--help" type="button"
            popovertarget="help">${icon("help")}${words.common.help}</button>
          <notice-bell .app=${this.app}></notice-bell>
          ${pageMenu("menu", this.#menu(), words)}
        </header>
        <main class="talk">
        ${lineStrip(chats.state, words, talk)}
        ${talk
          ? html`
            <session-strip class="next" .sessions=${sessionsOf(this.app, talk)}></session-strip>
            <message-list .app=${this.app} .talk=${talk} .name=${name}
              .start=${this.#toExpect(talk)} .canReport=${true} @exercise=${this.#exercise}
              @report=${(
                event: CustomEvent<Message>,
              ) => this.#request(event.detail)}></message-list>
            ${talkNotes(talk.view, name, this.app)}
            <push-offer .app=${this.app} .name=${name}></push-offer>
            ${this.#goingOn(talk)}
            <chat-composer
              .app=${this.app}
              .talk=${talk}
              .name=${name}
              .above=${helpAbove(this.app, talk)}
              .hint=${week ? lockHint(week, words) : nothing}
              .windows=${week?.kind === "windows" ? week.per_week : null}
              @why=${this.#why}
            ></chat-composer>
          `
          : this.#without()}
      </main>
      ${talk
        ? html`<aside class="side" aria-label=${words.week.side}>
            <session-side .sessions=${sessionsOf(this.app, talk)}></session-side>
            ${week ? weekCard(week, talk.view, name, this.app) : nothing}
            ${week ? planCard(week, talk.view, this.app) : nothing}
          </aside>`
        : nothing}
    `;
  }

  /** At the very beginning; its script comes once that is there. */
  #toExpect(talk: Talk) {
    if (!talk.hasPage || talk.more) return nothing;
    EXPECTATIONS.come(this.app.chats.chat);
    return html`
      <what-to-expect .app=${this.app} .talk=${talk}
        .closed=${talk.view.last_seq > 0}></what-to-expect>
    `;
  }

  readonly #exercise = (event: CustomEvent<string>): void => {
    location.hash = Place.link("exercises", event.detail);
  };

  /** Of whoever has, or had, more than one mentor; its script comes to nobody else. */
  #goingOn(talk: Talk) {
    if (this.app.chats.talks.length < 2) return nothing;
    GOING_ON.come(this.app.chats.chat);
    return html`<going-on .app=${this.app} .talk=${talk}></going-on>`;
  }

  /** Their scripts come when they are looked at first. */
  #elsewhere(talk: Talk) {
    const planPage = ELSEWHERE.come(this.app.chats.chat, this);
    if (!planPage) return html`<div class="empty">${coming(ELSEWHERE, this.app.words)}</div>`;
    const [page, ...path] = this.#place.path;
    if (page === "plan") return planPage(this.app, talk, this.#week);
    if (page === "exercises") {
      return html`<exercise-page .app=${this.app} .talk=${talk} .path=${path}></exercise-page>`;
    }
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
    return [
      ...(this.#talk ? [{ label: words.search.title, act: this.#search }] : []),
      { label: words.sessions.all, href: Place.link("sessions") },
      { label: words.week.plan, href: Place.link("plan") },
      { label: words.exercises.title, href: Place.link("exercises") },
      ...this.#others(),
      ...(this.#talk
        ? [
          { label: words.cases.requests, act: () => this.#request() },
          { label: words.readings.menu, act: this.#readings },
          muteLine(this.app, this.#talk.view),
        ]
        : []),
      { label: words.shortcuts.title, act: () => void this.#shortcuts?.show() },
      { label: words.settings.title, href: "/app/settings" },
      { label: words.common.signOut, act: this.#signOut },
    ];
  }

  /** Somebody may have written with more than one mentor. */
  #others(): MenuLine[] {
    const { words, chats } = this.app;
    return chats.talks.filter((each) => each !== this.#talk).map(({ view }) => ({
      label: view.status === "ended"
        ? words.member.endedWith(mentorName(view))
        : words.talk.with(mentorName(view)),
      href: Place.link("conversations", view.id),
    }));
  }

  #without() {
    const { words, chats } = this.app;
    return chats.isKnown
      ? html`<p class="quiet empty">${words.member.nobody}</p>`
      : html`<p class="quiet empty" aria-busy="true">${words.common.loading}</p>`;
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
    if (due === null && view.composer.reason === "closed" && view.composer.opens_at) {
      return words.talk.answersAgain(times.weekday(Date.parse(view.composer.opens_at)));
    }
    if (due === null) return words.talk.waits(mentorName(this.#talk!.view));
    const days = times.daysAway(due, now);
    const day = days === 0
      ? words.common.today
      : days === 1
      ? words.common.tomorrow
      : times.weekday(due);
    return words.talk.answersBy(`${day} ${times.at(due)}`);
  }

  readonly #say = (event: CustomEvent<string>): void => {
    this.querySelector<PageAnnouncer>("page-announcer")?.say(event.detail);
  };

  readonly #readings = async (): Promise<void> => {
    const readings = await READINGS.ask(this.app.words);
    if (!readings) return;
    let dialog = this.querySelector<ReadingsDialogElement>("readings-dialog");
    if (!dialog) {
      dialog = new readings.ReadingsDialog();
      dialog.app = this.app;
      this.append(dialog);
    }
    if (this.#talk) await dialog.open(this.#talk.view);
  };

  /** What one may ask for is loaded by whoever asks. */
  readonly #request = async (message?: Message): Promise<void> => {
    const requests = await REQUESTS.ask(this.app.words);
    if (!requests) return;
    const [{ RequestDialog }, { caseDeskOf }] = requests;
    let dialog = this.querySelector<RequestDialogElement>("request-dialog");
    if (!dialog) {
      dialog = new RequestDialog();
      dialog.app = this.app;
      dialog.desk = caseDeskOf(this.app);
      this.append(dialog);
    }
    if (this.#talk) await dialog.open(this.#talk.view, message);
  };

  readonly #signOut = (): void => {
    // Without the server it cannot be ended, and whoever finds the device would still be signed in.
    void attempt(() => signOut(this.app), this.app.words);
  };

  readonly #search = (): void => void openSearch(this, this.app, this.#talk);

  readonly #why = (): void => {
    if (this.#talk) void this.querySelector<WhyDialog>("why-dialog")?.open(this.#talk);
  };
}

/** Whether another plan might let them write now. */
function hintable({ reason }: Composer): boolean {
  return reason === "quota_used" || reason === "messages_used" || reason === "closed";
}

customElements.define("member-page", MemberPage);
