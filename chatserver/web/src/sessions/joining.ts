// Where a session is held: a live chat in its conversation, a video call behind its link.

import type { BookingView } from "../app/api_types.ts";
import { Place } from "../app/place.ts";
import type { App } from "../app/start.ts";

/** The address of a video call; null where the session is not held behind a link. */
export function callAddress(booking: BookingView): string | null {
  return booking.service === "video_call" ? booking.join_url : null;
}

/** Where one writes with the other side. */
export function talkLink(app: App, booking: BookingView): string {
  return app.role === "member" ? Place.link() : Place.link("conversations", booking.conversation);
}
