// A mentor's conversations by urgency. The order changes only while nobody points at the list.

import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { memberName } from "../app/names.ts";
import { Place } from "../app/place.ts";
import type { ConversationView, LastMessage, Message } from "../client/protocol.ts";
import type { App } from "../app/start.ts";
import type { Talk } from "../state/talk.ts";
import { byUrgency, dueMark, hasTexts } from "../parts/due.ts";
import { PageElement } from "../parts/element.ts";
import { Times } from "../parts/format.ts";
import { icon } from "../parts/icons.ts";
import { mutedMark } from "../parts/muting.ts";
import { Ticker } from "../parts/ticker.ts";
import { planName } from "../parts/plan_name.ts";

const FIRST = 30;
/** How far below what is seen the next ones are brought, in CSS pixels. */
const AHEAD = "600px";

export class ConversationList extends PageElement {
  static override properties = { app: { attribute: false }, current: { attribute: false } };

  declare app: App;
  /** The id of the conversation that is open beside it. */
  declare current: string | undefined;
  #order: string[] = [];
  #isHeld = false;
  #shows = FIRST;
  #stop: (() => void)[] = [];
  #ticker: Ticker | undefined;
  #watched = new Set<Talk>();
  readonly #nearEnd = new IntersectionObserver((seen) => {
    if (seen.some((each) => each.isIntersecting)) this.#showMore();
  }, { rootMargin: AHEAD });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = [this.app.chats.watch(() => this.requestUpdate())];
    this.#ticker ??= new Ticker(
      this,
      this.app.chats.chat.clock,
      () => this.app.chats.talks.map((each) => each.view.reply.due_at),
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stop) stop();
    this.#nearEnd.disconnect();
    this.#watched.clear();
  }

  protected override willUpdate(): void {
    for (const talk of this.app.chats.talks) {
      if (this.#watched.has(talk)) continue;
      this.#watched.add(talk);
      this.#stop.push(talk.watch(() => this.requestUpdate()));
    }
    if (this.#isHeld) return;
    this.#order = this.app.chats.talks
      .toSorted((a, b) =>
        Number(hasUrgentNote(b)) - Number(hasUrgentNote(a)) ||
        byUrgency(a.view.reply, b.view.reply) || byLast(a.view, b.view) ||
        memberName(a.view).localeCompare(memberName(b.view))
      )
      .map((each) => each.view.id);
  }

  protected override render() {
    const { words, chats, language } = this.app;
    const times = new Times(language);
    const now = chats.chat.clock.now();
    const held = this.#order.flatMap((id) => chats.talk(id) ?? []);
    const added = chats.talks.filter((each) => !this.#order.includes(each.view.id));
    const talks = [...held, ...added];
    const more = chats.more || talks.length > this.#shows;
    return html`
      <section
        class="pane pane--list"
        aria-labelledby="list-title"
        @pointerenter=${this.#hold}
        @pointerleave=${this.#release}
        @focusin=${this.#hold}
        @focusout=${this.#release}
      >
        <div class="pane__head"><h2 id="list-title">${words.mentor.conversations}</h2>
          <span class="quiet small push">${words.mentor.byDeadline}</span></div>
        ${talks.length || !chats.isKnown
          ? nothing
          : html`<p class="quiet pane__head">${words.mentor.nobody}</p>`}
        <ul class="convs">
          ${repeat(
            talks.slice(0, this.#shows),
            (each) => each.view.id,
            (each) => this.#row(each, times, now),
          )}
        </ul>
        ${more
          ? html`
            <div
              class="pane__head"
              id="list-more"><button class="btn btn--wide" type="button" @click=${this
                .#showMore}>${words.mentor.showMore}</button></div>
          `
          : nothing}
      </section>
    `;
  }

  /** By scrolling, too: whoever comes near the end has more of them before it is reached. */
  protected override updated(): void {
    this.#nearEnd.disconnect();
    const end = this.querySelector("#list-more");
    if (end) this.#nearEnd.observe(end);
  }

  #row(talk: Talk, times: Times, now: number) {
    const { words } = this.app;
    const { view } = talk;
    const name = memberName(view);
    // Somebody's text says more than what happened since.
    const last = view.last && !view.last.event
      ? view.last
      : talk.messages.findLast((each) => each.kind !== "event");
    const says = last && this.#says(last);
    return html`<li><a
      class="conv"
      href=${Place.link("conversations", view.id)}
      aria-current=${view.id === this.current ? "true" : nothing}
    >
      <span class="avatar" aria-hidden="true">${name.slice(0, 1)}</span>
      <span class="conv__name">${name}</span>
      <span class="conv__end">${mutedMark(view, words)}${
      hasUrgentNote(talk)
        ? html`<span class="tag tag--urgent">${words.urgent.label}</span>`
        : nothing
    }<span class="tag">${planName(view.plan)}</span>${
      talk.unread
        ? html`
          <span
            class="count"><span aria-hidden="true">${talk.unread}</span><span class="vh">${words
              .mentor.unread(talk.unread)}</span></span>
        `
        : nothing
    }</span>
      <span class="conv__time">${dueMark(view.reply, words, times, now, hasTexts(view))}${
      this.#next(talk, times, now)
    }</span>
      ${
      last && says
        ? html`<span class="conv__last">${
          last.from === this.app.user ? `${words.common.you}: ` : ""
        }${says}</span>`
        : nothing
    }</a></li>`;
  }

  /** A message as it stands, in a line. */
  #says(last: LastMessage | Message): string {
    const { message } = this.app.words;
    if (last.deleted) return message.deleted;
    const text = ("text" in last ? last.text : last.body) || this.#files(last.attachments);
    return text && last.edited_at ? `${text} (${message.edited})` : text;
  }

  /** What stands in the place of a text where files alone were sent. */
  #files(attachments: number | readonly string[] | undefined): string {
    const count = typeof attachments === "number" ? attachments : attachments?.length ?? 0;
    return count ? this.app.words.files.count(count) : "";
  }

  #next({ view }: Talk, times: Times, now: number) {
    const { words } = this.app;
    if (!view.next_session) return nothing;
    const { service, starts_at } = view.next_session;
    const starts = Date.parse(starts_at);
    const day = times.daysAway(starts, now) === 0 ? words.common.today : times.shortWeekday(starts);
    const isChat = service === "live_chat";
    return html`
      <span
        class="conv__next">${icon(isChat ? "live" : "video", "s")}<span class="vh">${isChat
          ? words.events.liveChat
          : words.events.videoCall} </span>${day} ${times.clock(starts)}</span>
    `;
  }

  readonly #hold = (): void => {
    this.#isHeld = true;
  };

  readonly #release = (): void => {
    this.#isHeld = this.matches(":hover") || this.matches(":focus-within");
    if (!this.#isHeld) this.requestUpdate();
  };

  readonly #showMore = (): void => {
    const { chats } = this.app;
    if (this.#shows <= chats.talks.length) {
      this.#shows += FIRST;
      this.requestUpdate();
    }
    if (this.#shows <= chats.talks.length || !chats.more) return;
    // Where the chat ends meanwhile the page is left.
    void chats.loadMore().then(() => this.requestUpdate(), () => {});
  };
}

/** Whether what came last is an urgent note that was not read yet. */
function hasUrgentNote({ view }: Talk): boolean {
  return view.last?.urgent === true && view.unread > 0;
}

/** What has ended comes last; else what something was written in lately comes first, as the server gives it. */
function byLast(a: ConversationView, b: ConversationView): number {
  return Number(a.status === "ended") - Number(b.status === "ended") ||
    (b.last?.at ?? "").localeCompare(a.last?.at ?? "");
}

customElements.define("conversation-list", ConversationList);
