// One conversation as its page shows it: what was written, what is unsent, who is typing, and what was refused.

import type { Chat } from "../client/chat.ts";
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

const PAGE = 50;
/** Apps let a typing mark fade after so long. */
const TYPING_MS = 6_000;
/** How often the other side hears that one is typing. */
const TYPING_EVERY_MS = 3_000;

/** A text that came back, and why: for the composer, before what was typed since. */
export interface CameBack {
  body: string;
  reason: Refused["reason"] | "error";
  opensAt: string | null;
}

export class Talk extends Store {
  view: ConversationView;
  readonly #chat: Chat;
  readonly #user: string;
  readonly #messages = new Map<number, Message>();
  #sorted: Message[] | undefined;
  #more = true;
  #hasPage = false;
  #isSure = true;
  readonly #remembered = new Set<number>();
  #loading: Promise<void> | undefined;
  #typing: ReturnType<typeof setTimeout> | undefined;
  #typed = 0;
  #cameBack: CameBack[] = [];

  constructor(chat: Chat, user: string, view: ConversationView) {
    super();
    this.#chat = chat;
    this.#user = user;
    this.view = view;
  }

  /** Oldest first, without a hole. */
  get messages(): readonly Message[] {
    return this.#sorted ??= withoutHoles(
      [...this.#messages.values()].sort((a, b) => a.seq - b.seq),
    );
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

  get isLoading(): boolean {
    return this.#loading !== undefined;
  }

  get isTyping(): boolean {
    return this.#typing !== undefined;
  }

  /** How many of the other side's texts are unread. */
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
    const before = this.#hasPage ? this.messages[0]?.seq ?? null : null;
    this.#takePage(await this.#chat.history(this.view.id, before, limit));
  }

  #takePage(page: HistoryPage): void {
    // What was remembered may have been erased since: only what comes again counts.
    for (const seq of this.#remembered) this.#messages.delete(seq);
    this.#remembered.clear();
    this.#sorted = undefined;
    for (const each of page.messages) this.#put(each);
    this.#more = page.more;
    this.#hasPage = true;
    this.changed();
  }

  /** Messages that the device has kept, before the server says anything. */
  remember(messages: readonly Message[]): void {
    this.#isSure = false;
    for (const each of messages) {
      this.#put(each);
      this.#remembered.add(each.seq);
    }
    this.changed();
  }

  send(body: string): Promise<Unsent> {
    return this.#chat.send(this.view.id, body);
  }

  /** What waits needs no answer, as far as it stands here. Fails with a `ChatError` where that is not so. */
  async acknowledge(): Promise<void> {
    await this.#chat.acknowledge(this.view.id, this.messages.at(-1)?.seq ?? null);
  }

  /** The person has seen the end. */
  markRead(): void {
    const last = this.messages.at(-1)?.seq ?? 0;
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
        // Of what was no text, nothing comes back.
        if (event.body) {
          this.#cameBack.push({ body: event.body, reason: event.reason, opensAt: event.opens_at });
        }
        this.view = { ...this.view, composer: event.composer };
        break;
      case "error":
        if (event.temporary || event.id === null) return;
        for (const { id, body } of this.unsent) {
          if (id === event.id) this.#cameBack.push({ body, reason: "error", opensAt: null });
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
    const unsent = this.unsent.find(({ id }) => id === event.id);
    const role = this.#user === this.view.member ? "member" : "mentor";
    if (unsent) {
      const { conversation, id, body } = unsent;
      this.#put({
        type: "message",
        conversation,
        seq: event.seq,
        from: this.#user,
        role,
        at: event.at,
        id,
        body,
      });
    }
  }

  /** What is held from a seq on is asked for again, and goes when that has come. */
  #dropFrom(seq: number): void {
    for (const each of this.#messages.keys()) if (each >= seq) this.#remembered.add(each);
    // Where it cannot be had the chat is over, or the conversation is somebody else's now.
    this.#refetch().catch(() => {});
  }

  async #refetch(): Promise<void> {
    this.#takePage(await this.#chat.history(this.view.id, null, PAGE));
  }

  #put(message: Message): void {
    this.#remembered.delete(message.seq);
    this.#messages.set(message.seq, message);
    this.#sorted = undefined;
    if (message.seq > this.view.last_seq) {
      const unread = this.view.unread + (this.#isTheirs(message) ? 1 : 0);
      const { type: _type, conversation: _conversation, id: _id, body, attachments, ...head } =
        message;
      const last = {
        ...head,
        text: body.replace(/\s+/g, " ").trim(),
        attachments: attachments?.length ?? 0,
      };
      const { seq } = message;
      this.view = { ...this.view, last_seq: seq, unread, last };
    }
    // One's own messages are read.
    if (message.from === this.#user && message.seq === this.view.read_seq + 1) {
      this.view = { ...this.view, read_seq: message.seq };
    }
  }

  /** Whether it is a text of the other side, which is unread until it is read. */
  #isTheirs({ role, kind }: Message): boolean {
    const isMentor = this.#user === this.view.mentor || this.view.reads_from !== null;
    return kind !== "event" && role === (isMentor ? "member" : "mentor");
  }

  #stopTyping(): void {
    clearTimeout(this.#typing);
    this.#typing = undefined;
    this.changed();
  }
}

/** The newest stretch: what lies before a hole is loaded again by whoever scrolls there. */
function withoutHoles(messages: Message[]): Message[] {
  for (let index = messages.length - 1; index > 0; index -= 1) {
    const [before, after] = [messages[index - 1], messages[index]];
    if (before && after && before.seq + 1 !== after.seq) return messages.slice(index);
  }
  return messages;
}
