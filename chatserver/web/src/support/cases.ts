// Cases as support sees them: those that are open, the next due first, kept up to date by what the server says.

import type { CaseList, CaseSummary } from "../app/api_types.ts";
import type { Http } from "../app/http.ts";
import type { Chat } from "../client/chat.ts";
import { Store } from "../parts/element.ts";

/** Of a page. */
const PAGE = 100;

export interface CaseChoice {
  which: "open" | "mine" | "ended";
  /** "" for any. */
  kind: string;
}

export class Cases extends Store {
  readonly #http: Http;
  readonly #user: string;
  #choice: CaseChoice = { which: "open", kind: "" };
  #cases = new Map<string, CaseSummary>();
  #open = 0;
  #more = false;
  #isKnown = false;
  #asked = 0;
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(chat: Chat, http: Http, user: string) {
    super();
    this.#http = http;
    this.#user = user;
    chat.on("event", ({ type }) => {
      if (type === "welcome") void this.load();
      // Many may come at once: they are asked for together.
      if (type === "case") this.#again ??= setTimeout(() => void this.load(), 300);
    });
  }

  /** How many of the first page of all are open. */
  get openCount(): number {
    return this.#open;
  }

  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** Whether older ones exist. */
  get more(): boolean {
    return this.#more;
  }

  get choice(): CaseChoice {
    return this.#choice;
  }

  /** The next due first; those that wait for nothing last, the newest first. */
  get list(): readonly CaseSummary[] {
    const at = (each: CaseSummary) => each.due?.at ?? "~";
    return [...this.#cases.values()].sort((a, b) =>
      at(a) < at(b) ? -1 : at(a) > at(b) ? 1 : b.opened_at.localeCompare(a.opened_at)
    );
  }

  choose(choice: Partial<CaseChoice>): Promise<void> {
    this.#choice = { ...this.#choice, ...choice };
    return this.load();
  }

  /** The first page, anew. */
  async load(): Promise<void> {
    clearTimeout(this.#again);
    this.#again = undefined;
    this.#asked += 1;
    const asked = this.#asked;
    try {
      const [page, open] = await Promise.all([
        this.#page(this.#query()),
        this.#page("open=true"),
      ]);
      if (asked !== this.#asked) return;
      this.#cases = new Map(page.cases.map((each) => [each.id, each]));
      this.#more = page.more;
      this.#open = open.cases.length;
      this.#isKnown = true;
    } catch {
      // What was known stays; with the next welcome it is asked again.
    }
    this.changed();
  }

  /** And the page behind those that are there. */
  async loadOlder(): Promise<void> {
    const last = [...this.#cases.keys()].at(-1);
    if (last === undefined) return;
    const page = await this.#page(`${this.#query()}&after=${encodeURIComponent(last)}`);
    for (const each of page.cases) this.#cases.set(each.id, each);
    this.#more = page.more;
    this.changed();
  }

  #page(query: string): Promise<CaseList> {
    return this.#http.get<CaseList>(`/v1/cases?limit=${PAGE}&${query}`);
  }

  #query(): string {
    const { which, kind } = this.#choice;
    const query = new URLSearchParams();
    if (which !== "ended") query.set("open", "true");
    if (which === "mine") query.set("assignee", this.#user);
    if (kind) query.set("kind", kind);
    return query.toString();
  }
}
