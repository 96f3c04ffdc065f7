// On which days of this week one has written, in conversations whose plan asks for some. A reminder, no deadline.

import type { MentorDays, WrittenDays } from "../app/api_types.ts";
import { nameOf } from "../app/names.ts";
import type { App } from "../app/start.ts";
import { Store } from "../parts/element.ts";
import { Times } from "../parts/format.ts";

export class OwnDays extends Store {
  readonly #app: App;
  #found: readonly WrittenDays[] | undefined;
  #names: Readonly<Record<string, string>> = {};
  #asked = false;
  #loading: Promise<void> | undefined;

  constructor(app: App) {
    super();
    this.#app = app;
    const { chat } = app.chats;
    chat.on("event", (event) => {
      if (event.type === "welcome" && this.#asked) void this.load();
    });
    chat.on("wrote", ({ conversation, at }) => this.#wrote(conversation, at));
  }

  /** Ask, where nobody has yet, or the week that is known is over. */
  want(): void {
    const isOver = this.#found?.some((each) => Date.parse(each.ends_at) <= this.#now);
    if (!this.#asked || isOver) void this.load();
  }

  load(): Promise<void> {
    return this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
  }

  async #load(): Promise<void> {
    this.#asked = true;
    const path = `/v1/mentors/${encodeURIComponent(this.#app.user)}/writing-days`;
    try {
      const { conversations, names } = await this.#app.http.get<MentorDays>(path);
      this.#found = conversations;
      this.#names = names;
      this.changed();
    } catch {
      // A reminder that does not come; what was known stays.
    }
  }

  of(conversation: string): WrittenDays | undefined {
    return this.#found?.find((each) => each.conversation === conversation);
  }

  /** Of a member, who may be beyond the conversations that are known here. */
  name(member: string): string {
    return this.#names[member] ?? nameOf(member);
  }

  /** Those with fewer days than the plan asks for, the fewest first. */
  get behind(): readonly WrittenDays[] {
    return (this.#found ?? []).filter((each) => each.days.length < each.asked)
      .toSorted((a, b) => a.days.length - b.days.length);
  }

  /** Whether a text sent now would make it as many days as the plan asks for. */
  wouldSuffice(conversation: string): boolean {
    const found = this.of(conversation);
    if (!found || found.days.length + 1 !== found.asked) return false;
    return !found.days.includes(this.#day(conversation, this.#now));
  }

  /** The server notes it within seconds. */
  #wrote(conversation: string, at: string): void {
    const found = this.of(conversation);
    const day = this.#day(conversation, Date.parse(at));
    if (!found || found.days.includes(day)) return;
    const days = [...found.days, day];
    this.#found = this.#found?.map((each) => each === found ? { ...each, days } : each);
    this.changed();
  }

  /** As the conversation's calendar has it. */
  #day(conversation: string, instant: number): string {
    const zone = this.#app.chats.talk(conversation)?.view.zone ?? null;
    return new Times(this.#app.language, zone).date(instant);
  }

  get #now(): number {
    return this.#app.chats.chat.clock.now();
  }
}

const known = new WeakMap<App, OwnDays>();

/** One for all that shows them. */
export function ownDaysOf(app: App): OwnDays {
  let found = known.get(app);
  if (!found) known.set(app, found = new OwnDays(app));
  return found;
}
