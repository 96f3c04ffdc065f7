// How urgent an answer is: a shape, words, and last a colour. For those who answer; members see when an answer comes.

import { html, type TemplateResult } from "lit";
import type { ConversationView, Reply } from "../client/protocol.ts";
import type { Words } from "../words/words.ts";
import { capital, type Times } from "./format.ts";
import { icon } from "./icons.ts";

export type Urgency = "late" | "hour" | "soon" | "calm" | "none" | "done";

export const HOUR = 3_600_000;
export const SOON = 4 * HOUR;

export function urgencyOf(reply: Reply, now: number): Urgency {
  if (!reply.waiting_since) return "done";
  if (!reply.due_at) return "none";
  const left = Date.parse(reply.due_at) - now;
  if (reply.overdue || left < 0) return "late";
  return left <= HOUR ? "hour" : left <= SOON ? "soon" : "calm";
}

export function dueWords(reply: Reply, words: Words, times: Times, now: number): string {
  const due = reply.due_at ? Date.parse(reply.due_at) : 0;
  switch (urgencyOf(reply, now)) {
    case "done":
      return words.due.done;
    case "none":
      return words.due.none;
    case "late":
      return words.due.late(times.span(now - due));
    case "calm": {
      const days = times.daysAway(due, now);
      return days === 0
        ? capital(`${words.common.today} ${times.clock(due)}`)
        : capital(`${times.weekday(due)} ${times.clock(due)}`);
    }
    default:
      return words.due.left(times.span(due - now));
  }
}

/** `isAnswered` says whether there was anything to answer, where nothing waits. */
export function dueMark(
  reply: Reply,
  words: Words,
  times: Times,
  now: number,
  isAnswered = true,
): TemplateResult {
  const found = urgencyOf(reply, now);
  const urgency = found === "done" && !isAnswered ? "none" : found;
  const said = urgency === "none" ? words.due.none : dueWords(reply, words, times, now);
  return html`<span class="due due--${urgency}">${icon(`u-${urgency}`)}${said}</span>`;
}

/** Whether the last that stands there is a text: then nothing that waits means that it was answered. */
export function hasTexts({ last }: ConversationView): boolean {
  return last !== null && !last.event;
}

/** What is late comes first, then by deadline; then those who wait without one; then all others. */
export function byUrgency(a: Reply, b: Reply): number {
  return rank(a) - rank(b) || (a.due_at ?? "").localeCompare(b.due_at ?? "");
}

function rank(reply: Reply): number {
  return reply.due_at ? 0 : reply.waiting_since ? 1 : 2;
}
