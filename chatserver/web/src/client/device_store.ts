// Objects kept in IndexedDB, each under its `id`: they outlive the page, and the browser.

const STORE = "kept";

export class DeviceStore<T extends { id: string }> {
  readonly #name: string;
  readonly #durability: IDBTransactionDurability;
  #database: Promise<IDBDatabase> | undefined;

  /** `strict` where what is kept must be on the disk before one goes on. */
  constructor(name: string, durability: IDBTransactionDurability = "default") {
    this.#name = name;
    this.#durability = durability;
  }

  all(): Promise<T[]> {
    return this.#do<T[]>("readonly", (store) => store.getAll());
  }

  async put(one: T): Promise<void> {
    await this.#do("readwrite", (store) => store.put(one));
  }

  async remove(id: string): Promise<void> {
    await this.#do("readwrite", (store) => store.delete(id));
  }

  async clear(): Promise<void> {
    await this.#do("readwrite", (store) => store.clear());
  }

  async #do<R>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest): Promise<R> {
    const database = await (this.#database ??= this.#open());
    const transaction = database.transaction(STORE, mode, { durability: this.#durability });
    const request = act(transaction.objectStore(STORE));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result as R);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  async #open(): Promise<IDBDatabase> {
    const database = await opened(this.#name);
    // The person, or whoever signs them out, may clear the device meanwhile.
    database.onclose = () => this.#database = undefined;
    return database;
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
