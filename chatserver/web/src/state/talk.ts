// One conversation as its page shows it: what was written, what is unsent, who is typing, and what was refused.

import type { Change, Chat } from "../client/chat.ts";
import type { Unsent } from "../client/outbox.ts";
import type {
  Accepted,
  AnyEvent,
  ConversationView,
  HistoryPage,
  Message,
  Refused,
} from "../client/protocol.ts";
import { Store } from "../parts/element.ts";
import { changed, isChange, isText, lastAfter } from "./changes.ts";

const PAGE = 50;
/** Apps let a typing mark fade after so long. */
const TYPING_MS = 6_000;
/** So long an urgent note waits for its answer. */
const NOTE_MS = 15_000;
/** How often the other side hears that one is typing. */
const TYPING_EVERY_MS = 3_000;

/** A text that came back, and why: for the composer, before what was typed since. */
export interface CameBack {
  body: string;
  reason: Refused["reason"] | "error";
  opensAt: string | null;
  /** The ids of uploads that were to go with it. */
  attachments: readonly string[];
}

export class Talk extends Store {
  view: ConversationView;
  readonly #chat: Chat;
  readonly #user: string;
  /** By seq; null where something is that has no row of its own: a change of a message. */
  readonly #messages = new Map<number, Message | null>();
  /** Messages from further up than what is loaded, which others answer; null where there is none. */
  readonly #further = new Map<number, Message | null>();
  /** By seq: what was asked for of them. */
  readonly #quoting = new Map<number, Promise<void>>();
  #sorted: Message[] | undefined;
  #more = true;
  #hasPage = false;
  #isSure = true;
  readonly #remembered = new Set<number>();
  readonly #changing = new Map<string, Change>();
  #answering: Message | undefined;
  #loading: Promise<void> | undefined;
  #typing: ReturnType<typeof setTimeout> | undefined;
  #typed = 0;
  #cameBack: CameBack[] = [];
  /** Urgent notes on their way, by id. */
  readonly #notes = new Map<string, { body: string; done: (outcome: string) => void }>();

  constructor(chat: Chat, user: string, view: ConversationView) {
    super();
    this.#chat = chat;
    this.#user = user;
    this.view = view;
  }

  /** Oldest first, without a hole. */
  get messages(): readonly Message[] {
    if (this.#sorted) return this.#sorted;
    const seqs = withoutHoles([...this.#messages.keys()].sort((a, b) => a - b));
    return this.#sorted = seqs.flatMap((seq) => this.#messages.get(seq) ?? []);
  }

  /** The message of that seq, where it is loaded. */
  message(seq: number): Message | undefined {
    return this.#messages.get(seq) ?? undefined;
  }

  /**
   * The message of that seq, which may stand further up than what is loaded: then it is asked for, once. Undefined where
   * it cannot be had; null where there is none.
   */
  async find(seq: number): Promise<Message | null | undefined> {
    const known = this.quoted(seq);
    if (known !== undefined) return known;
    await this.#quoting.get(seq);
    return this.quoted(seq);
  }

  /** As `find`, as far as it is known now: undefined as long as it has not come. Whoever watches hears when it has. */
  quoted(seq: number): Message | null | undefined {
    const known = this.#messages.get(seq) ?? this.#further.get(seq);
    if (known !== undefined) return known;
    if (this.#messages.has(seq)) return null;
    // What the newest page brings, and what may not be read, is not asked for.
    const mayCome = this.#hasPage && seq >= (this.view.reads_from ?? 1);
    if (mayCome && !this.#quoting.has(seq)) this.#quoting.set(seq, this.#quote(seq));
    return undefined;
  }

  async #quote(seq: number): Promise<void> {
    try {
      const { messages } = await this.#chat.history(this.view.id, seq + 1, 1);
      const found = messages.find((each) => each.seq === seq) ?? null;
      // Meanwhile all of it may have been erased.
      if (this.#quoting.has(seq)) this.#further.set(seq, found);
      this.changed();
    } catch {
      // The chat is over, or the conversation is somebody else's now.
    }
  }

  /** The message that what is written answers. */
  get answering(): Message | undefined {
    return this.#answering;
  }

  /** What is written next answers that one; undefined: none. */
  answer(message: Message | undefined): void {
    this.#answering = message;
    this.changed();
  }

  /** What is written and unanswered, in order. */
  get unsent(): readonly Unsent[] {
    return this.#chat.unsent.filter((each) => each.conversation === this.view.id);
  }

  /** Whether older messages exist. */
  get more(): boolean {
    return this.#more;
  }

  /** Whether a page of its history has come: what the server says by itself is not all. */
  get hasPage(): boolean {
    return this.#hasPage;
  }

  /** Whether the server has told of it since the page was opened; else it is as the device remembers it. */
  get isSure(): boolean {
    return this.#isSure;
  }

  /** Whether one's own side may write now: a member by the rules, a mentor until it is over. */
  get isOpen(): boolean {
    const { member, composer, status } = this.view;
    return this.#user === member ? composer.open : !["ended", "suspended"].includes(status);
  }

  get isLoading(): boolean {
    return this.#loading !== undefined;
  }

  get isTyping(): boolean {
    return this.#typing !== undefined;
  }

  /** How many of the other side's texts, and of events, are unread. */
  get unread(): number {
    return this.view.unread;
  }

  /** Texts that came back since it was asked last. */
  takeBack(): CameBack[] {
    const back = this.#cameBack;
    this.#cameBack = [];
    return back;
  }

  /** Load the newest page, or the one before what is loaded, of at most so many messages. */
  loadOlder(limit = PAGE): Promise<void> {
    return this.#loading ??= this.#load(limit).finally(() => {
      this.#loading = undefined;
      this.changed();
    });
  }

  async #load(limit: number): Promise<void> {
    if (!this.#more) return;
    this.changed();
    let page: HistoryPage;
    do { // A page of changes alone shows nothing.
      const before = this.#hasPage ? this.#first ?? null : null;
      page = await this.#chat.history(this.view.id, before, limit);
      this.#takePage(page, before);
    } while (page.more && !page.messages.length);
  }

  /** The seq from which on nothing is lacking. */
  get #first(): number | undefined {
    return withoutHoles([...this.#messages.keys()].sort((a, b) => a - b))[0];
  }

  #takePage(page: HistoryPage, before: number | null): void {
    // What was remembered may have been erased since: only what comes again counts.
    for (const seq of this.#remembered) this.#messages.delete(seq);
    this.#remembered.clear();
    this.#sorted = undefined;
    const upTo = before === null ? this.view.last_seq : before - 1;
    for (let seq = page.first; seq <= upTo; seq += 1) {
      if (!this.#messages.has(seq)) this.#messages.set(seq, null);
    }
    for (const each of page.messages) this.#put(each);
    this.#more = page.more;
    this.#hasPage = true;
    this.changed();
  }

  /** Messages that the device has kept, before the server says anything. */
  remember(messages: readonly Message[]): void {
    this.#isSure = false;
    const [first, last] = [messages[0]?.seq ?? 1, messages.at(-1)?.seq ?? 0];
    for (let seq = first; seq <= last; seq += 1) {
      this.#messages.set(seq, null);
      this.#remembered.add(seq);
    }
    for (const each of messages) {
      this.#put(each);
      this.#remembered.add(each.seq);
    }
    this.changed();
  }

  send(body: string, attachments: readonly string[] = []): Promise<Unsent> {
    const answering = this.#answering;
    this.#answering = undefined;
    const more = {
      ...(answering ? { reply_to: answering.seq } : {}),
      ...(attachments.length ? { attachments: [...attachments] } : {}),
    };
    return this.#chat.send(this.view.id, body, crypto.randomUUID(), more);
  }

  /** Give one's own message another text. Fails with a ChatError where that cannot be. */
  edit(message: Message, body: string): Promise<void> {
    return this.#change({ ...this.#about(message), type: "edit", body });
  }

  /** Take one's own message back. Fails alike. */
  delete(message: Message): Promise<void> {
    return this.#change({ ...this.#about(message), type: "delete" });
  }

  /** React with an emoji; null takes it back. Fails alike. */
  react(message: Message, emoji: string | null): Promise<void> {
    return this.#change({ ...this.#about(message), type: "react", emoji });
  }

  #about({ seq }: Message) {
    return { conversation: this.view.id, id: crypto.randomUUID(), about: seq };
  }

  async #change(change: Change): Promise<void> {
    this.#changing.set(change.id, change);
    try {
      await this.#chat.change(change);
    } finally {
      this.#changing.delete(change.id);
    }
  }

  /** Send an urgent note: `sent`, or the code of what is in the way; `unsure` where no answer came. */
  note(body: string, id: string): Promise<string> {
    return new Promise((resolve) => {
      const late = setTimeout(() => done("unsure"), NOTE_MS);
      const done = (outcome: string) => {
        clearTimeout(late);
        this.#notes.delete(id);
        resolve(outcome);
      };
      this.#notes.set(id, { body, done });
      const command = { type: "urgent", conversation: this.view.id, id, body } as const;
      if (!this.#chat.say(command)) done("unsure");
    });
  }

  /** What waits needs no answer, as far as it stands here. Fails with a `ChatError` where that is not so. */
  async acknowledge(): Promise<void> {
    await this.#chat.acknowledge(this.view.id, this.messages.at(-1)?.seq ?? null);
  }

  /** The person has seen the end. */
  markRead(): void {
    let last = 0;
    for (const seq of this.#messages.keys()) last = Math.max(last, seq);
    if (last <= this.view.read_seq) return;
    if (this.#chat.say({ type: "read", conversation: this.view.id, seq: last })) {
      const unread = last >= this.view.last_seq ? 0 : this.view.unread; // else the server says it
      this.view = { ...this.view, read_seq: last, unread };
      this.changed();
    }
  }

  /** The person is typing. */
  type(): void {
    const now = Date.now();
    if (now - this.#typed < TYPING_EVERY_MS) return;
    this.#typed = now;
    this.#chat.say({ type: "typing", conversation: this.view.id });
  }

  /** Something about this conversation. */
  take(event: AnyEvent): void {
    switch (event.type) {
      case "message":
        this.#put(event);
        if (event.from !== this.#user) this.#stopTyping();
        break;
      case "accepted":
        this.#accepted(event);
        break;
      case "refused":
        // Of what was not sent here, an exercise, nothing comes back.
        if (this.#notes.has(event.id)) {
          this.#notes.get(event.id)?.done(event.reason);
        } else if (
          !this.#changing.has(event.id) && this.unsent.some(({ id }) => id === event.id)
        ) {
          this.#cameBack.push({
            body: event.body,
            reason: event.reason,
            opensAt: event.opens_at,
            attachments: this.unsent.find(({ id }) => id === event.id)?.attachments ?? [],
          });
        }
        this.view = { ...this.view, composer: event.composer };
        break;
      case "error":
        if (event.id !== null) this.#notes.get(event.id)?.done(event.code);
        if (event.temporary || event.id === null) return;
        for (const { id, body, attachments = [] } of this.unsent) {
          if (id !== event.id) continue;
          this.#cameBack.push({ body, reason: "error", opensAt: null, attachments });
        }
        break;
      case "composer":
        this.view = { ...this.view, composer: event.composer };
        break;
      case "reply":
        this.view = { ...this.view, reply: event.reply };
        break;
      case "conversation":
        this.view = event.conversation;
        this.#isSure = true;
        // It may have ended because somebody was erased: only what comes again counts.
        if (this.view.status === "ended" && this.#hasPage) this.#dropFrom(1);
        break;
      case "read":
        this.view = event.from === this.#user
          ? { ...this.view, read_seq: Math.max(this.view.read_seq, event.seq) }
          : { ...this.view, peer_read_seq: Math.max(this.view.peer_read_seq, event.seq) };
        break;
      case "unread": {
        const last_seq = Math.max(this.view.last_seq, event.last_seq);
        this.view = { ...this.view, unread: event.unread, last_seq };
        break;
      }
      case "presence":
        this.view = { ...this.view, peer_online: event.online };
        break;
      case "typing":
        if (event.from === this.#user) return;
        clearTimeout(this.#typing);
        this.#typing = setTimeout(() => this.#stopTyping(), TYPING_MS);
        break;
      case "gap":
        this.#dropFrom(event.after + 1);
        break;
      default:
        return;
    }
    this.changed();
  }

  /** What is unsent is different. */
  outboxChanged(): void {
    this.changed();
  }

  #accepted(event: Accepted): void {
    this.view = { ...this.view, composer: event.composer };
    const note = this.#notes.get(event.id);
    const unsent = this.unsent.find(({ id }) => id === event.id);
    const role = this.#user === this.view.member ? "member" : "mentor";
    const { conversation, seq, at, id } = event;
    const head = {
      type: "message" as const,
      conversation,
      seq,
      from: this.#user,
      role,
      at,
      id,
    } as const;
    const change = this.#changing.get(id);
    if (unsent) {
      const { body, order: _order, ...more } = unsent;
      this.#put({ ...more, ...head, body });
    } else if (note) {
      this.#put({ ...head, body: note.body, urgent: true });
      note.done("sent");
    } else if (change) {
      const [kind, body] = change.type === "edit"
        ? ["edit" as const, change.body]
        : change.type === "delete"
        ? ["deletion" as const, ""]
        : ["reaction" as const, change.emoji ?? ""];
      this.#put({ ...head, kind, body, about: change.about });
    }
  }

  /** What is held from a seq on is asked for again, and goes when that has come. */
  #dropFrom(seq: number): void {
    for (const each of this.#messages.keys()) if (each >= seq) this.#remembered.add(each);
    this.#further.clear();
    this.#quoting.clear();
    // Where it cannot be had the chat is over, or the conversation is somebody else's now.
    this.#refetch().catch(() => {});
  }

  async #refetch(): Promise<void> {
    this.#takePage(await this.#chat.history(this.view.id, null, PAGE), null);
  }

  #put(message: Message): void {
    this.#remembered.delete(message.seq);
    this.#messages.set(message.seq, isChange(message) ? null : message);
    this.#apply(message);
    this.#sorted = undefined;
    if (message.seq > this.view.last_seq) {
      const unread = this.view.unread + (this.#isTheirs(message) ? 1 : 0);
      this.view = { ...this.view, last_seq: message.seq, unread };
    }
    // Also where how many are unread came first, and named its seq.
    this.view = { ...this.view, last: lastAfter(this.view.last, message) };
    // One's own messages are read.
    if (message.from === this.#user && message.seq === this.view.read_seq + 1) {
      this.view = { ...this.view, read_seq: message.seq };
    }
  }

  /** A change changes the message that it is about, where that is here. */
  #apply(change: Message): void {
    if (!isChange(change) || !change.about) return;
    for (const messages of [this.#messages, this.#further]) {
      const about = messages.get(change.about);
      if (about) messages.set(about.seq, changed(about, change));
    }
    if (change.kind === "deletion" && this.#answering?.seq === change.about) {
      this.#answering = undefined;
    }
  }

  /** Whether it is a text of the other side, or an event: that is unread until it is read. */
  #isTheirs(message: Message): boolean {
    if (message.kind === "event") return true;
    const isMentor = this.#user === this.view.mentor || this.view.reads_from !== null;
    return isText(message) && message.role === (isMentor ? "member" : "mentor");
  }

  #stopTyping(): void {
    clearTimeout(this.#typing);
    this.#typing = undefined;
    this.changed();
  }
}

/** The newest stretch: what lies before a hole is loaded again by whoever scrolls there. */
function withoutHoles(seqs: number[]): number[] {
  for (let index = seqs.length - 1; index > 0; index -= 1) {
    if (seqs[index - 1]! + 1 !== seqs[index]) return seqs.slice(index);
  }
  return seqs;
}
