// The messages of a conversation, for support to read: only when they ask for it, as both people learn of it.

import { html, nothing } from "lit";
import type { MessagePage, StoredMessage } from "../app/api_types.ts";
import { attempt } from "../app/attempt.ts";
import "../files/message_files.ts";
import { PageElement } from "../parts/element.ts";
import { eventWords } from "../parts/event_words.ts";
import { icon } from "../parts/icons.ts";
import type { Desk } from "./desk.ts";

const A_PAGE = 50;
/** Of so many pages, the newest, a marked message is looked for: no more is read than it takes. */
const MOST_SOUGHT = 10;
/** Characters of the message that another one answers. */
const QUOTED = 140;

export class ConversationReading extends PageElement {
  static override properties = {
    desk: { attribute: false },
    ref: { attribute: false },
    member: { attribute: false },
    mentor: { attribute: false },
    marked: { attribute: false },
    writer: { attribute: false },
  };

  declare desk: Desk;
  /** The conversation's id. */
  declare ref: string;
  /** Its people, as far as they are known. */
  declare member: string;
  declare mentor: string;
  /** The ids of messages that this is about: it leads to the newest of them. */
  declare marked: readonly string[] | undefined;
  /** Who wrote those: ids of messages are a person's own. */
  declare writer: string | undefined;
  #shown = "";
  #messages: readonly StoredMessage[] | undefined;
  /** Where there are older ones: before which seq. */
  #before: number | undefined;
  #isBusy = false;

  protected override willUpdate(): void {
    if (this.ref === this.#shown) return;
    this.#shown = this.ref;
    this.#messages = this.#before = undefined;
  }

  protected override render() {
    const { reading } = this.desk.says;
    const messages = this.#messages;
    return html`
      <div class="stack">
        <h2 class="h3">${reading.title}</h2>
        ${messages
          ? html`
            ${this.#before === undefined ? nothing : html`
              <button class="btn" type="button" @click=${this.#older}>${reading.older}</button>
            `}${messages.length
              ? html`<ol class="history" aria-label=${reading.title}>${
                messages.map((each) => this.#one(each))
              }</ol>`
              : html`<p class="quiet">${reading.none}</p>`}
          `
          : html`
            <p class="small quiet" id="reading-lead">${reading.lead}</p>
            <button class="btn" type="button" aria-describedby="reading-lead"
              @click=${this.#begin}>${reading.open}</button>
          `}
      </div>
    `;
  }

  #one(message: StoredMessage) {
    const { people, app } = this.desk;
    if (message.kind === "event") {
      return html`<li data-seq=${message.seq} tabindex="-1">${this.#time(message.at)}<p
        class="auto">${this.#happened(message)}</p></li>`;
    }
    return html`<li data-seq=${message.seq} tabindex="-1">${this.#time(message.at)}<div>
      <p><strong>${people.name(message.from)}</strong>${this.#tags(message)}</p>
      ${this.#answered(message)}
      ${
      (message.earlier ?? []).map(({ body, at }) =>
        html`
          <p class="small quiet">${this.desk.says.reading.earlier} ${this.#time(at)}</p>
          <p class="quiet">
            <del class="note">${body}</del>
          </p>
        `
      )
    }${this.#said(message)}
      ${
      message.attachments?.length
        ? html`<message-files .app=${app} .conversation=${message.conversation} .ids=${message.attachments}></message-files>`
        : nothing
    }${
      (message.reactions ?? []).map(({ emoji, people: who }) =>
        html`<p class="small quiet">${
          app.words.message.reactedWith(
            emoji,
            who.map((each) => people.name(each)).join(", "),
          )
        }</p>`
      )
    }</div></li>`;
  }

  #tags({ urgent, exercise, role, edited_at }: StoredMessage) {
    const { message, urgent: note, exercises } = this.desk.app.words;
    const tags = [
      urgent ? html`<span class="tag">${icon("help", "s")}${note.label}</span>` : nothing,
      exercise
        ? html`<span class="tag">${role === "member" ? exercises.handedIn : exercises.one}</span>`
        : nothing,
      edited_at
        ? html`<span class="quiet">${message.edited}, ${this.#time(edited_at)}</span>`
        : nothing,
    ];
    return tags.map((each) =>
      each === nothing ? nothing : html`
        ${each}
      `
    );
  }

  #said({ deleted, erased, body }: StoredMessage) {
    const { message, talk } = this.desk.app.words;
    if (deleted) return html`<p class="quiet">${message.deleted}</p>`;
    if (erased) return html`<p class="quiet">${talk.erased}</p>`;
    return body ? html`<p class="note">${body}</p>` : nothing;
  }

  /** What it answers, where that is among what was read. */
  #answered({ reply_to, deleted }: StoredMessage) {
    const answered = this.#messages?.find((each) => each.seq === reply_to);
    if (!answered || deleted) return nothing;
    const { people, app: { words } } = this.desk;
    const text = answered.deleted || answered.erased
      ? words.message.gone
      : answered.body.slice(0, QUOTED) || words.files.count(answered.attachments?.length ?? 0);
    return html`<p class="small quiet note">${
      words.message.answers(people.name(answered.from))
    }: ${text}</p>`;
  }

  #happened({ event }: StoredMessage): string {
    const { app, times, people } = this.desk;
    const named = (who: unknown) => typeof who === "string" ? this.#person(who) : "";
    const name = (who: unknown) => named(who) ? people.name(named(who)) : null;
    const by = name(event?.data["by"]);
    return eventWords(event, app.words, times, this.desk.now(), by, name("member")).text;
  }

  /** An event names people by their role, or by their id. */
  #person(who: string): string {
    if (who === "member") return this.member;
    if (who === "mentor") return this.mentor;
    return who === "system" || who === "support" ? "" : who;
  }

  #time(at: string) {
    const { times } = this.desk;
    const when = Date.parse(at);
    return html`<time datetime=${at}>${times.shortDay(when)}, ${times.clock(when)}</time>`;
  }

  readonly #begin = (): void => {
    void this.#read(async () => {
      let target: StoredMessage | undefined;
      for (let pages = 0; pages < MOST_SOUGHT && !target; pages++) {
        if (pages && this.#before === undefined) break;
        await this.#load();
        target = this.#messages?.findLast((each) => this.#isMarked(each));
        if (!this.marked?.length) break;
      }
      return target ?? this.#messages?.at(-1);
    });
  };

  readonly #older = (): void => {
    const first = this.#messages?.[0];
    void this.#read(async () => {
      await this.#load();
      const { length } = this.#messages ?? [];
      // Whoever reads upwards goes on with the last of what came.
      const index = this.#messages?.findIndex((each) => each.seq === first?.seq) ?? -1;
      return this.#messages?.[index < 0 ? length - 1 : Math.max(index - 1, 0)];
    });
  };

  #isMarked({ id, from }: StoredMessage): boolean {
    return from === this.writer && !!this.marked?.includes(id);
  }

  /** Read, and lead to a message. */
  async #read(read: () => Promise<StoredMessage | undefined>): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    let target: StoredMessage | undefined;
    await attempt(async () => {
      target = await read();
    }, this.desk.app.words);
    this.#isBusy = false;
    this.requestUpdate();
    await this.updateComplete;
    if (target) this.querySelector<HTMLElement>(`[data-seq="${target.seq}"]`)?.focus();
  }

  /** The next page upwards that has anything: edits and reactions are read as entries, too, and are no messages. */
  async #load(): Promise<void> {
    const { ref } = this;
    for (;;) {
      const query = new URLSearchParams({ limit: String(A_PAGE) });
      if (this.#before !== undefined) query.set("before", String(this.#before));
      const path = `/v1/conversations/${encodeURIComponent(ref)}/messages?${query}`;
      const page = await this.desk.app.http.get<MessagePage>(path);
      if (ref !== this.ref) return;
      this.#messages = [...page.messages, ...this.#messages ?? []];
      this.#before = page.more ? page.first : undefined;
      if (page.messages.length || !page.more) return;
    }
  }
}

customElements.define("conversation-reading", ConversationReading);
