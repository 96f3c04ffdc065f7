// The messages of one conversation: a list in a region that scrolls, opened at the first unread.

import { html, nothing, type PropertyValues } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { nameIn } from "../app/names.ts";
import { saveFile } from "../app/save_file.ts";
import type { App } from "../app/start.ts";
import type { Talk } from "../state/talk.ts";
import { PageElement } from "./element.ts";
import { type Doer, eventWords } from "./event_words.ts";
import { Times } from "./format.ts";
import { icon } from "./icons.ts";
import { type MessageRow, messageRows } from "./message_rows.ts";

/** So near to the end counts as there: new messages are followed. */
const AT_END_PX = 48;
/** How long one goes after what moves, and when it moves no more: browsers lay out a frame or two later. */
const MOST_FRAMES = 60;
const STILL_FRAMES = 5;
/** So many unread ones are fetched by itself; of more there is a button. */
const FETCHED_UNREAD = 500;
/** So near to the beginning older ones are asked for. */
const NEAR_START_PX = 800;

/** Tells what is to be spoken by the event `say`: each new message of others. */
export class MessageList extends PageElement {
  static override properties = {
    app: { attribute: false },
    talk: { attribute: false },
    name: { attribute: false },
    end: { attribute: false },
  };

  declare app: App;
  declare talk: Talk;
  /** Of the other side. */
  declare name: string;
  /** What stands below the last of them, as a notice; undefined for nothing. */
  declare end: unknown;
  #shown: Talk | undefined;
  #unwatch: (() => void) | undefined;
  #firstNew = 0;
  #countNew = 0;
  #hadPage = false;
  #isPlaced = false;
  #isAtEnd = true;
  #heardUpTo = 0;
  #below = 0;
  #heightBefore = 0;
  #jumps = 0;
  #unsent = 0;
  #going: number | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unwatch?.();
    this.#shown = undefined;
    document.removeEventListener("visibilitychange", this.#maybeRead);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("visibilitychange", this.#maybeRead);
  }

  protected override willUpdate(): void {
    if (this.talk !== this.#shown) this.#open();
    // What the device remembered was shown until now.
    if (this.talk.hasPage && !this.#hadPage) this.#begin();
    const scroller = this.querySelector(".scroller");
    this.#heightBefore = scroller ? scroller.scrollHeight - scroller.scrollTop : 0;
  }

  #open(): void {
    this.#unwatch?.();
    this.#shown = this.talk;
    this.#isAtEnd = true;
    this.#unsent = this.talk.unsent.length;
    this.#begin();
    this.#unwatch = this.talk.watch(() => this.requestUpdate());
    if (!this.talk.hasPage) void this.talk.loadOlder();
  }

  /** From the first unread on, as it is known now. Whoever is reading further up stays there. */
  #begin(): void {
    this.#hadPage = this.talk.hasPage;
    this.#isPlaced = !this.#isAtEnd;
    this.#below = 0;
    const { read_seq, last_seq, unread } = this.talk.view;
    this.#countNew = unread;
    this.#firstNew = unread ? read_seq + 1 : 0;
    this.#heardUpTo = last_seq;
  }

  protected override updated(_: PropertyValues): void {
    const scroller = this.querySelector<HTMLElement>(".scroller");
    if (!scroller || !this.talk.messages.length) return;
    if (!this.#isPlaced) {
      this.#place(scroller);
    } else if (this.#isAtEnd) {
      scroller.scrollTop = scroller.scrollHeight;
    } else if (!CSS.supports("overflow-anchor", "auto") && scroller.scrollTop < NEAR_START_PX) {
      scroller.scrollTop = scroller.scrollHeight - this.#heightBefore;
    }
    this.#hear();
    this.#followOwn(scroller);
    this.#maybeRead();
  }

  /** Whoever writes sees what they wrote. */
  #followOwn(scroller: HTMLElement): void {
    const wrote = this.talk.unsent.length > this.#unsent;
    this.#unsent = this.talk.unsent.length;
    if (!wrote || this.#isAtEnd) return;
    this.#jumps += 1;
    this.#go(scroller, toLast);
  }

  /** Whether older pages must come before the first unread can be shown. */
  get #isUnreadFurtherUp(): boolean {
    const first = this.talk.messages[0]?.seq ?? Infinity;
    return this.#firstNew > 0 && this.talk.hasPage && this.talk.more && first > this.#firstNew;
  }

  /** To the first that was unread when the conversation was opened. */
  async toUnread(): Promise<void> {
    const jump = ++this.#jumps;
    while (this.#isUnreadFurtherUp) await this.talk.loadOlder();
    await this.updateComplete;
    const scroller = this.querySelector<HTMLElement>(".scroller");
    // Meanwhile one may have gone elsewhere.
    if (!scroller || jump !== this.#jumps) return;
    this.#go(scroller, toNewLine);
    scroller.focus({ preventScroll: true });
  }

  /** To the newest. */
  toEnd(): void {
    const scroller = this.querySelector<HTMLElement>(".scroller");
    if (!scroller) return;
    this.#jumps += 1;
    this.#go(scroller, toLast);
    scroller.focus({ preventScroll: true });
  }

  /** Messages are laid out when one comes near, which moves what is below: go again until nothing moves any more. */
  #go(scroller: HTMLElement, there: (scroller: HTMLElement) => void): void {
    cancelAnimationFrame(this.#going ?? 0);
    let before = "";
    let [frames, still] = [0, 0];
    const step = () => {
      there(scroller);
      const now = `${scroller.scrollTop} ${scroller.scrollHeight}`;
      still = now === before ? still + 1 : 0;
      if (still >= STILL_FRAMES || frames >= MOST_FRAMES) {
        this.#isAtEnd = isAtEnd(scroller);
        this.#maybeRead();
        return;
      }
      before = now;
      frames += 1;
      this.#going = requestAnimationFrame(step);
    };
    step();
  }

  /** At the first unread, or at the end. */
  #place(scroller: HTMLElement): void {
    this.#isPlaced = true;
    if (this.#isUnreadFurtherUp && this.#countNew <= FETCHED_UNREAD) {
      this.#isAtEnd = false;
      void this.toUnread();
      return;
    }
    this.#go(scroller, scroller.querySelector(".day--new") ? toNewLine : toLast);
    this.#isAtEnd = isAtEnd(scroller);
  }

  #hear(): void {
    for (const each of this.talk.messages) {
      if (each.seq <= this.#heardUpTo) continue;
      this.#heardUpTo = each.seq;
      if (each.from === this.app.user || each.kind === "event") continue;
      if (!this.#isAtEnd) this.#below += 1;
      const said = this.app.words.talk.says(nameIn(this.talk.view, each.from), each.body);
      this.dispatchEvent(new CustomEvent("say", { detail: said, bubbles: true }));
      this.requestUpdate();
    }
  }

  readonly #maybeRead = (): void => {
    // Before its page has come it is not known what is new.
    if (!this.talk.hasPage || !this.#isAtEnd || document.visibilityState !== "visible") return;
    this.talk.markRead();
  };

  protected override render() {
    const { words, user, chats, language } = this.app;
    const times = new Times(language, this.talk.view.zone);
    const rows = messageRows({
      messages: this.talk.messages,
      unsent: this.talk.unsent,
      user,
      peerRead: this.talk.view.peer_read_seq,
      firstNew: this.#firstNew,
      unread: this.#countNew,
    }, times);
    const now = chats.chat.clock.now();
    const isEmpty = !rows.length && !this.talk.isLoading && !this.talk.more;
    return html`
      ${this.#isUnreadFurtherUp && this.#countNew > FETCHED_UNREAD
        ? html`
          <div class="above"><button class="btn" type="button" @click=${this.#toUnread}>${words.talk
            .unread(this.#countNew)}</button></div>
        `
        : nothing}
      <div
        class="scroller"
        role="region"
        aria-label=${words.talk.with(this.name)}
        aria-busy=${this.talk.isLoading && !rows.length ? "true" : "false"}
        tabindex="0"
        @scroll=${this.#scrolled}
      >
        ${isEmpty
          ? html`<p class="quiet empty">${
            this.talk.view.status === "ended" ? words.talk.emptyOver : words.talk.empty(this.name)
          }</p>`
          : nothing}
        ${this.talk.isLoading && !rows.length
          ? html`<div class="waiting" aria-hidden="true"><i></i><i></i><i></i></div>`
          : nothing}
        <ol class="messages" aria-label=${words.talk.messages}>
          ${repeat(rows, (row) => row.key, (row) => this.#row(row, times, now))}
          ${this.end && rows.length ? html`<li class="notice">${this.end}</li>` : nothing}
        </ol>
        ${this.talk.isTyping
          ? html`<p class="writing">${icon("pen", "s")}${words.talk.isWriting(this.name)}</p>`
          : nothing}
      </div>
      ${this.#below
        ? html`
          <div
            class="below"><button class="btn" type="button" @click=${this.#toEnd}>${icon(
              "down",
              "s",
            )}${words.talk.newBelow(this.#below)}</button></div>
        `
        : nothing}
    `;
  }

  #row(row: MessageRow, times: Times, now: number) {
    const { words } = this.app;
    switch (row.kind) {
      case "day":
        return html`<li class="day ${row.isNew ? "day--new" : ""}"><span>${
          this.#day(row.at, times, now)
        }${row.isNew && row.unread ? ` · ${words.talk.unread(row.unread)}` : nothing}</span></li>`;
      case "event": {
        const { event } = row.message;
        const by = this.#doer(event?.data["by"]);
        const said = eventWords(event, words, times, now, by, this.#doer("member"));
        const booking = row.isLast ? event?.data["booking"] : undefined;
        return html`<li class="notice">${icon(said.icon)}<p>${said.text}</p>${
          typeof booking === "string" && Date.parse(String(event?.data["starts_at"])) > now
            ? html`<button class="btn btn--plain" type="button" @click=${() =>
              this.#toCalendar(booking)}>${words.events.toCalendar}</button>`
            : nothing
        }</li>`;
      }
      case "unsent":
        return html`<li class="msg msg--mine ${
          row.isMore ? "msg--more" : ""
        }"><span class="vh">${words.common.you}: </span>
          <div class="msg__body">${paragraphs(row.unsent.body)}</div>
          <p class="msg__meta"><span class="mark mark--unsent">${
          icon("clock", "s")
        }${words.talk.unsent}</span></p></li>`;
      case "message": {
        const { message, isMine, isMore, showsTime, mark } = row;
        const { view } = this.talk;
        const writer = nameIn(view, message.from);
        // Whoever stands in, or writes for the platform, is called by name.
        const isOther = !isMine && ![view.member, view.mentor].includes(message.from);
        const time = html`<time datetime=${message.at}>${
          times.clock(Date.parse(message.at))
        }</time>`;
        return html`
          <li class="msg ${isMine ? "msg--mine" : ""} ${isMore ? "msg--more" : ""}">
            <span class="vh">${isMine ? words.common.you : writer}: </span>
            <div class="msg__body">${message.erased
              ? html`<p class="quiet">${words.talk.erased}</p>`
              : paragraphs(message.body)}</div>
            <p class=${showsTime || mark ? "msg__meta" : "vh"}>${isOther
              ? html`<strong aria-hidden="true">${writer}</strong>`
              : nothing}${time}${mark
              ? html`<span class="mark mark--${mark}">${
                icon(mark === "read" ? "read" : "sent", "s")
              }${words.talk[mark]}</span>`
              : nothing}</p>
          </li>
        `;
      }
    }
  }

  /** By the role that an event names. */
  #doer(role: unknown): Doer {
    const { view } = this.talk;
    if (role !== "member" && role !== "mentor") return null;
    return view[role] === this.app.user ? { you: true } : nameIn(view, view[role]);
  }

  #toCalendar(booking: string): void {
    saveFile(this.app.http, `/v1/bookings/${encodeURIComponent(booking)}/calendar`).catch(() =>
      this.dispatchEvent(
        new CustomEvent("say", { detail: this.app.words.common.failed, bubbles: true }),
      )
    );
  }

  #day(at: number, times: Times, now: number): string {
    switch (times.daysAway(at, now)) {
      case 0:
        return this.app.words.common.today;
      case -1:
        return this.app.words.common.yesterday;
      default:
        return times.day(at, now);
    }
  }

  readonly #scrolled = (event: Event): void => {
    const scroller = event.currentTarget as HTMLElement;
    this.#isAtEnd = isAtEnd(scroller);
    if (this.#isAtEnd && this.#below) {
      this.#below = 0;
      this.requestUpdate();
    }
    this.#maybeRead();
    if (scroller.scrollTop < NEAR_START_PX && this.talk.more && !this.talk.isLoading) {
      // At the very top browsers hold on to the top, not to what is read.
      if (!scroller.scrollTop) scroller.scrollTop = 1;
      void this.talk.loadOlder();
    }
  };

  readonly #toEnd = (): void => this.toEnd();
  readonly #toUnread = (): void => void this.toUnread();
}

function toLast(scroller: HTMLElement): void {
  scroller.scrollTop = scroller.scrollHeight;
}

function toNewLine(scroller: HTMLElement): void {
  const line = scroller.querySelector(".day--new");
  // Not by scrollIntoView(): that moves the page around the list as well.
  if (line) {
    scroller.scrollTop += line.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
  }
}

function isAtEnd(scroller: HTMLElement): boolean {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < AT_END_PX;
}

/** A text as its writer broke it: a blank line begins a paragraph. */
function paragraphs(body: string) {
  return body.split(/\n{2,}/).map((each) => html`<p class="text">${each}</p>`);
}

customElements.define("message-list", MessageList);
