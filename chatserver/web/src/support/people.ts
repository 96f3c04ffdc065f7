// Names by id, asked for when they are first to be shown.

import type { Person } from "../app/api_types.ts";
import type { Http } from "../app/http.ts";
import { Store } from "../parts/element.ts";

/** So many are asked for at once. */
const AT_ONCE = 4;

export class People extends Store {
  readonly #http: Http;
  readonly #names = new Map<string, string>();
  readonly #wanted = new Set<string>();
  #asking = 0;

  constructor(http: Http) {
    super();
    this.#http = http;
  }

  /** Until the name is known, the id. */
  name(id: string): string {
    if (!id) return "";
    const known = this.#names.get(id);
    if (known === undefined && !this.#wanted.has(id)) {
      this.#wanted.add(id);
      queueMicrotask(() => this.#askNext());
    }
    return known || id;
  }

  /** What was read elsewhere. */
  learn(person: Pick<Person, "id" | "name">): void {
    if (this.#names.get(person.id) === person.name) return;
    this.#names.set(person.id, person.name);
    this.changed();
  }

  #askNext(): void {
    for (const id of this.#wanted) {
      if (this.#asking >= AT_ONCE) return;
      this.#wanted.delete(id);
      this.#asking += 1;
      void this.#ask(id);
    }
  }

  async #ask(id: string): Promise<void> {
    // Somebody who is not there, or was erased, is their id.
    this.#names.set(id, id);
    try {
      this.learn(await this.#http.get<Person>(`/v1/people/${encodeURIComponent(id)}`));
    } catch {
      // The id stays.
    }
    this.#asking -= 1;
    this.#askNext();
  }
}
