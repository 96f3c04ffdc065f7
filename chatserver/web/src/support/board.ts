// Who waits for an answer, as the server says it, and the order in which that is shown: held while somebody reads.

import type { Chat } from "../client/chat.ts";
import type { BoardShown, BoardWait } from "../client/protocol.ts";
import { Store } from "../parts/element.ts";
import { HOUR, SOON, type Urgency, urgencyOf } from "../parts/due.ts";
import type { People } from "./people.ts";

/** As many rows as the server gives one watcher. */
export const MOST_ROWS = 10_000;

export interface BoardFilter {
  /** A part of a name or an id, in whatever letters. */
  member: string;
  /** Ids; "" for any. */
  mentor: string;
  plan: string;
  state: "all" | "overdue" | "soon";
}

export const NO_FILTER: BoardFilter = { member: "", mentor: "", plan: "", state: "all" };

export interface BoardNumbers {
  waiting: number;
  soon: number;
  withinHour: number;
  overdue: number;
  /** How late the latest is, in ms; 0 for none. */
  longest: number;
}

export class Board extends Store {
  readonly #chat: Chat;
  readonly #people: People;
  #rows = new Map<string, BoardWait>();
  /** Them in the order of urgency, save those that came since. */
  #sorted: BoardWait[] = [];
  #fresh: BoardWait[] = [];
  /** Of a snapshot that comes in several events: what stood before is shown until it is whole. */
  #coming: Map<string, BoardWait> | undefined;
  #waiting = 0;
  #isKnown = false;
  #watchers = 0;
  #filter = NO_FILTER;
  /** The order that is shown, and each row as it was when it was taken. */
  #order: string[] = [];
  #taken = new Map<string, BoardWait>();
  #isHeld = false;
  #changes = 0;
  readonly #collator = new Intl.Collator();
  /** All that have been in rows since the last snapshot. */
  #mentors = new Set<string>();
  #plans = new Set<string>();

  constructor(chat: Chat, people: People) {
    super();
    this.#chat = chat;
    this.#people = people;
    chat.on("event", (event) => {
      if (event.type === "welcome") this.#ask();
      if (event.type === "replies") this.take(event);
      if (event.type === "clock") this.look();
    });
  }

  /** Watch it on the server, until the function that comes back is called. */
  open(): () => void {
    this.#watchers += 1;
    if (this.#watchers === 1) this.#ask();
    return () => {
      this.#watchers -= 1;
      if (this.#watchers === 0) this.#chat.say({ type: "watch", replies: false });
    };
  }

  /** Whether the server has said who waits. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** How many wait in all; more than there are rows where there are very many. */
  get waiting(): number {
    return this.#waiting;
  }

  /** How many rows are known here. */
  get known(): number {
    return this.#rows.size;
  }

  /** Conversations in the order that is shown. */
  get order(): readonly string[] {
    return this.#order;
  }

  /** How many rows are new, have moved or are over since that order was taken. */
  get changes(): number {
    return this.#changes;
  }

  get filter(): BoardFilter {
    return this.#filter;
  }

  /** A row as it is now; of a wait that is over since, as it was, without a deadline. */
  row(conversation: string): BoardWait | undefined {
    const row = this.#rows.get(conversation);
    if (row) return row;
    const was = this.#taken.get(conversation);
    return was && { ...was, waiting_since: "", due_at: null };
  }

  /** Ids of mentors, and plans, to choose from. */
  get mentors(): string[] {
    const named = [...this.#mentors].map((id) => ({ id, name: this.#people.name(id) }));
    return named.sort((a, b) => this.#collator.compare(a.name, b.name)).map((each) => each.id);
  }

  get plans(): string[] {
    return [...this.#plans].sort();
  }

  numbers(now: number): BoardNumbers {
    const numbers = { waiting: this.#waiting, soon: 0, withinHour: 0, overdue: 0, longest: 0 };
    const [is, inAnHour, soon] = [instant(now), instant(now + HOUR), instant(now + SOON)];
    for (const { due_at, overdue } of this.#rows.values()) {
      if (!due_at || due_at > soon) continue;
      if (overdue || due_at < is) {
        numbers.overdue += 1;
        numbers.longest = Math.max(numbers.longest, now - Date.parse(due_at));
      } else {
        numbers.soon += 1;
        if (due_at <= inAnHour) numbers.withinHour += 1;
      }
    }
    return numbers;
  }

  /** Show other rows: in their order of now, also while it is held. */
  select(filter: Partial<BoardFilter>): void {
    this.#filter = { ...this.#filter, ...filter };
    this.takeChanges();
  }

  /** Somebody reads, or does not any more. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    if (!isHeld && this.#changes) this.takeChanges();
  }

  /** Show the rows that there are now, in their order. */
  takeChanges(): void {
    const fits = this.#filterAt(this.#chat.clock.now());
    this.#order = [];
    this.#taken = new Map();
    for (const row of this.#inOrder()) {
      if (!fits(row)) continue;
      this.#order.push(row.conversation);
      this.#taken.set(row.conversation, row);
    }
    this.#changes = 0;
    this.changed();
  }

  /** Time has passed: a row may have come into the state that is shown. */
  look(): void {
    this.#settle();
  }

  /** What the server says. Many rows come in several events: the very first is shown at once. */
  take(said: BoardShown): void {
    if (said.snapshot) this.#coming = new Map();
    const rows = this.#coming ?? this.#rows;
    for (const row of said.rows) {
      rows.set(row.conversation, row);
      if (rows === this.#rows) this.#note(row);
    }
    for (const conversation of said.removed) rows.delete(conversation);
    this.#waiting = said.totals.waiting;
    if (said.more && this.#isKnown) return;
    if (rows !== this.#rows) this.#startWith(rows);
    const isFirst = !this.#isKnown;
    this.#isKnown = true;
    if (isFirst || !this.#isHeld) this.takeChanges();
    else this.#settle();
  }

  #startWith(rows: Map<string, BoardWait>): void {
    this.#rows = rows;
    this.#coming = undefined;
    [this.#sorted, this.#fresh] = [[], []];
    [this.#mentors, this.#plans] = [new Set(), new Set()];
    for (const row of rows.values()) this.#note(row);
  }

  #note(row: BoardWait): void {
    this.#fresh.push(row);
    this.#mentors.add(row.mentor);
    this.#plans.add(row.plan);
  }

  #settle(): void {
    this.#changes = this.#count();
    if (this.#changes && !this.#isHeld) this.takeChanges();
    else this.changed();
  }

  #count(): number {
    const fits = this.#filterAt(this.#chat.clock.now());
    let changes = 0;
    let stay = 0;
    for (const row of this.#rows.values()) {
      if (!fits(row)) continue;
      const was = this.#taken.get(row.conversation);
      if (was) stay += 1;
      if (was !== row && was?.due_at !== row.due_at) changes += 1;
    }
    return changes + this.#order.length - stay;
  }

  /** Of thousands of rows a few are others each time: they are put among the rest, which is in order already. */
  #inOrder(): readonly BoardWait[] {
    const all = [...this.#sorted, ...this.#fresh];
    this.#sorted = all.filter((each) => this.#rows.get(each.conversation) === each);
    if (this.#fresh.length) this.#sorted.sort(byDeadline);
    this.#fresh = [];
    return this.#sorted;
  }

  #filterAt(now: number): (row: BoardWait) => boolean {
    const { member, mentor, plan, state } = this.#filter;
    const wanted = member.toLocaleLowerCase();
    const isIn = (urgency: Urgency): boolean =>
      state === "overdue" ? urgency === "late" : urgency === "hour" || urgency === "soon";
    return (row) => {
      if (mentor && row.mentor !== mentor) return false;
      if (plan && row.plan !== plan) return false;
      if (state !== "all" && !isIn(urgencyOf(row, now))) return false;
      return !wanted || row.member.toLocaleLowerCase().includes(wanted) ||
        this.#people.peek(row.member).toLocaleLowerCase().includes(wanted);
    };
  }

  #ask(): void {
    if (this.#watchers) {
      this.#chat.say({ type: "watch", replies: true, state: "waiting", limit: MOST_ROWS });
    }
  }
}

function instant(at: number): string {
  return new Date(at).toISOString();
}

/** Instants in UTC sort as they are written; those who wait without a deadline come last. */
function byDeadline(a: BoardWait, b: BoardWait): number {
  return compare(a.due_at ?? "~", b.due_at ?? "~") || compare(a.conversation, b.conversation);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
