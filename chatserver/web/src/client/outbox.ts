// What was written and has no answer yet: kept on the device until it has, so that a closed tab loses nothing.

import { DeviceStore } from "./device_store.ts";

/** What a message says beside its text, as `send` has it. */
export interface MoreThanText {
  readonly reply_to?: number;
  /** The ids of uploads that go with it. */
  readonly attachments?: string[];
}

/** A text on its way. `id` is the message's own: sent again under it, it is written once. */
export interface Unsent extends MoreThanText {
  readonly conversation: string;
  readonly id: string;
  readonly body: string;
  /** Orders what is unsent: the device's ms, and never the same twice. */
  readonly order: number;
}

/** Where unsent texts are kept. */
export interface OutboxStore {
  /** All of them, in the order in which they were written. */
  all(): Promise<Unsent[]>;
  put(unsent: Unsent): Promise<void>;
  remove(id: string): Promise<void>;
  clear(): Promise<void>;
}

/** Keeps them as long as the page lives. */
export class MemoryOutbox implements OutboxStore {
  readonly #kept = new Map<string, Unsent>();

  all(): Promise<Unsent[]> {
    return Promise.resolve([...this.#kept.values()].sort((a, b) => a.order - b.order));
  }

  put(unsent: Unsent): Promise<void> {
    this.#kept.set(unsent.id, unsent);
    return Promise.resolve();
  }

  remove(id: string): Promise<void> {
    this.#kept.delete(id);
    return Promise.resolve();
  }

  clear(): Promise<void> {
    this.#kept.clear();
    return Promise.resolve();
  }
}

/** Keeps them in IndexedDB, for one person on this device. */
export class DeviceOutbox implements OutboxStore {
  readonly #kept: DeviceStore<Unsent>;

  constructor(person: string) {
    this.#kept = new DeviceStore(`unsent of ${person}`, "strict");
  }

  async all(): Promise<Unsent[]> {
    return (await this.#kept.all()).sort((a, b) => a.order - b.order);
  }

  put(unsent: Unsent): Promise<void> {
    return this.#kept.put(unsent);
  }

  remove(id: string): Promise<void> {
    return this.#kept.remove(id);
  }

  clear(): Promise<void> {
    return this.#kept.clear();
  }
}
