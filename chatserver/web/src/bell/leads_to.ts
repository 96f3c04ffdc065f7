// Where a notice leads in its person's app.

import type { NoticeView } from "../client/protocol.ts";
import type { PersonRole } from "../app/account.ts";
import { Place } from "../app/place.ts";

/** As an address there; undefined where there is nothing more to see. */
export function leadsTo(
  { event, conversation, data }: Pick<NoticeView, "event" | "conversation" | "data">,
  role: PersonRole,
): string | undefined {
  const [about] = event.split(".");
  if (role === "support" && typeof data.case === "string") return Place.link("cases", data.case);
  if (role === "mentor" && about === "case") return Place.link("cases");
  if (role === "member" && about === "case") return Place.link("requests");
  if (role === "member" && (about === "booking" || about === "session")) {
    return Place.link("sessions");
  }
  return conversation === null ? undefined : Place.link("conversations", conversation);
}
