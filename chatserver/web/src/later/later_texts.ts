// Messages that go out later, and those that could not: kept by the server, changed and taken back here.

import { type Chat, ChatError, type LaterSend } from "../client/chat.ts";
import type { AnyEvent, LaterView, Reschedule, Unschedule } from "../client/protocol.ts";
import { Store } from "../parts/element.ts";

type Said = LaterSend | Reschedule | Unschedule;

/** What goes out: its text, the ids of its files, and the seq of what it answers. */
export interface Content {
  readonly body: string;
  readonly attachments: readonly string[];
  readonly reply_to: number | null;
}

type Scheduled = Extract<AnyEvent, { type: "scheduled" }>;

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

  /** Those of a substitute whose time was over, in conversations that they see no more. */
  get left(): LaterView[] {
    return [...this.#kept.values()].filter((each) => each.reason === "stand_in_over");
  }

  /** Let the server send it then. Fails with a ChatError or NoLine: then nothing is kept. */
  async keep(conversation: string, { body, attachments, reply_to }: Content, at: number) {
    const id = crypto.randomUUID();
    const more = {
      ...(reply_to === null ? {} : { reply_to }),
      ...(attachments.length ? { attachments: [...attachments] } : {}),
    };
    const to = new Date(at).toISOString();
    await this.#say(id, { type: "send", conversation, id, body, at: to, ...more });
  }

  /** Give it another time, and another text where that is given. Fails alike: then it is as before. */
  async change({ conversation, id }: LaterView, at: number, body?: string): Promise<void> {
    const ask = crypto.randomUUID();
    const to = new Date(at).toISOString();
    const text = body === undefined ? {} : { body };
    await this.#say(ask, { type: "reschedule", conversation, id, at: to, ...text, ask });
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
        this.#scheduled(event);
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

  #scheduled({ conversation, id, at, written_at, ask }: Scheduled): void {
    const key = JSON.stringify([conversation, id]);
    const said = this.#asked.get(ask ?? id)?.command;
    const known = this.#kept.get(key);
    const sent = said?.type === "send" ? said : undefined;
    const changed = said?.type === "reschedule" ? said.body : undefined;
    this.#kept.set(key, {
      conversation,
      id,
      body: sent?.body ?? changed ?? known?.body ?? "",
      at,
      written_at,
      state: "waiting",
      reason: null,
      opens_at: null,
      seq: null,
      attachments: sent?.attachments ?? known?.attachments ?? [],
      reply_to: sent?.reply_to ?? known?.reply_to ?? null,
    });
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
