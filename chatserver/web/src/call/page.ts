// The page of a call: the check before it, the stage with its controls, the chat beside it, and what comes after.

import { html, nothing, type TemplateResult } from "lit";
import { memberName, mentorName, nameOf } from "../app/names.ts";
import { Part } from "../app/part.ts";
import type { App } from "../app/start.ts";
import type { BookingView } from "../app/api_types.ts";
import type { PageAnnouncer } from "../parts/announcer.ts";
import "../parts/announcer.ts";
import { coming } from "../parts/coming.ts";
import { PageElement } from "../parts/element.ts";
import { Times } from "../parts/format.ts";
import { icon, type IconName } from "../parts/icons.ts";
import { type LiveStage, momentBetween, stageOf } from "../parts/live_stage.ts";
import { makeRoomForKeyboard } from "../parts/keyboard_room.ts";
import { Ticker } from "../parts/ticker.ts";
import { refusalWords, whenWords } from "../sessions/session_words.ts";
import { talkLink } from "../sessions/joining.ts";
import type { Talk } from "../state/talk.ts";
import type { CallWords } from "../words/call/words.ts";
import { Call, type Moment, type Phase } from "./call.ts";
import "./device_check.ts";
import { NO_SHOW_MS, stageNote } from "./notes.ts";

const MINUTE = 60_000;
/** For whoever looks at it. */
const CHAT = new Part(() => import("./chat.ts"));
/** Where there is room the chat stands beside the stage from the beginning. */
const ROOM = "(min-width: 60rem)";

export class CallPage extends PageElement {
  static override properties = { app: { attribute: false }, words: { attribute: false } };

  declare app: App;
  declare words: CallWords;
  /** Of the booking. */
  readonly #id: string;
  #call: Call | undefined;
  #isChatting = matchMedia(ROOM).matches;
  /** The document's, without the number of what is new. */
  #title: string | undefined;
  #left: LiveStage | undefined;
  #talk: Talk | undefined;
  #stopTalk: (() => void) | undefined;
  #stop: (() => void)[] = [];
  #ticker: Ticker | undefined;

  constructor(id: string) {
    super();
    this.#id = id;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#call ??= new Call(this.app, this.#id, (moment) => this.#happened(moment));
    this.#stop = [
      this.#call.watch(() => this.requestUpdate()),
      makeRoomForKeyboard(document.documentElement),
    ];
    this.#ticker ??= new Ticker(this, this.app.chats.chat.clock, () => this.#instants());
    void this.#call.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stop) stop();
    this.#stopTalk?.();
    this.#talk = undefined;
  }

  /** What is unread, and who is there, stands on the page too. */
  protected override willUpdate(): void {
    const talk = this.#call?.talk;
    if (talk === this.#talk) return;
    this.#stopTalk?.();
    this.#talk = talk;
    this.#stopTalk = talk?.watch(() => this.requestUpdate());
  }

  #instants(): string[] {
    const booking = this.#call?.booking;
    if (!booking) return [];
    const late = new Date(Date.parse(booking.starts_at) + NO_SHOW_MS).toISOString();
    return [booking.starts_at, late, booking.ends_at];
  }

  get #name(): string {
    const { talk, booking } = this.#call!;
    if (talk) return this.app.role === "member" ? mentorName(talk.view) : memberName(talk.view);
    return booking ? nameOf(this.app.role === "member" ? booking.mentor : booking.member) : "";
  }

  get #times(): Times {
    return new Times(
      this.app.language,
      this.app.role === "member" ? this.#call?.talk?.view.zone : null,
    );
  }

  get #now(): number {
    return this.app.chats.chat.clock.now();
  }

  protected override updated(): void {
    const call = this.#call!;
    const { booking, phase } = call;
    const title = booking && this.words.title(this.#name);
    if (title && title !== this.#title) document.title = this.#title = title;
    if (!booking || phase !== "in") {
      this.#left = undefined;
      return;
    }
    const before = this.#left;
    this.#left = stageOf(Date.parse(booking.ends_at) - this.#now);
    const moment = before === undefined ? null : momentBetween(before, this.#left);
    // The note on the stage says the end.
    if (moment === 5 || moment === 1) this.#say(this.words.notes.minutesLeft(moment));
  }

  protected override render() {
    const call = this.#call!;
    return html`
      <div class="call" @say=${this.#spoken}>
        <div class=${this.#isChatting && call.phase === "in"
          ? "call__in is-chatting"
          : "call__in"}>${this.#shown(call)}</div>
      </div>
      <page-announcer></page-announcer>
    `;
  }

  #shown(call: Call) {
    const { booking, phase } = call;
    if (phase === "loading") {
      return html`
        <main class="call__wait" aria-busy="true">
          <p class="quiet">${this.app.words.common
            .loading}</p>
        </main>
      `;
    }
    if (phase === "in" && booking) return this.#stage(call, booking);
    if (phase === "check" && booking) {
      return html`
        ${this.#top(this.words.check.title, this.words.check.what(this.#name, this.#span(booking)))}
        <main>
          <device-check .call=${call} .words=${this.words} .name=${this
            .#name}></device-check>
        </main>
      `;
    }
    return this.#after(call, phase);
  }

  #top(title: string, more: string, left: TemplateResult | typeof nothing = nothing) {
    return html`
      <header class="call__top"><div><h1>${title}</h1><p>${more}</p></div>${left}</header>
    `;
  }

  /** "11:00–11:30". */
  #span({ starts_at, ends_at }: BookingView): string {
    const times = this.#times;
    return `${times.clock(Date.parse(starts_at))}–${times.clock(Date.parse(ends_at))}`;
  }

  // In the call

  #stage(call: Call, booking: BookingView) {
    const { words } = this;
    const [name, times, now] = [this.#name, this.#times, this.#now];
    const [starts, ends] = [Date.parse(booking.starts_at), Date.parse(booking.ends_at)];
    const isOver = now >= ends;
    const when = isOver
      ? words.bookedUntil(times.at(ends))
      : whenWords(starts, ends, times, now, this.app.words);
    const left = isOver
      ? html`<p class="call__left"><b>${words.overTime}</b><span>${
        words.overBy(
          times.span(Math.max(now - ends, MINUTE)),
        )
      }</span></p>`
      : html`<p class="call__left"><b>${
        times.span(ends - Math.max(now, starts))
      }</b><span>${words.left}</span></p>`;
    const { devices, line, manner } = call;
    const note = stageNote(call, name, words, times, now);
    const isSeen = line?.state === "connected" && manner?.camera !== "off";
    const own = devices.isSharing ? "face face--screen" : "face face--own";
    const face = manner?.camera === "screen" ? "face face--screen" : "face";
    return html`
      ${this.#top(words.title(name), when, left)}
      <main>
        <div class="stage" role="region" aria-label=${words.picture}>
          <video class=${isSeen ? face : "face is-unseen"} autoplay playsinline
            .srcObject=${line?.remote ?? null}></video>
          ${isSeen
            ? nothing
            : html`<span class="stage__letter" aria-hidden="true">${name.slice(0, 1)}</span>`}
          <p class="stage__name">${this.#standing(call, name)}</p>
          <div class="self">
            ${devices.preview
              ? html`
                <video class=${own} autoplay playsinline .muted=${true}
                  .srcObject=${devices.preview}></video>
              `
              : html`<span class="preview__off">${icon("camoff")}</span>`}
            <p class="self__name">${devices.preview ? words.you : words.cameraOff}</p>
          </div>
          <div class="stage__notes" role="status">${note
            ? html`
              <div
                class="stage__note">${icon(note.icon)}<div><p><strong>${note
                  .lead}</strong> ${note.more}</p>${this.#act(call, note.act)}${this.#refused(
                    call,
                  )}</div></div>
            `
            : nothing}</div>
        </div>
        ${this.#controls(call)}
      </main>
      ${this.#isChatting ? this.#chat(call, name) : nothing}
    `;
  }

  #standing({ isTogether, manner, line }: Call, name: string) {
    const { words } = this;
    if (!isTogether) return words.waitingFor(name);
    if (line?.state === "connecting") return words.notes.connecting(name);
    const said = manner?.camera === "screen" ? words.shares(name) : name;
    return manner?.muted ? html`${icon("micoff", "s")}${words.hasMuted(said)}` : said;
  }

  #act(call: Call, act: "finish" | "absent" | undefined) {
    if (act === undefined) return nothing;
    const [label, done] = act === "finish"
      ? [this.words.finish, () => call.finish()]
      : [this.words.absent(this.#name), () => call.noShow()];
    return html`<button class="btn" type="button" @click=${() => void done()}>${label}</button>`;
  }

  #refused(call: Call) {
    if (!call.refusal) return nothing;
    return html`<p class="small">${refusalWords(call.refusal, this.app.words)}</p>`;
  }

  #controls(call: Call) {
    const { words } = this;
    const { devices } = call;
    const isOff = devices.camera === null;
    const unread = this.#isChatting ? 0 : call.talk?.unread ?? 0;
    return html`
      <div class="ctl" role="group" aria-label=${words.controls}>
        ${this.#toggle(
          devices.isMuted ? "micoff" : "mic",
          words.mute,
          devices.isMuted,
          () => devices.microphone ? devices.mute(!devices.isMuted) : void devices.start(),
        )}
        ${this.#toggle(
          isOff ? "camoff" : "video",
          words.cameraOff,
          isOff,
          () => void devices.show(isOff),
        )}
        ${devices.canShare
          ? this.#toggle(
            "share",
            words.share,
            devices.isSharing,
            () => devices.isSharing ? devices.stopSharing() : void devices.share(),
          )
          : nothing}
        ${this.#toggle(
          "chat",
          words.chat,
          this.#isChatting,
          this.#turnChat,
          unread ? html`<span class="ctl__count">${words.unread(unread)}</span>` : nothing,
        )}
        <button class="btn btn--leave" type="button" @click=${() => call.leave()}>${icon(
          "leave",
        )}${words.leave}</button>
      </div>
    `;
  }

  #toggle(
    shape: IconName,
    label: string,
    isPressed: boolean,
    act: () => void,
    more: TemplateResult | typeof nothing = nothing,
  ) {
    return html`
      <button class="btn" type="button" aria-pressed=${String(
        isPressed,
      )}
        @click=${act}>${icon(shape)}${label}${more}</button>
    `;
  }

  readonly #turnChat = (): void => {
    this.#isChatting = !this.#isChatting;
    this.requestUpdate();
  };

  #chat({ talk }: Call, name: string) {
    const isHere = CHAT.come(this.app.chats.chat, this) !== undefined;
    return html`
      <section class="callchat" aria-label=${this.words.chat}>
        <h2>${this.words.chatTitle(name)}</h2>
        ${talk && isHere
          ? html`<call-chat .app=${this.app} .talk=${talk} .name=${name}></call-chat>`
          : html`<div class="empty">${coming(CHAT, this.app.words)}</div>`}
      </section>
    `;
  }

  // After it

  #after(call: Call, phase: Phase) {
    const { words } = this;
    const name = this.#name;
    const { booking } = call;
    const again = html`<button class="btn btn--primary" type="button" @click=${() =>
      void call.join()}>${phase === "failed" ? words.tryAgain : words.joinAgain}</button>`;
    const chat = booking
      ? html`<a class="btn" href=${this.#home(booking)}>${words.openChat}</a>`
      : html`<a class="btn" href="/app/${this.app.role}">${words.openChat}</a>`;
    const top = booking ? this.#top(words.title(name), this.#span(booking)) : nothing;
    return html`
      ${top}
      <main>
        <div class="check check--after">${this.#said(call, phase, name, again, chat)}${this
          .#refused(call)}</div>
      </main>
    `;
  }

  #said(call: Call, phase: Phase, name: string, again: TemplateResult, chat: TemplateResult) {
    const { ended, failed, finish, tryAgain } = this.words;
    const booking = call.booking;
    switch (phase) {
      case "failed":
        return html`
          <h2>${failed.title}</h2><p>${failed.lead}</p>
          <ol>
            <li>${failed.first}</li>
            <li>${failed.second(name)}</li>
          </ol>
          <div class="row">${again}${chat}</div>
          ${call.isRelayed ? nothing : html`<p class="small check__quiet">${failed.unrelayed}</p>`}
          <p class="small check__quiet">${failed.recorded}</p>
        `;
      case "left": {
        const ends = Date.parse(booking!.ends_at);
        const more = this.#now < ends ? ended.leftMore(this.#times.at(ends)) : ended.leftOver;
        const mayFinish = this.app.role === "mentor" && booking!.state === "running" &&
          booking!.joins.member !== null && booking!.joins.mentor !== null;
        return html`
          <h2>${ended.left}</h2>
          <p>${more}</p>
          <div class="row">${again}${chat}${mayFinish
            ? html`<button class="btn" type="button" @click=${() =>
              void call.finish()}>${finish}</button>`
            : nothing}</div>
        `;
      }
      case "elsewhere":
        return html`
          <h2>${ended.elsewhere}</h2>
          <p>${ended.elsewhereMore}</p>
          <div class="row">${again}${chat}</div>
        `;
      case "over":
        return html`
          <h2>${ended.over}</h2>
          <p>${ended.overMore(name)}</p>
          <div class="row">${chat}</div>
        `;
      case "suspended":
        return html`
          <h2>${ended.suspended}</h2>
          <p>${ended.suspendedMore}</p>
          <div class="row">${chat}</div>
        `;
      case "cancelled":
        return html`
          <h2>${ended.cancelled}</h2>
          <div class="row">${chat}</div>
        `;
      case "unreachable":
        return html`
          <h2>${ended.failed}</h2>
          <p>${ended.failedMore}</p>
          <div
            class="row"><button class="btn btn--primary" type="button" @click=${() =>
              void call.load()}>${tryAgain}</button></div>
        `;
      default:
        return html`
          <h2>${ended.missing}</h2>
          <p>${ended.missingMore}</p>
          <div class="row">${chat}</div>
        `;
    }
  }

  #home(booking: BookingView): string {
    return `/app/${this.app.role}${talkLink(this.app, booking)}`;
  }

  // Spoken

  #happened(moment: Moment): void {
    const { notes } = this.words;
    const name = this.#name;
    // That the line is lost, or somebody has left, the note on the stage says.
    if (moment === "joined") this.#say(notes.hasJoined(name));
    else if (moment === "back") this.#say(notes.back);
  }

  readonly #spoken = (event: CustomEvent<string>): void => this.#say(event.detail);

  #say(text: string): void {
    this.querySelector<PageAnnouncer>("page-announcer")?.say(text);
  }
}

customElements.define("call-page", CallPage);
