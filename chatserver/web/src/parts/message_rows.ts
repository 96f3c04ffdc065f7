// What stands in a list of messages, row by row: days, the line above what is new, messages, what happened beside them.

import type { Unsent } from "../client/outbox.ts";
import type { Message } from "../client/protocol.ts";
import type { Times } from "./format.ts";

/** A mark stands on the last of one's own that has come so far. */
export type DeliveryMark = "sent" | "read" | "unsent";

export type MessageRow =
  | { kind: "day"; key: string; at: number; isNew: boolean; unread: number }
  | {
    kind: "message";
    key: string;
    message: Message;
    isMine: boolean;
    /** It goes on from the one before. */
    isMore: boolean;
    /** Its time is shown: the last of a run. */
    showsTime: boolean;
    mark: DeliveryMark | null;
  }
  | {
    kind: "event";
    key: string;
    message: Message;
    /** It is how a session stands that is to come: booked or moved, and neither changed nor called off since. */
    isLast: boolean;
  }
  | { kind: "unsent"; key: string; unsent: Unsent; isMore: boolean };

/** Events that say when a session is. */
const CHANGES: ReadonlySet<string> = new Set(["booked", "moved", "cancelled"]);
/** Messages of one writer within so long are one run. */
const RUN_MS = 10 * 60_000;

export interface RowsOf {
  messages: readonly Message[];
  unsent: readonly Unsent[];
  user: string;
  peerRead: number;
  /** The first seq that was unread when the page was opened; 0 where none was. */
  firstNew: number;
  unread: number;
}

export function messageRows(
  { messages, unsent, user, peerRead, firstNew, unread }: RowsOf,
  times: Times,
): MessageRow[] {
  const rows: MessageRow[] = [];
  const lastMine = messages.findLast((each) => each.from === user)?.seq ?? 0;
  const lastRead = messages.findLast((each) => each.from === user && each.seq <= peerRead)?.seq ??
    0;
  const lastOf = new Map(
    messages.filter((each) => CHANGES.has(each.event?.name ?? "")).map((each) =>
      [each.event?.data["booking"], each.event?.name === "cancelled" ? null : each] as const
    ),
  );
  messages.forEach((message, index) => {
    const [before, after] = [messages[index - 1], messages[index + 1]];
    const at = Date.parse(message.at);
    const newDay = !before || times.dayNumber(Date.parse(before.at)) !== times.dayNumber(at);
    const isNew = message.seq === firstNew;
    if (newDay || isNew) rows.push({ kind: "day", key: `day-${message.seq}`, at, isNew, unread });
    if (message.kind === "event") {
      const isLast = lastOf.get(message.event?.data["booking"]) === message;
      rows.push({ kind: "event", key: `m-${message.seq}`, message, isLast });
      return;
    }
    const isMine = message.from === user;
    rows.push({
      kind: "message",
      key: `m-${message.seq}`,
      message,
      isMine,
      isMore: !newDay && !isNew && !!before && runsOn(before, message),
      showsTime: !after || !runsOn(message, after) || after.seq === firstNew,
      mark: !isMine
        ? null
        : message.seq === lastRead
        ? "read"
        : message.seq === lastMine
        ? "sent"
        : null,
    });
  });
  const last = messages.at(-1);
  unsent.forEach((each, index) =>
    rows.push({
      kind: "unsent",
      key: `u-${each.id}`,
      unsent: each,
      isMore: index > 0 || (last?.from === user && last.kind !== "event"),
    })
  );
  return rows;
}

function runsOn(before: Message, after: Message): boolean {
  return before.kind !== "event" && after.kind !== "event" && before.from === after.from &&
    Date.parse(after.at) - Date.parse(before.at) < RUN_MS;
}
