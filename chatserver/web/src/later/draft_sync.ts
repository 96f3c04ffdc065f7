// Drafts on all of a person's devices: what is typed here goes to the server after a while, and what it says comes here.
//
// The device keeps the text of the field itself (drafts.ts); beside it stands here what the server had last, and by when
// that was written. A text that differs from it was typed here, and is never replaced.

import type { Chat } from "../client/chat.ts";
import type { AnyEvent } from "../client/protocol.ts";
import type { Drafts } from "../parts/drafts.ts";
import { Store } from "../parts/element.ts";

/** After so long without another letter it is said. */
const AFTER_MS = 1_500;
const AGAIN_MS = 5_000;

interface Synced {
  body: string;
  at: string | null;
}

const NOTHING: Synced = { body: "", at: null };

export class DraftSync extends Store {
  readonly #chat: Chat;
  readonly #drafts: Drafts;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  /** By conversation: what was said, and has no answer yet. */
  readonly #saying = new Map<string, { ask: string; body: string }>();

  constructor(chat: Chat, drafts: Drafts) {
    super();
    this.#chat = chat;
    this.#drafts = drafts;
    chat.on("event", (event) => this.#take(event));
    this.#list();
  }

  /** Texts of other devices that another text took the place of: for the person to use or to drop. */
  returned(conversation: string): readonly string[] {
    return JSON.parse(this.#drafts.note("returned", conversation) ?? "[]");
  }

  drop(conversation: string, text: string): void {
    this.#keepReturned(conversation, this.returned(conversation).filter((each) => each !== text));
    this.changed();
  }

  /** The field holds another text. */
  typed(conversation: string): void {
    clearTimeout(this.#timers.get(conversation));
    this.#timers.set(conversation, setTimeout(() => this.#say(conversation), AFTER_MS));
  }

  #say(conversation: string): void {
    const body = this.#drafts.of(conversation);
    const { body: known, at: seen } = this.#synced(conversation);
    if (body === known || this.#saying.has(conversation)) return;
    const ask = crypto.randomUUID();
    if (this.#chat.say({ type: "draft", conversation, body, seen, ask })) {
      this.#saying.set(conversation, { ask, body });
    }
  }

  #list(): void {
    this.#chat.say({ type: "drafts" });
  }

  #take(event: AnyEvent): void {
    switch (event.type) {
      case "welcome":
        this.#saying.clear();
        this.#list();
        return;
      case "drafts": {
        const there = new Set(event.drafts.map((each) => each.conversation));
        for (const each of event.drafts) this.#hear(each.conversation, each);
        if (event.more) return;
        for (const each of this.#drafts.conversations()) {
          if (!there.has(each)) this.#hear(each, NOTHING);
        }
        return;
      }
      case "draft":
        if (event.ask !== null && this.#saying.get(event.conversation)?.ask === event.ask) {
          this.#answered(event);
        } else {
          this.#hear(event.conversation, event);
        }
        return;
      case "later":
        if (event.message === null) this.#list();
        return;
      case "error":
        this.#failed(event);
    }
  }

  /** What the server has is news here, unless something was typed since: then that goes there. */
  #hear(conversation: string, { body, at }: Synced): void {
    const text = this.#drafts.of(conversation);
    if (text !== this.#synced(conversation).body && text !== body) {
      this.#say(conversation);
      return;
    }
    this.#keep(conversation, { body, at });
    if (text === body) return;
    this.#drafts.keep(conversation, body);
    this.changed();
  }

  #answered({ conversation, body, at, returned }: Extract<AnyEvent, { type: "draft" }>): void {
    const said = this.#saying.get(conversation)?.body;
    this.#saying.delete(conversation);
    const text = this.#drafts.of(conversation);
    // It was to be cleared, and another device had written meanwhile.
    if (said === "" && text === "" && body !== "") this.#drafts.keep(conversation, body);
    this.#keep(conversation, { body, at });
    if (returned !== null && !this.returned(conversation).includes(returned)) {
      this.#keepReturned(conversation, [...this.returned(conversation), returned]);
    }
    // Meanwhile more was typed, or it was sent.
    if (this.#drafts.of(conversation) !== body) this.#say(conversation);
    this.changed();
  }

  #failed(error: Extract<AnyEvent, { type: "error" }>): void {
    const found = [...this.#saying].find(([, { ask }]) => ask === error.ask);
    if (!found) return;
    const [conversation] = found;
    this.#saying.delete(conversation);
    // Else it is too long, or theirs no longer: it stays on this device.
    if (error.temporary) {
      setTimeout(
        () => this.#say(conversation),
        Math.max(AGAIN_MS, (error.retry_after ?? 0) * 1_000),
      );
    }
  }

  #synced(conversation: string): Synced {
    return JSON.parse(this.#drafts.note("synced", conversation) ?? "null") ?? NOTHING;
  }

  #keep(conversation: string, synced: Synced): void {
    const said = synced.body ? JSON.stringify({ body: synced.body, at: synced.at }) : "";
    this.#drafts.keepNote("synced", conversation, said);
  }

  #keepReturned(conversation: string, texts: readonly string[]): void {
    this.#drafts.keepNote("returned", conversation, texts.length ? JSON.stringify(texts) : "");
  }
}
