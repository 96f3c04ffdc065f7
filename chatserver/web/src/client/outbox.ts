// What was written and has no answer yet: kept on the device until it has, so that a closed tab loses nothing.

/** A text on its way. `id` is the message's own: sent again under it, it is written once. */
export interface Unsent {
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

const STORE = "unsent";

/** Keeps them in IndexedDB, for one person on this device. */
export class DeviceOutbox implements OutboxStore {
  readonly #name: string;
  #database: Promise<IDBDatabase> | undefined;

  constructor(person: string) {
    this.#name = `outbox of ${person}`;
  }

  async all(): Promise<Unsent[]> {
    const kept = await this.#do<Unsent[]>("readonly", (store) => store.getAll());
    return kept.sort((a, b) => a.order - b.order);
  }

  async put(unsent: Unsent): Promise<void> {
    await this.#do("readwrite", (store) => store.put(unsent));
  }

  async remove(id: string): Promise<void> {
    await this.#do("readwrite", (store) => store.delete(id));
  }

  async clear(): Promise<void> {
    await this.#do("readwrite", (store) => store.clear());
  }

  async #do<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest): Promise<T> {
    const database = await (this.#database ??= opened(this.#name));
    const transaction = database.transaction(STORE, mode, { durability: "strict" });
    const request = act(transaction.objectStore(STORE));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result as T);
      transaction.onabort = () => reject(transaction.error);
    });
  }
}

function opened(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
