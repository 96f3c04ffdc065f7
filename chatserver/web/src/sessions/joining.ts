// Where a session is held: a live chat in its conversation, a video call behind its link.

import type { BookingView } from "../app/api_types.ts";
import { Place } from "../app/place.ts";
import type { App } from "../app/start.ts";

/** The address of a video call: the platform's own place, where it has one, else the page of the call; null for a live chat. */
export function callAddress(booking: BookingView): string | null {
  if (booking.service !== "video_call") return null;
  return booking.join_url ?? `/app/call/${encodeURIComponent(booking.id)}`;
}

/** Whether going there is joining: the page of the call asks first how one is seen and heard. */
export function joinsByGoing(booking: BookingView): boolean {
  return booking.service !== "video_call" || booking.join_url !== null;
}

/** Where one writes with the other side. */
export function talkLink(app: App, booking: BookingView): string {
  return app.role === "member" ? Place.link() : Place.link("conversations", booking.conversation);
}
