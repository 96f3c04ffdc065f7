// What happened at sessions, in words: events that stand between the messages.

import type { SystemEvent } from "../client/protocol.ts";
import type { Words } from "../words/words.ts";
import type { Times } from "./format.ts";
import type { IconName } from "./icons.ts";

export interface EventWords {
  icon: IconName;
  text: string;
}

/** Of names that this version does not know it says so; the seq counts all the same. */
export function eventWords(
  event: SystemEvent | null | undefined,
  words: Words,
  times: Times,
  now: number,
): EventWords {
  const said = words.events;
  const starts = instantOf(event?.data["starts_at"]);
  const service = event?.data["service"] === "live_chat" ? said.liveChat : said.videoCall;
  const when = starts === null ? "" : `${times.day(starts, now)} ${times.at(starts)}`;
  const icon: IconName = event?.data["service"] === "live_chat" ? "live" : "calendar";
  switch (event?.name) {
    case "booked":
      return { icon, text: said.booked(service, when) };
    case "moved":
      return { icon, text: said.moved(service, when) };
    case "cancelled":
      return { icon, text: said.cancelled(service, when) };
    case "started":
      return { icon, text: said.started(service) };
    case "ended":
      return { icon, text: said.ended(service) };
    case "late":
      return { icon, text: said.late };
    case "no_show":
      return { icon, text: said.noShow };
    case "corrected":
      return { icon, text: said.corrected(String(event.data["units"] ?? "")) };
    default:
      return { icon: "info", text: words.talk.unknownEvent };
  }
}

function instantOf(said: unknown): number | null {
  const at = typeof said === "string" ? Date.parse(said) : NaN;
  return Number.isNaN(at) ? null : at;
}
