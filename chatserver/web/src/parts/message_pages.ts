// The rows of a conversation in pages: what is as it was is not drawn again, and what cannot be seen is not laid out.

import type { MessageRow } from "./message_rows.ts";

const MESSAGES = 50;
const UNSENT = "unsent";

export interface MessagePage {
  /** Stays, whatever comes before and after it. */
  readonly key: string;
  /** The same array as long as nothing in it is different. */
  readonly rows: readonly MessageRow[];
}

export class MessagePages {
  #last = new Map<string, MessagePage>();

  /** All of them, the oldest first. */
  of(rows: readonly MessageRow[]): readonly MessagePage[] {
    const pages = new Map<string, MessageRow[]>();
    // A day stands on the page of what follows it.
    let days: MessageRow[] = [];
    for (const row of rows) {
      if (row.kind === "day") {
        days.push(row);
        continue;
      }
      const key = row.kind === "unsent" ? UNSENT : String(Math.floor(row.message.seq / MESSAGES));
      const page = pages.get(key);
      if (page) page.push(...days, row);
      else pages.set(key, [...days, row]);
      days = [];
    }
    this.#last = new Map(
      [...pages].map(([key, rows]) => {
        const last = this.#last.get(key);
        return [key, last && areSame(last.rows, rows) ? last : { key, rows }];
      }),
    );
    return [...this.#last.values()];
  }
}

function areSame(a: readonly MessageRow[], b: readonly MessageRow[]): boolean {
  return a.length === b.length && a.every((row, index) => isSame(row, b[index]!));
}

/** Messages are never changed in place. */
function isSame(a: MessageRow, b: MessageRow): boolean {
  const names = Object.keys(a) as (keyof MessageRow)[];
  return names.every((name) => a[name] === b[name]);
}
