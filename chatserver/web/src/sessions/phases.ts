// Where a booking stands by the clock, without asking again.

import type { BookingView } from "../app/api_types.ts";

const MINUTE = 60_000;

export interface Phase {
  /** Nobody can join yet, may now, or not any more. */
  joining: "early" | "open" | "over";
  /** ms: from when on one may join. */
  joinFrom: number;
  /** It is past its start. */
  isRunning: boolean;
  starts: number;
  ends: number;
}

export function phaseOf(booking: BookingView, joinMinutes: number, now: number): Phase {
  const starts = Date.parse(booking.starts_at);
  const ends = Date.parse(booking.ends_at);
  const joinFrom = starts - joinMinutes * MINUTE;
  const joining = now < joinFrom ? "early" : now < ends ? "open" : "over";
  return { joining, joinFrom, isRunning: now >= starts, starts, ends };
}

/** Until when it can be moved free of charge; null where that has passed, or nobody knows it yet. */
export function movableUntil(booking: BookingView, lateHours: number, now: number): number | null {
  const until = Date.parse(booking.starts_at) - lateHours * 60 * MINUTE;
  return until > now ? until : null;
}
