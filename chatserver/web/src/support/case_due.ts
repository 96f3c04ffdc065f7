// When a case's next step is due: a shape, words, and last a colour.

import { html } from "lit";
import type { CaseSummary } from "../app/api_types.ts";
import type { Urgency } from "../parts/due.ts";
import { icon } from "../parts/icons.ts";
import type { Desk } from "./desk.ts";

const HOUR = 3_600_000;

export function caseDue({ due, ended_at }: CaseSummary, desk: Desk) {
  const { says, times, app } = desk;
  const now = desk.now();
  if (ended_at) return mark("done", says.cases.endedAt(times.shortDay(Date.parse(ended_at))));
  if (!due) return mark("none", says.cases.noDue);
  if (!due.at) return mark("none", says.cases.stopped);
  const at = Date.parse(due.at);
  const left = at - now;
  if (left < 0) return mark("late", says.cases.late(times.span(-left)));
  if (left <= 4 * HOUR) {
    return mark(left <= HOUR ? "hour" : "soon", app.words.due.left(times.span(left)));
  }
  if (times.daysAway(at, now) === 0) {
    return mark("soon", `${says.cases.today} ${times.clock(at)}`);
  }
  return mark("calm", times.shortDay(at));
}

function mark(urgency: Urgency, said: string) {
  return html`<span class="due due--${urgency}">${icon(`u-${urgency}`)}${said}</span>`;
}
