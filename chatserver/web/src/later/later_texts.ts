// Messages that go out later, and those that could not: kept by the server, changed and taken back here.

import { type Chat, ChatError, type LaterSend } from "../client/chat.ts";
import type { AnyEvent, LaterView, Reschedule, Unschedule } from "../client/protocol.ts";
import { Store } from "../parts/element.ts";

type Said = LaterSend | Reschedule | Unschedule;

interface Asked {
  command: Said;
  resolve: () => void;
  reject: (fault: Error) => void;
}

/** Nothing can be kept without a line. */
export class NoLine extends Error {}

export class LaterTexts extends Store {
  readonly #chat: Chat;
  readonly #kept = new Map<string, LaterView>();
  /** By the id of what is sent, or by the name of the question. */
  readonly #asked = new Map<string, Asked>();

  constructor(chat: Chat) {
    super();
    this.#chat = chat;
    chat.on("event", (event) => this.#take(event));
    this.#list();
  }

  /** The next one first. */
  of(conversation: string): LaterView[] {
    return [...this.#kept.values()].filter((each) => each.conversation === conversation)
      .sort((a, b) => when(a) - when(b));
  }

  /** Let the server send it then. Fails with a ChatError or NoLine: then nothing is kept. */
  async keep(conversation: string, body: string, at: number): Promise<void> {
    const id = crypto.randomUUID();
    await this.#say(id, { type: "send", conversation, id, body, at: new Date(at).toISOString() });
  }

  async change({ conversation, id }: LaterView, at: number): Promise<void> {
    const ask = crypto.randomUUID();
    const to = new Date(at).toISOString();
    await this.#say(ask, { type: "reschedule", conversation, id, at: to, ask });
  }

  async takeBack({ conversation, id }: LaterView): Promise<void> {
    const ask = crypto.randomUUID();
    await this.#say(ask, { type: "unschedule", conversation, id, ask });
  }

  /** Said again on the next connection where this one breaks: each of them has its effect once. */
  #say(key: string, command: Said): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.#chat.say(command)) return reject(new NoLine());
      this.#asked.set(key, { command, resolve, reject });
    });
  }

  #list(): void {
    this.#chat.say({ type: "scheduled", conversation: null });
  }

  #take(event: AnyEvent): void {
    switch (event.type) {
      case "welcome":
        this.#list();
        for (const { command } of this.#asked.values()) this.#chat.say(command);
        return;
      case "scheduled_list":
        this.#kept.clear();
        for (const each of event.messages) this.#kept.set(keyOf(each), each);
        break;
      case "scheduled":
        this.#scheduled(event.conversation, event.id, event.at, event.written_at);
        this.#settle(event.ask ?? event.id);
        break;
      case "accepted":
      case "refused":
        if (!this.#settle(event.id)) return;
        this.#list();
        return;
      case "later":
        if (event.message === null) return this.#list();
        this.#put(event.message);
        this.#settle(event.ask);
        break;
      case "error":
        this.#failed(event);
        return;
      default:
        return;
    }
    this.changed();
  }

  #scheduled(conversation: string, id: string, at: string, written_at: string): void {
    const key = JSON.stringify([conversation, id]);
    const sent = this.#asked.get(id)?.command;
    const known = this.#kept.get(key);
    const body = sent?.type === "send" ? sent.body : known?.body ?? "";
    const nothing = { reason: null, opens_at: null, seq: null };
    this.#kept.set(key, { conversation, id, body, at, written_at, state: "waiting", ...nothing });
  }

  #put(message: LaterView): void {
    if (message.state === "waiting" || message.state === "refused") {
      this.#kept.set(keyOf(message), message);
    } else {
      this.#kept.delete(keyOf(message));
    }
  }

  #settle(key: string | null): boolean {
    const asked = key === null ? undefined : this.#asked.get(key);
    if (!asked || key === null) return false;
    this.#asked.delete(key);
    asked.resolve();
    return true;
  }

  #failed(error: Extract<AnyEvent, { type: "error" }>): void {
    const key = [error.ask, error.id].find((each) => each !== null && this.#asked.has(each));
    const asked = key ? this.#asked.get(key) : undefined;
    if (!key || !asked) return;
    if (error.temporary) {
      setTimeout(() => this.#chat.say(asked.command), (error.retry_after ?? 1) * 1_000);
      return;
    }
    this.#asked.delete(key);
    // What is to be taken back, and is not there: it was taken back already, or has gone out.
    this.#list();
    asked.reject(new ChatError(error.code, error.message));
  }
}

function keyOf({ conversation, id }: LaterView): string {
  return JSON.stringify([conversation, id]);
}

function when({ at }: LaterView): number {
  return at === null ? 0 : Date.parse(at);
}
