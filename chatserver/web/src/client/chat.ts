// A chat that stays: one connection at a time, taken up again where it broke, and an outbox that sends in order, once.

import { Backoff } from "./backoff.ts";
import { ServerClock } from "./clock.ts";
import { MemoryOutbox, type MoreThanText, type OutboxStore, type Unsent } from "./outbox.ts";
import { Position } from "./position.ts";
import {
  type Accepted,
  type Acknowledge,
  type AnyCommand,
  type AnyEvent,
  CLOSE,
  type Conversations,
  type ConversationsPage,
  type Delete,
  type Edit,
  EVENT_TYPES,
  type History,
  type HistoryPage,
  MAX_HISTORY,
  MAX_RESUME,
  type Message,
  type React,
  type Search,
  type SearchPage,
  SUBPROTOCOL,
  type WaitAcknowledged,
  type Welcome,
} from "./protocol.ts";

/** `unsure`: connected, and an answer is overdue: it may be that nothing gets through. */
export type ChatState = "connecting" | "online" | "unsure" | "offline" | "ended";

/** Why it ended for good. `signed_out`: no ticket can be had. */
export type EndReason = "stopped" | "signed_out" | "refused" | "revoked";

/** What a chat tells of. `event` is everything the server says but messages that were seen before. */
export interface ChatEvents {
  state: ChatState;
  event: AnyEvent;
  /** A message that was written here is taken: no edit, deletion or reaction. */
  wrote: Accepted;
  /** Something about what is unsent is different: written, accepted, refused, wrong. */
  outbox: readonly Unsent[];
  ended: EndReason;
}

export interface ChatOptions {
  /** The server's address: `wss://…/v1/chat`. */
  url: string;
  /** A fresh token for each connection; null where the person is signed out. Fails where it cannot be asked now. */
  ticket: () => Promise<string | null>;
  outbox?: OutboxStore;
  clock?: ServerClock;
  /** A socket to that address that is opening already: the first connection takes it, and need not wait for one. */
  opening?: WebSocket;
  /** The last seq that is held already, by conversation. */
  resume?: Readonly<Record<string, number>>;
}

/** The server says that a command was wrong. */
export class ChatError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "ChatError";
    this.code = code;
  }
}

const GREETING_MS = 10_000;
/** An answer that takes longer makes the connection doubtful. */
const ANSWER_MS = 5_000;
/** From there on it is given up, and another one opened. */
const GIVE_UP_MS = 12_000;
/** A connection that lasted so long worked; one that ends sooner comes back later each time. */
const STEADY_MS = 10_000;
/** By so much the device's two clocks part where it slept, or where somebody set one of them. */
const PARTED_MS = 5_000;
/** Close codes from here on say not to come back. */
const FINAL = 4500;
/** But after these, where another ticket, or a quicker one, helps. */
const AGAIN: ReadonlySet<number> = new Set([CLOSE.token_expired, CLOSE.hello_timeout]);

type Listener<K extends keyof ChatEvents> = (told: ChatEvents[K]) => void;

/** What is asked for, on the next connection again where this one breaks. */
type Page = HistoryPage | ConversationsPage | SearchPage | WaitAcknowledged;
type Asking = History | Conversations | Search | Acknowledge;

/** The server keeps it. */
export type LaterSend = Extract<AnyCommand, { type: "send" }> & { at: string };

/** What is done to a message that was written. */
export type Change = Edit | Delete | React;

interface ChangeAsked {
  command: Change;
  resolve: (accepted: Accepted) => void;
  reject: (fault: Error) => void;
}

interface PageAsked {
  command: Asking;
  resolve: (page: Page) => void;
  reject: (fault: Error) => void;
}

export class Chat {
  readonly clock: ServerClock;
  readonly #options: ChatOptions;
  readonly #outbox: OutboxStore;
  readonly #backoff = new Backoff();
  readonly #listeners = new Map<keyof ChatEvents, Set<(told: never) => void>>();
  readonly #positions = new Map<string, Position>();
  /** By what they are called. */
  readonly #pages = new Map<string, PageAsked>();
  /** Edits, deletions and reactions without an answer, by id. */
  readonly #changes = new Map<string, ChangeAsked>();
  #unsent: Unsent[] = [];
  /** By id: what was sent on this connection and has no answer. One a conversation: that keeps their order. */
  readonly #onTheWay = new Map<string, number>();
  #socket: WebSocket | undefined;
  #greeted = false;
  #greetedAt = 0;
  #apart = clocksApart();
  #state: ChatState = "connecting";
  #running = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;
  #asked = 0;
  #opening: WebSocket | undefined;
  #lastOrder = 0;

  constructor(options: ChatOptions) {
    this.#options = options;
    this.#outbox = options.outbox ?? new MemoryOutbox();
    this.clock = options.clock ?? new ServerClock();
    this.#opening = options.opening;
    for (const [id, seq] of Object.entries(options.resume ?? {})) {
      this.#positions.set(id, new Position(seq));
    }
  }

  get state(): ChatState {
    return this.#state;
  }

  /** What is written and unanswered, in order. */
  get unsent(): readonly Unsent[] {
    return this.#unsent;
  }

  /** Hear of something, until the function that comes back is called. */
  on<K extends keyof ChatEvents>(kind: K, listener: Listener<K>): () => void {
    const listeners = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, listeners);
    listeners.add(listener as (told: never) => void);
    return () => listeners.delete(listener as (told: never) => void);
  }

  async start(): Promise<void> {
    this.#unsent = await this.#outbox.all();
    this.#lastOrder = this.#unsent.at(-1)?.order ?? 0;
    this.#running = true;
    if (this.#unsent.length) this.#tell("outbox", this.#unsent);
    globalThis.addEventListener?.("online", this.#wake);
    globalThis.addEventListener?.("offline", this.#wentOffline);
    this.#watch = setInterval(() => this.#lookForAnswers(), 1_000);
    void this.#connect();
  }

  /** End it. What is unsent stays in the outbox. */
  stop(): void {
    this.#end("stopped");
  }

  /** Write a text: kept at once, sent when it can be. Its answer comes as `accepted`, `refused` or `error`. */
  async send(
    conversation: string,
    body: string,
    id: string = crypto.randomUUID(),
    more: MoreThanText = {},
  ): Promise<Unsent> {
    this.#lastOrder = Math.max(this.#lastOrder + 1, Date.now());
    const unsent = { conversation, id, body, order: this.#lastOrder, ...more };
    await this.#outbox.put(unsent);
    this.#unsent = [...this.#unsent, unsent];
    this.#tell("outbox", this.#unsent);
    this.#flush();
    return unsent;
  }

  /** Take a text back that has no answer yet. It may have arrived all the same where it was sent. */
  async takeBack(id: string): Promise<Unsent | undefined> {
    const unsent = this.#unsent.find((each) => each.id === id);
    if (unsent) await this.#answered(id);
    return unsent;
  }

  /** Say something that needs no keeping here; false where there is no connection. */
  say(command: Exclude<AnyCommand, { type: "hello" | "send" }> | LaterSend): boolean {
    if (!this.#greeted || !this.#socket) return false;
    this.#socket.send(JSON.stringify(command));
    return true;
  }

  /**
   * Edit, delete or react to a message. Said again on the next connection where this one breaks: by its id it is done
   * once. Fails with a ChatError where it cannot be done, of a conversation that is over with the code `refused`.
   */
  change(command: Change): Promise<Accepted> {
    return new Promise((resolve, reject) => {
      this.#changes.set(command.id, { command, resolve, reject });
      this.say(command);
    });
  }

  /** Messages before a seq (null: the newest), oldest first. Asked again on the next connection where this one breaks. */
  history(conversation: string, before: number | null, limit = 50): Promise<HistoryPage> {
    return this.#page({
      type: "history",
      conversation,
      before,
      limit: Math.min(limit, MAX_HISTORY),
      ask: crypto.randomUUID(),
    });
  }

  /** The conversations that come after one (null: the first) in the list of the welcome, where that said there are more. */
  conversations(after: string | null): Promise<ConversationsPage> {
    return this.#page({ type: "conversations", after, ask: crypto.randomUUID() });
  }

  /**
   * The messages that hold a query, newest first, of one conversation or (null) of all. `before` is the `next` of the
   * page before. A newer search ends the one that runs, which fails with the code `superseded`.
   */
  search(query: string, conversation: string | null, before: string | null): Promise<SearchPage> {
    for (const [ask, { command, reject }] of this.#pages) {
      if (command.type !== "search") continue;
      this.#pages.delete(ask);
      reject(new ChatError("superseded", "a newer search has ended this one"));
    }
    return this.#page<SearchPage>({
      type: "search",
      query,
      conversation,
      before,
      ask: crypto.randomUUID(),
    });
  }

  /** What waits needs no answer, up to what was seen. Fails where nothing waits, or more was written. */
  acknowledge(conversation: string, seq: number | null): Promise<WaitAcknowledged> {
    return this.#page<WaitAcknowledged>({
      type: "acknowledge",
      conversation,
      seq,
      ask: crypto.randomUUID(),
    });
  }

  #page<P extends Page>(command: Asking & { ask: string }) {
    return new Promise<P>((resolve, reject) => {
      const asked = { command, resolve: resolve as (page: Page) => void, reject };
      this.#pages.set(command.ask, asked);
      this.#ask(asked);
    });
  }

  /** The seq up to which everything of a conversation has come. */
  reached(conversation: string): number | undefined {
    return this.#positions.get(conversation)?.last;
  }

  // The connection

  async #connect(): Promise<void> {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    if (!this.#running || this.#socket) return;
    // The socket opens while the ticket comes: each takes a way to the server and back.
    const socket = this.#opened() ?? new WebSocket(this.#options.url, [SUBPROTOCOL]);
    this.#socket = socket;
    const late = setTimeout(() => socket.close(), GREETING_MS);
    this.#hear(socket, late);
    try {
      const [token] = await Promise.all([this.#options.ticket(), opened(socket)]);
      if (this.#socket !== socket) return;
      if (token === null) return this.#end("signed_out");
      socket.send(JSON.stringify({ type: "hello", token, resume: this.#resume() }));
    } catch {
      // No ticket can be asked for now, or the socket has closed, which is heard below.
      socket.close();
    }
  }

  /** The one that was given, once, unless it has failed meanwhile: that nobody would hear of. */
  #opened(): WebSocket | undefined {
    const given = this.#opening;
    this.#opening = undefined;
    return given && given.readyState <= WebSocket.OPEN ? given : undefined;
  }

  #hear(socket: WebSocket, late: ReturnType<typeof setTimeout>): void {
    socket.onmessage = ({ data }) => {
      const event = JSON.parse(data as string) as AnyEvent;
      if (event.type === "welcome") clearTimeout(late);
      if (EVENT_TYPES.has(event.type)) this.#take(event);
    };
    socket.onclose = ({ code }) => {
      clearTimeout(late);
      if (this.#socket === socket) this.#lost(code);
    };
  }

  /** What happened last is resumed first: a hello holds only so many. */
  #resume(): Record<string, number> {
    const newest = [...this.#positions].slice(-MAX_RESUME);
    return Object.fromEntries(newest.map(([id, position]) => [id, position.last]));
  }

  #lost(code: number): void {
    if (this.#greeted && performance.now() - this.#greetedAt > STEADY_MS) this.#backoff.reset();
    this.#socket = undefined;
    this.#greeted = false;
    this.#onTheWay.clear();
    this.#asked = 0;
    if (!this.#running) return;
    // Whose token ran out comes back with another one.
    if (code === CLOSE.revoked) return this.#end("revoked");
    if (code >= FINAL && !AGAIN.has(code)) return this.#end("refused");
    this.#tryLater();
  }

  #tryLater(): void {
    if (!this.#running) return;
    this.#become("offline");
    this.#retry ??= setTimeout(() => void this.#connect(), this.#backoff.next());
  }

  readonly #wake = (): void => {
    if (!this.#running || this.#socket) return;
    this.#backoff.reset();
    void this.#connect();
  };

  readonly #wentOffline = (): void => {
    if (this.#running) this.#become("offline");
    this.#drop();
  };

  #drop(): void {
    const socket = this.#socket;
    if (!socket) return;
    socket.close();
    // A socket whose network is gone takes its time to close.
    this.#lost(1006);
  }

  #end(reason: EndReason): void {
    if (!this.#running) return;
    this.#running = false;
    clearTimeout(this.#retry);
    clearInterval(this.#watch);
    globalThis.removeEventListener?.("online", this.#wake);
    globalThis.removeEventListener?.("offline", this.#wentOffline);
    const socket = this.#socket;
    this.#socket = undefined;
    this.#greeted = false;
    socket?.close(1000);
    for (const asked of this.#pages.values()) asked.reject(new Error("the chat has ended"));
    this.#pages.clear();
    for (const asked of this.#changes.values()) asked.reject(new Error("the chat has ended"));
    this.#changes.clear();
    this.#become("ended");
    this.#tell("ended", reason);
  }

  // What the server says

  #take(event: AnyEvent): void {
    let answered: string | undefined;
    let change: ChangeAsked | undefined;
    switch (event.type) {
      case "welcome":
        this.#welcomed(event);
        break;
      case "clock":
        this.clock.told(event.now);
        break;
      case "message":
        // An own message whose `accepted` was lost comes as a message.
        answered = this.#unsent.find((each) => isSame(each, event))?.id;
        if (this.#position(event.conversation, event.seq - 1).take(event.seq)) break;
        if (answered) void this.#answered(answered);
        return;
      case "accepted":
        this.#position(event.conversation, event.seq - 1).take(event.seq);
        answered = event.id;
        change = this.#changed(event.id);
        change?.resolve(event);
        break;
      case "refused":
        answered = event.id;
        this.#changed(event.id)?.reject(new ChatError("refused", event.reason));
        break;
      case "gap":
        this.#position(event.conversation, event.after).goBackTo(event.after);
        this.#position(event.conversation, event.after).skipTo(event.after);
        break;
      case "conversation":
      case "following":
        this.#position(event.conversation.id, event.conversation.last_seq);
        break;
      case "conversations":
        for (const each of event.conversations) this.#position(each.id, each.last_seq);
        this.#takePage(event);
        break;
      case "history":
      case "acknowledged":
      case "search":
        this.#takePage(event);
        break;
      case "error":
        answered = this.#takeError(event);
        break;
    }
    // Who hears of an answer still finds in `unsent` what it answers.
    this.#tell("event", event);
    if (event.type === "accepted" && !change) this.#tell("wrote", event);
    if (answered) void this.#answered(answered);
  }

  #welcomed(welcome: Welcome): void {
    this.clock.told(welcome.now);
    this.#greeted = true;
    this.#greetedAt = performance.now();
    for (const each of welcome.conversations) this.#position(each.id, each.last_seq);
    this.#become("online");
    this.#flush();
    for (const asked of this.#pages.values()) this.#ask(asked);
    for (const { command } of this.#changes.values()) this.say(command);
  }

  #changed(id: string): ChangeAsked | undefined {
    const asked = this.#changes.get(id);
    this.#changes.delete(id);
    return asked;
  }

  #takePage(page: Page): void {
    this.#asked = 0;
    this.#answer(page.ask)?.resolve(page);
  }

  /** The id of the text that will not be written. */
  #takeError(error: Extract<AnyEvent, { type: "error" }>): string | undefined {
    if (error.id !== null && this.#unsent.some((each) => each.id === error.id)) {
      this.#onTheWay.delete(error.id);
      if (!error.temporary) return error.id;
      setTimeout(() => this.#flush(), (error.retry_after ?? 1) * 1_000);
    } else if (error.id !== null && this.#changes.has(error.id)) {
      const { id } = error;
      const again = this.#changes.get(id)?.command;
      if (!error.temporary) this.#changed(id)?.reject(new ChatError(error.code, error.message));
      else if (again) setTimeout(() => this.say(again), (error.retry_after ?? 1) * 1_000);
    } else if (error.ask !== null && this.#pages.has(error.ask)) {
      const { ask } = error;
      this.#asked = 0;
      if (!error.temporary) {
        this.#answer(ask)?.reject(new ChatError(error.code, error.message));
      } else {
        setTimeout(() => this.#askAgain(ask), (error.retry_after ?? 1) * 1_000);
      }
    }
    return undefined;
  }

  #answer(ask: string | null): PageAsked | undefined {
    const asked = ask === null ? undefined : this.#pages.get(ask);
    if (ask !== null) this.#pages.delete(ask);
    return asked;
  }

  #askAgain(ask: string): void {
    const asked = this.#pages.get(ask);
    if (asked) this.#ask(asked);
  }

  #position(conversation: string, otherwise: number): Position {
    const found = this.#positions.get(conversation) ?? new Position(otherwise);
    this.#positions.delete(conversation); // behind all others: what happened last is resumed first
    this.#positions.set(conversation, found);
    return found;
  }

  // What goes out

  #flush(): void {
    if (!this.#greeted || !this.#socket) return;
    const busy = new Set(
      this.#unsent.filter(({ id }) => this.#onTheWay.has(id)).map((each) => each.conversation),
    );
    for (const { conversation, id, body, order: _order, ...more } of this.#unsent) {
      if (busy.has(conversation)) continue;
      busy.add(conversation);
      this.#onTheWay.set(id, Date.now());
      this.#socket.send(JSON.stringify({ type: "send", conversation, id, body, ...more }));
    }
  }

  async #answered(id: string): Promise<void> {
    this.#onTheWay.delete(id);
    this.#unsent = this.#unsent.filter((each) => each.id !== id);
    this.#tell("outbox", this.#unsent);
    this.#flush();
    await this.#outbox.remove(id);
  }

  #ask({ command }: PageAsked): void {
    if (this.say(command)) this.#asked ||= Date.now();
  }

  #lookForAnswers(): void {
    const apart = clocksApart();
    const parted = Math.abs(apart - this.#apart) > PARTED_MS;
    this.#apart = apart;
    if (!this.#greeted) return;
    // What was measured by them is wrong. The next welcome says what time it is, and answers come anew.
    if (parted) return this.#drop();
    const since = Math.min(...this.#onTheWay.values(), this.#asked || Infinity);
    const waited = Date.now() - since;
    if (waited > GIVE_UP_MS) {
      this.#drop();
    } else {
      this.#become(waited > ANSWER_MS ? "unsure" : "online");
    }
  }

  #become(state: ChatState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#tell("state", state);
  }

  #tell<K extends keyof ChatEvents>(kind: K, told: ChatEvents[K]): void {
    for (const listener of [...(this.#listeners.get(kind) ?? [])]) (listener as Listener<K>)(told);
  }
}

function clocksApart(): number {
  return Date.now() - performance.now();
}

/** Once it is open. Fails where it closes before. */
function opened(socket: WebSocket): Promise<void> {
  if (socket.readyState === WebSocket.OPEN) return Promise.resolve();
  return new Promise((resolve, reject) => {
    socket.addEventListener("open", () => resolve(), { once: true });
    socket.addEventListener("close", () => reject(new Error("closed")), { once: true });
  });
}

function isSame(unsent: Unsent, message: Message): boolean {
  return unsent.id === message.id && unsent.conversation === message.conversation &&
    unsent.body === message.body;
}
