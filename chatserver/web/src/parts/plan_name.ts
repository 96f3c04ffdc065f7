// A plan's id as a name: `live+` is Live+.

import type { WritingWeek } from "../app/api_types.ts";
import type { Words } from "../words/words.ts";
import { capital } from "./format.ts";

export function planName(id: string): string {
  return capital(id);
}

/** That there is a plan with which one writes more freely; '' where there is none. */
export function planHint(week: WritingWeek, words: Words): string {
  if (week.freer === null) return "";
  const plan = planName(week.freer);
  return week.freer_kind === "always" ? words.week.freerAlways(plan) : words.week.freer(plan);
}
