// Names by id, asked for when they are first to be shown: many at once, and those that are wanted last before others.

import type { PeopleFound, Person } from "../app/api_types.ts";
import type { Http } from "../app/http.ts";
import { Store } from "../parts/element.ts";

/** So many are asked for in one request, as many as the server gives. */
const AT_ONCE = 100;
/** Whoever was scrolled past is not asked for any more. */
const MOST_WANTED = 400;

export class People extends Store {
  readonly #http: Http;
  readonly #names = new Map<string, string>();
  /** In the order in which they were wanted. */
  readonly #wanted = new Set<string>();
  /** They are on their way. */
  #asked: ReadonlySet<string> = new Set();
  #isAsking = false;

  constructor(http: Http) {
    super();
    this.#http = http;
  }

  /** Until the name is known, the id. */
  name(id: string): string {
    const known = this.#names.get(id);
    if (known === undefined && id && !this.#asked.has(id)) this.#want(id);
    return known || id;
  }

  /** The same, but it is not asked for. */
  peek(id: string): string {
    return this.#names.get(id) || id;
  }

  /** What was read elsewhere. */
  learn(person: Pick<Person, "id" | "name">): void {
    if (this.#know(person)) this.changed();
  }

  /** Who is called so, or whose id or address begins so: the first by name. Rejects as `Http` does. */
  async search(
    words: string,
    role: Person["role"] | "" = "",
    most = AT_ONCE,
  ): Promise<PeopleFound> {
    const query = new URLSearchParams({ search: words.trim(), limit: String(most) });
    if (role) query.set("role", role);
    const found = await this.#http.get<PeopleFound>(`/v1/people?${query}`);
    this.#take(found);
    return found;
  }

  /** Once the names of all of them are known, as far as they have one. Rejects as `Http` does. */
  async known(ids: Iterable<string>): Promise<void> {
    const unknown = [...new Set(ids)].filter((each) => !this.#names.has(each));
    for (let start = 0; start < unknown.length; start += AT_ONCE) {
      await this.#read(unknown.slice(start, start + AT_ONCE));
    }
  }

  #want(id: string): void {
    this.#wanted.delete(id);
    this.#wanted.add(id);
    if (this.#isAsking) return;
    this.#isAsking = true;
    queueMicrotask(() => void this.#askThem());
  }

  async #askThem(): Promise<void> {
    while (this.#wanted.size) {
      const wanted = [...this.#wanted].slice(-MOST_WANTED);
      const next = wanted.slice(-AT_ONCE);
      this.#wanted.clear();
      for (const each of wanted.slice(0, -AT_ONCE)) this.#wanted.add(each);
      this.#asked = new Set(next);
      // Also where that fails they are not asked for again and again: the id stays.
      await this.#read(next).catch(() => this.#know(...next.map((id) => ({ id, name: id }))));
    }
    this.#asked = new Set();
    this.#isAsking = false;
  }

  async #read(ids: readonly string[]): Promise<void> {
    const query = new URLSearchParams({ ids: ids.join(","), limit: String(AT_ONCE) });
    const found = await this.#http.get<PeopleFound>(`/v1/people?${query}`);
    // Somebody who is not there, or was erased, is their id.
    this.#know(...ids.filter((each) => !this.#names.has(each)).map((id) => ({ id, name: id })));
    this.#take(found);
  }

  #take(found: PeopleFound): void {
    if (this.#know(...found.people)) this.changed();
  }

  /** Whether any of them is new, or called otherwise than before. */
  #know(...people: Pick<Person, "id" | "name">[]): boolean {
    let isNew = false;
    for (const { id, name } of people) {
      isNew ||= this.#names.get(id) !== name;
      this.#names.set(id, name);
    }
    return isNew;
  }
}
