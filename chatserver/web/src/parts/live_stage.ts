// Which moments of a live chat are spoken: its beginning, five minutes and one minute before its end, and its end.

const MINUTE = 60_000;

/** How far a live chat is: null where none runs, else the minutes of the last moment that has passed. */
export type LiveStage = null | "running" | 5 | 1 | 0;
export type LiveMoment = "began" | 5 | 1 | "over";

const ORDER: readonly LiveStage[] = ["running", 5, 1, 0];

/** `left`: ms to its end, null where none runs. */
export function stageOf(left: number | null): LiveStage {
  if (left === null) return null;
  if (left <= 0) return 0;
  if (left <= MINUTE) return 1;
  return left <= 5 * MINUTE ? 5 : "running";
}

/** What is to be said where it was `before` when one looked last; null for nothing. A longer chat is said by nobody. */
export function momentBetween(before: LiveStage, after: LiveStage): LiveMoment | null {
  if (before === after) return null;
  if (after === null) return before === 0 ? null : "over";
  if (before === null) return after === 0 ? null : "began";
  if (ORDER.indexOf(after) < ORDER.indexOf(before)) return null;
  return after === 0 ? "over" : after === "running" ? null : after;
}
