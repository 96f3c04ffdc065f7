// What happened beside the messages, in words: events that stand between them.

import type { SystemEvent } from "../client/protocol.ts";
import type { Words } from "../words/words.ts";
import type { Times } from "./format.ts";
import type { IconName } from "./icons.ts";

export interface EventWords {
  icon: IconName;
  text: string;
}

/** Who did it: a name, `you`, or null where it was nobody whom one meets here. */
export type Doer = string | { you: true } | null;

/** Of names that this version does not know it says so; the seq counts all the same. `member` is whose sessions they are. */
export function eventWords(
  event: SystemEvent | null | undefined,
  words: Words,
  times: Times,
  now: number,
  by: Doer = null,
  member: Doer = null,
): EventWords {
  const said = words.events;
  const starts = instantOf(event?.data["starts_at"]);
  const service = event?.data["service"] === "live_chat" ? said.liveChat : said.videoCall;
  const when = starts === null
    ? ""
    : `${times.day(starts, now)} ${times.at(starts)}${until(event, starts, times)}`;
  const icon: IconName = event?.data["service"] === "live_chat" ? "live" : "calendar";
  switch (event?.name) {
    case "booked":
    case "moved":
    case "cancelled":
      return { icon, text: changed(event.name, by, words, service, when) };
    case "started":
      return { icon, text: said.started(service) };
    case "ended":
      return { icon, text: said.ended(service) };
    case "late":
      return { icon, text: said.late };
    case "no_show":
      return { icon, text: missed(event, words, times, now, member) };
    case "corrected":
      return { icon, text: said.corrected(String(event.data["units"] ?? "")) };
    case "acknowledged":
      return { icon: "read", text: acknowledged(by, words) };
    default:
      return { icon: "info", text: words.talk.unknownEvent };
  }
}

function acknowledged(by: Doer, { waits }: Words): string {
  if (by === null) return waits.acknowledgedByNobody;
  return typeof by === "string" ? waits.acknowledged(by) : waits.acknowledgedByYou;
}

function changed(
  name: "booked" | "moved" | "cancelled",
  by: Doer,
  { events }: Words,
  service: string,
  when: string,
): string {
  if (by === null) return events[name](service, when);
  return typeof by === "string"
    ? events[`${name}By`](by, service, when)
    : events[`${name}ByYou`](service, when);
}

/** To the member without blame, and with what comes next. */
function missed(
  event: SystemEvent,
  { common, events: said }: Words,
  times: Times,
  now: number,
  member: Doer,
): string {
  if (member === null) return said.noShow;
  if (typeof member === "string") return said.didNotCome(member);
  const [starts, next] = [event.data["starts_at"], event.data["next_session"]].map(instantOf);
  const when = starts == null
    ? ""
    : times.daysAway(starts, now) === 0
    ? common.today
    : said.onDay(times.day(starts, now));
  // Of a next one that has been by now there is nothing to say.
  if (next == null || next <= now) return said.missed(when);
  const isSoon = times.daysAway(next, now) < 7;
  const day = isSoon ? times.weekday(next) : times.day(next, now);
  return said.missedNext(when, said.dayAt(day, times.at(next)));
}

/** "–11:30", where it is known how long it is. */
function until(event: SystemEvent | null | undefined, starts: number, times: Times): string {
  const minutes = event?.data["minutes"];
  return typeof minutes === "number" ? `–${times.clock(starts + minutes * 60_000)}` : "";
}

function instantOf(said: unknown): number | null {
  const at = typeof said === "string" ? Date.parse(said) : NaN;
  return Number.isNaN(at) ? null : at;
}
