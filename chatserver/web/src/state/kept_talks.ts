// Conversations as the device last saw them: shown at once, also without a connection, until the server says more.
// Those that were opened here: of a mentor's many the latest.

import { DeviceStore } from "../client/device_store.ts";
import type { ConversationView, Message } from "../client/protocol.ts";
import type { Chats } from "./chats.ts";
import type { Talk } from "./talk.ts";

/** So many of the newest messages of each. */
const MESSAGES = 50;
/** Of so many conversations. */
const TALKS = 50;
/** What changes soon after is written together. */
const SAVE_MS = 500;

interface KeptTalk {
  id: string;
  view: ConversationView;
  messages: readonly Message[];
  /** When it was kept, in ms by the device's clock. Not there where an earlier version kept it. */
  at?: number;
}

export class KeptTalks {
  readonly #store: DeviceStore<KeptTalk>;
  readonly #followed = new Set<Talk>();
  readonly #changed = new Set<Talk>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #savedAt = -SAVE_MS;
  #isForgotten = false;

  constructor(person: string) {
    this.#store = new DeviceStore(`conversations of ${person}`);
  }

  /** Give the chats what is kept, and keep what they hear from then on. A device that cannot keep anything goes without. */
  async follow(chats: Chats): Promise<void> {
    try {
      const kept = (await this.#store.all()).sort((a, b) => (b.at ?? 0) - (a.at ?? 0));
      for (const { view, messages } of kept.slice(0, TALKS)) chats.remember(view, messages);
      for (const { id } of kept.slice(TALKS)) await this.#store.remove(id);
    } catch {
      return;
    }
    chats.watch(() => this.#meet(chats.talks));
    addEventListener("pagehide", () => void this.#save());
  }

  /** Leave nothing here. */
  async clear(): Promise<void> {
    this.#isForgotten = true;
    await this.#store.clear();
  }

  #meet(talks: readonly Talk[]): void {
    for (const talk of talks) {
      if (this.#followed.has(talk)) continue;
      this.#followed.add(talk);
      talk.watch(() => this.#note(talk));
    }
    const there = new Set(talks);
    for (const talk of this.#followed) if (!there.has(talk)) this.#leave(talk);
  }

  /** It is the person's no longer. */
  #leave(talk: Talk): void {
    this.#followed.delete(talk);
    this.#changed.delete(talk);
    void this.#store.remove(talk.view.id).catch(() => {});
  }

  #note(talk: Talk): void {
    // Before its page came there is nothing to keep that is not kept.
    if (!talk.hasPage || !this.#followed.has(talk)) return;
    // Whoever stands in for a mentor has it for a while only.
    if (talk.view.reads_from !== null) return;
    this.#changed.add(talk);
    const wait = Math.max(0, this.#savedAt + SAVE_MS - performance.now());
    this.#timer ??= setTimeout(() => void this.#save(), wait);
  }

  async #save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#savedAt = performance.now();
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const { view, messages } of changed) {
      if (this.#isForgotten) return;
      await this.#store.put({
        id: view.id,
        view,
        messages: messages.slice(-MESSAGES),
        at: Date.now(),
      })
        .catch(() => {/* The device has no room: it is shown when the server has told it. */});
    }
  }
}
