// What the composer's line says: the server's truth about writing, in words, with when it changes.

import type { Composer } from "../client/protocol.ts";
import type { Words } from "../words/words.ts";
import type { Times } from "./format.ts";
import type { IconName } from "./icons.ts";

/** How the composer looks. `name` is the last part of its class. */
export interface WritingState {
  name: "open" | "locked" | "refused" | "live";
  icon: IconName;
  /** The bold beginning. */
  lead: string;
  /** The rest. */
  more: string;
  /** What is left, behind the figure of the windows. */
  left: string;
  /** How many writing windows run (0 or 1), and are left beside; null where the plan has none. */
  windows: { running: boolean; left: number } | null;
  isOpen: boolean;
}

const MINUTE = 60_000;

export function writingState(
  composer: Composer,
  words: Words,
  times: Times,
  now: number,
  wasRefused: false | "rules" | "error",
  perWeek?: number | null,
): WritingState {
  const told = composer.open
    ? open(composer, words, times, now)
    : locked(composer, words, times, now, perWeek);
  if (!wasRefused) return told;
  const back = wasRefused === "error"
    ? words.state.notTaken
    : `${told.isOpen ? "" : `${told.lead} `}${words.state.backFirst}`;
  const opens = composer.open ? "" : ` ${whenItOpens(composer, words, times, now)}`;
  return {
    ...told,
    name: "refused",
    icon: "return",
    lead: words.state.notSent,
    more: `${back}${opens}`.trim(),
    left: "",
    windows: null,
  };
}

function open(composer: Composer, words: Words, times: Times, now: number): WritingState {
  const { state } = words;
  if (composer.live_until) {
    const until = times.clock(Date.parse(composer.live_until));
    return of("live", "live", state.live(until), state.liveMore, null, true);
  }
  const left = composer.windows_left;
  const windows = left === null ? null : { running: composer.window_ends_at !== null, left };
  const more: string[] = [];
  const tellsLeft: string[] = [];
  if (composer.window_ends_at) {
    const ends = Date.parse(composer.window_ends_at);
    more.push(state.windowEnds(times.span(ends - now), times.at(ends)));
  } else if (left !== null) {
    more.push(state.windowWaits);
  }
  if (left !== null) tellsLeft.push(state.windowsLeft(left));
  if (composer.messages_left !== null) tellsLeft.push(state.messagesLeft(composer.messages_left));
  const told = of("open", "pen", state.open, more.join(" "), windows, true);
  return { ...told, left: tellsLeft.join(" ") };
}

function locked(
  composer: Composer,
  words: Words,
  times: Times,
  now: number,
  perWeek: number | null | undefined,
): WritingState {
  const { state } = words;
  const opens = whenItOpens(composer, words, times, now);
  const more = composer.reason === "ended" ? state.readOn : `${opens} ${state.textStays}`.trim();
  switch (composer.reason) {
    case "closed":
      return of("locked", "moon", state.closed, more, null, false);
    case "messages_used":
      return of("locked", "lock", state.messagesUsed, more, null, false);
    case "paused":
      return of("locked", "lock", state.paused, more, null, false);
    case "suspended":
      return of("locked", "lock", state.suspended, more, null, false);
    case "ended":
      return of("locked", "lock", state.ended, more, null, false);
    default:
      return of(
        "locked",
        "lock",
        perWeek === 2 ? state.bothUsed : state.quotaUsed,
        more,
        null,
        false,
      );
  }
}

function whenItOpens(composer: Composer, words: Words, times: Times, now: number): string {
  if (!composer.opens_at) return "";
  const opens = Date.parse(composer.opens_at);
  return words.state.opens(
    `${times.weekday(opens)} ${times.at(opens)}`,
    times.span(Math.max(opens - now, MINUTE)),
  );
}

function of(
  name: WritingState["name"],
  icon: IconName,
  lead: string,
  more: string,
  windows: WritingState["windows"],
  isOpen: boolean,
): WritingState {
  return { name, icon, lead, more, left: "", windows, isOpen };
}
