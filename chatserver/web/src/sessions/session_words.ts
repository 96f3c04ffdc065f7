// Sessions in words: what, when, for what price, and why something was refused.

import type { BookingView, Price, ServiceView } from "../app/api_types.ts";
import { HttpProblem } from "../app/http.ts";
import { money, type Times } from "../parts/format.ts";
import type { IconName } from "../parts/icons.ts";
import type { Language, Words } from "../words/words.ts";

type Service = BookingView["service"];

export function serviceIcon(service: Service): IconName {
  return service === "live_chat" ? "live" : "video";
}

/** "Video call": as a heading. */
export function serviceName(service: Service, words: Words): string {
  return service === "live_chat" ? words.sessions.liveChat : words.sessions.videoCall;
}

/** "Wednesday 2 December, 11:00–11:30". */
export function whenWords(
  starts: number,
  ends: number,
  times: Times,
  now: number,
  words: Words,
): string {
  return words.sessions.when(times.day(starts, now), times.at(starts), times.clock(ends));
}

/** "1 credit", "NOK 550", or that it costs nothing. */
export function costWords(
  of: { kind: BookingView["kind"]; units: number; price: Price | null },
  isLimited: boolean,
  words: Words,
  language: Language,
): string {
  if (of.kind === "plan") {
    return isLimited ? words.sessions.credits(of.units) : words.sessions.inPlan;
  }
  return of.price
    ? money(language, of.price.amount, of.price.currency)
    : words.sessions.costsNothing;
}

/** Those of one kind: a choice of the first step, for some lengths. */
export interface ServiceChoice {
  key: string;
  service: Service;
  kind: BookingView["kind"];
  lengths: ServiceView[];
}

export function choicesOf(services: readonly ServiceView[]): ServiceChoice[] {
  const found = new Map<string, ServiceChoice>();
  for (const each of services) {
    const { service, kind } = each;
    const key = `${kind}-${service}`;
    const known = found.get(key) ?? { key, service, kind, lengths: [] };
    found.set(key, known);
    known.lengths.push(each);
  }
  return [...found.values()];
}

/** What to say where the server refused, or did not answer. */
export function refusalWords(fault: unknown, words: Words): string {
  const reason = fault instanceof HttpProblem ? fault.problem.reason : undefined;
  const known: Readonly<Record<string, string>> = words.sessions.refused;
  return (reason === undefined ? undefined : known[reason]) ?? words.common.failed;
}

/** The place of a zone: "Oslo". */
export function placeOf(zone: string | undefined): string {
  const named = zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  return named.slice(named.lastIndexOf("/") + 1).replaceAll("_", " ");
}
