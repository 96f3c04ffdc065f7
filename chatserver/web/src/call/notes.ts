// The one note that stands on the stage: what matters most now, and what follows from it.

import type { App } from "../app/start.ts";
import type { IconName } from "../parts/icons.ts";
import type { Times } from "../parts/format.ts";
import type { CallWords } from "../words/call/words.ts";
import type { Call } from "./call.ts";

const MINUTE = 60_000;
/** So long after the start whoever is alone hears what was done. */
const LATE_MS = 5 * MINUTE;
/** From then on the mentor may say that the member did not come. */
export const NO_SHOW_MS = 10 * MINUTE;
/** The end of the booked time is said when it passes, and once more. */
const REMINDED_MS: readonly number[] = [0, 15 * MINUTE];
/** So long a reminder stands. */
const REMINDER_MS = 2 * MINUTE;

export interface StageNote {
  icon: IconName;
  lead: string;
  more: string;
  /** What the mentor can do about it. */
  act?: "finish" | "absent";
}

/** `name` is of the other side. */
export function stageNote(
  call: Call,
  name: string,
  words: CallWords,
  times: Times,
  now: number,
): StageNote | null {
  const said = words.notes;
  const { booking, devices, app } = call;
  if (!booking) return null;
  const starts = Date.parse(booking.starts_at);
  if (call.line?.state === "lost") {
    const isThere = call.talk?.view.peer_online ?? true;
    // Whose own connection is down knows nothing of the other's.
    const more = isThere || app.chats.state !== "online" ? said.stillThere : said.bothGone;
    return { icon: "offline", lead: said.lost, more: more(name) };
  }
  if (devices.failed) {
    return { icon: "info", lead: failed(devices.failed, words), more: said.goesOn };
  }
  if (!call.isTogether && now >= starts + LATE_MS && !hasJoined(call)) {
    return late(app, name, words, times, starts, now);
  }
  const mayFinish = app.role === "mentor" && hasJoined(call) && now >= starts;
  const finish = mayFinish ? { act: "finish" as const } : {};
  if (!call.isTogether && call.hasLeft) {
    return { icon: "clock", lead: said.hasLeft(name), more: said.hasLeftMore(name), ...finish };
  }
  const over = now - Date.parse(booking.ends_at);
  if (REMINDED_MS.some((each) => over >= each && over < each + REMINDER_MS)) {
    return { icon: "clock", lead: said.passed, more: said.passedMore, ...finish };
  }
  if (devices.isSharing) {
    return { icon: "share", lead: said.sharing(name), more: said.sharingMore };
  }
  if (devices.isMuted && devices.microphone) {
    return { icon: "micoff", lead: said.muted, more: call.isTogether ? said.mutedMore(name) : "" };
  }
  return null;
}

/** Whether the other side has ever joined this session. */
function hasJoined({ booking, app }: Call): boolean {
  const joins = booking?.joins;
  return (app.role === "member" ? joins?.mentor : joins?.member) != null;
}

function late(
  app: App,
  name: string,
  { notes }: CallWords,
  times: Times,
  starts: number,
  now: number,
): StageNote {
  const lead = notes.late(name);
  if (app.role === "member") return { icon: "clock", lead, more: notes.lateMentor(name) };
  const from = starts + NO_SHOW_MS;
  if (now < from) return { icon: "clock", lead, more: notes.lateMember(name, times.at(from)) };
  return { icon: "clock", lead, more: notes.noShow, act: "absent" };
}

function failed(which: "camera" | "microphone" | "screen", { notes }: CallWords): string {
  switch (which) {
    case "camera":
      return notes.noCamera;
    case "microphone":
      return notes.noMicrophone;
    case "screen":
      return notes.noShare;
  }
}
