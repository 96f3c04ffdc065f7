// The messages of one conversation: a list in a region that scrolls, opened at the first unread.

import { html, nothing, type PropertyValues } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { attempt } from "../app/attempt.ts";
import { nameIn } from "../app/names.ts";
import { Part } from "../app/part.ts";
import type { App } from "../app/start.ts";
import { MAX_HISTORY, type Message } from "../client/protocol.ts";
import type { Talk } from "../state/talk.ts";
import { changeFault } from "./change_fault.ts";
import { PageElement } from "./element.ts";
import { Times } from "./format.ts";
import { icon } from "./icons.ts";
import { drawnPage } from "./message_drawing.ts";
import { MessagePages } from "./message_pages.ts";
import type { MessageMenu } from "./message_menu.ts";
import { messageRows } from "./message_rows.ts";

const MENU = new Part(() => import("./message_menu.ts"));

/** So near to the end counts as there: new messages are followed. */
const AT_END_PX = 48;
/** How long one goes after what moves, and when it moves no more: browsers lay out a frame or two later. */
const MOST_FRAMES = 60;
const STILL_FRAMES = 5;
/** So many unread ones are fetched by itself; of more there is a button. */
const FETCHED_UNREAD = 500;
/** How long a message is marked that was found. */
const FOUND_MS = 6_000;
/** So near to the beginning older ones are asked for. */
const NEAR_START_PX = 800;

/** Tells what is to be spoken by the event `say`: each new message of others. */
export class MessageList extends PageElement {
  static override properties = {
    app: { attribute: false },
    talk: { attribute: false },
    name: { attribute: false },
    end: { attribute: false },
    start: { attribute: false },
    canReport: { attribute: false },
  };

  declare app: App;
  declare talk: Talk;
  /** Of the other side. */
  declare name: string;
  /** What stands below the last of them, as a notice; undefined for nothing. */
  declare end: unknown;
  /** What stands above the very first of them. */
  declare start: unknown;
  /** Whether somebody hears its `report`, of a message that is to go to support. */
  declare canReport: boolean | undefined;
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
  #firstBefore = 0;
  #pages = new MessagePages();
  #times: Times | undefined;
  #jumps = 0;
  #unsent = 0;
  #going: number | undefined;
  #reached: HTMLElement | undefined;
  /** What is at the end stays there: a picture that is loaded and a composer that grows move it otherwise. */
  readonly #sizes = new ResizeObserver(() => {
    const scroller = this.querySelector<HTMLElement>(".scroller");
    if (scroller && this.#isPlaced && this.#isAtEnd) toLast(scroller);
  });

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unwatch?.();
    this.#shown = undefined;
    // Whoever leaves on the way to a message goes there no longer.
    this.#jumps += 1;
    cancelAnimationFrame(this.#going ?? 0);
    this.#sizes.disconnect();
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

  /** Whether older messages came, and the browser does not hold on to what is read: none does at the very top. */
  #wouldMove(scroller: HTMLElement): boolean {
    const first = this.talk.messages[0]?.seq ?? 0;
    const isOlder = first < this.#firstBefore;
    this.#firstBefore = first;
    return isOlder && (!scroller.scrollTop || !CSS.supports("overflow-anchor", "auto"));
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
    this.#sizes.observe(scroller);
    const list = scroller.querySelector(".messages");
    if (list) this.#sizes.observe(list);
    const wouldMove = this.#wouldMove(scroller);
    if (!this.#isPlaced) {
      this.#place(scroller);
    } else if (this.#isAtEnd) {
      scroller.scrollTop = scroller.scrollHeight;
    } else if (wouldMove) {
      scroller.scrollTop = scroller.scrollHeight - this.#heightBefore;
    }
    this.#hear();
    this.#reachLast();
    this.#followOwn(scroller);
    this.#maybeRead();
  }

  /** One menu button can be reached by Tab, that of the newest message; from there the arrows go on. */
  #reachLast(): void {
    const last = [...this.querySelectorAll<HTMLElement>(".msg__menu")].at(-1);
    if (last === this.#reached) return;
    if (this.#reached) this.#reached.tabIndex = -1;
    if (last) last.tabIndex = 0;
    this.#reached = last;
  }

  readonly #keyed = (event: KeyboardEvent): void => {
    const button = (event.target as Element).closest<HTMLElement>(".msg__menu");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!button || !step) return;
    const buttons = [...this.querySelectorAll<HTMLElement>(".msg__menu")];
    buttons[buttons.indexOf(button) + step]?.focus();
    event.preventDefault();
  };

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
    return this.#firstNew > 0 && this.talk.hasPage && this.talk.more &&
      this.#first > this.#firstNew;
  }

  /** To the first that was unread when the conversation was opened. */
  async toUnread(): Promise<void> {
    const jump = ++this.#jumps;
    while (jump === this.#jumps && this.#isUnreadFurtherUp) await this.talk.loadOlder();
    await this.updateComplete;
    const scroller = this.querySelector<HTMLElement>(".scroller");
    // Meanwhile one may have gone elsewhere.
    if (!scroller || jump !== this.#jumps) return;
    this.#go(scroller, toNewLine);
    scroller.focus({ preventScroll: true });
  }

  /** To one that was found, which is marked for a while; false where it is not there any more. */
  async toMessage(seq: number): Promise<boolean> {
    await this.updateComplete;
    const jump = ++this.#jumps;
    cancelAnimationFrame(this.#going ?? 0);
    this.#isAtEnd = false;
    this.#isPlaced = true;
    while (jump === this.#jumps && this.talk.more && this.#first > seq) {
      await this.talk.loadOlder(MAX_HISTORY);
    }
    await this.updateComplete;
    const scroller = this.querySelector<HTMLElement>(".scroller");
    const found = this.querySelector<HTMLElement>(`[data-seq="${seq}"]`);
    // Whoever has gone elsewhere meanwhile needs no answer.
    if (jump !== this.#jumps) return true;
    if (!scroller || !found) return false;
    this.#go(scroller, () => toMiddle(scroller, found));
    found.classList.add("msg--found");
    setTimeout(() => found.classList.remove("msg--found"), FOUND_MS);
    found.tabIndex = -1;
    found.focus({ preventScroll: true });
    return true;
  }

  /** The seq of the oldest message that is here. */
  get #first(): number {
    return this.talk.messages[0]?.seq ?? Infinity;
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
      const said = this.app.words.talk.says(
        nameIn(this.talk.view, each.from),
        each.body || this.app.words.files.count(each.attachments?.length ?? 0),
      );
      this.dispatchEvent(new CustomEvent("say", { detail: said, bubbles: true }));
      this.requestUpdate();
    }
  }

  readonly #maybeRead = (): void => {
    // What nobody has before them is not read. Before its page has come it is not known what is new.
    if (!this.isConnected || !this.talk.hasPage || !this.#isAtEnd) return;
    if (document.visibilityState !== "visible") return;
    this.talk.markRead();
  };

  protected override render() {
    const { words, user, chats, language } = this.app;
    const { zone } = this.talk.view;
    const times = this.#times?.zone === zone ? this.#times : new Times(language, zone);
    this.#times = times;
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
        @click=${this.#clicked}
        @keydown=${this.#keyed}
      >
        ${this.talk.hasPage && !this.talk.more ? this.start ?? nothing : nothing}
        ${isEmpty
          ? html`<p class="quiet empty">${
            this.talk.view.status === "ended" ? words.talk.emptyOver : words.talk.empty(this.name)
          }</p>`
          : nothing}
        ${this.talk.isLoading && !rows.length
          ? html`<div class="waiting" aria-hidden="true"><i></i><i></i><i></i></div>`
          : nothing}
        <ol class="messages" role="list" aria-label=${words.talk.messages}>
          ${repeat(
            this.#pages.of(rows),
            (page) => page.key,
            (page) =>
              drawnPage(page, { app: this.app, view: this.talk.view, talk: this.talk, times, now }),
          )}
          ${this.end && rows.length
            ? html`<li role="listitem" class="notice">${this.end}</li>`
            : nothing}
        </ol>
        ${this.talk.isTyping
          ? html`<p class="writing">${icon("pen", "s")}${words.talk.isWriting(this.name)}</p>`
          : nothing}
      </div>
      <message-menu .app=${this.app} .canReport=${this.canReport} @answering=${this
        .#toField}></message-menu>
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

  readonly #scrolled = (event: Event): void => {
    const scroller = event.currentTarget as HTMLElement;
    this.#isAtEnd = isAtEnd(scroller);
    if (this.#isAtEnd && this.#below) {
      this.#below = 0;
      this.requestUpdate();
    }
    this.#maybeRead();
    if (scroller.scrollTop < NEAR_START_PX && this.talk.more && !this.talk.isLoading) {
      void this.talk.loadOlder();
    }
  };

  /** One listener for all rows: there are many. */
  readonly #clicked = (event: Event): void => {
    const button = (event.target as Element).closest<HTMLElement>("[data-menu], [data-unreact]");
    const seq = Number(button?.dataset["menu"] ?? button?.dataset["unreact"]);
    const message = button ? this.talk.message(seq) : undefined;
    if (!button || !message) return;
    if (button.dataset["menu"] !== undefined) return void this.#openMenu(message, button);
    const { words } = this.app;
    void attempt(() => this.talk.react(message, null), words, (fault) => changeFault(fault, words));
  };

  async #openMenu(message: Message, button: HTMLElement): Promise<void> {
    if (!await MENU.ask(this.app.words)) return;
    await this.querySelector<MessageMenu>("message-menu")?.open(this.talk, message, button);
  }

  readonly #toField = (): void =>
    this.closest(".talk, .thread, .callchat")?.querySelector<HTMLElement>(".write textarea")
      ?.focus();
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

function toMiddle(scroller: HTMLElement, row: HTMLElement): void {
  const [place, frame] = [row.getBoundingClientRect(), scroller.getBoundingClientRect()];
  scroller.scrollTop += place.top - frame.top - Math.max(0, frame.height - place.height) / 2;
}

function isAtEnd(scroller: HTMLElement): boolean {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < AT_END_PX;
}

customElements.define("message-list", MessageList);
