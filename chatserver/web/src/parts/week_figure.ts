// The week as a figure: bars where writing was open, hatching where it rests, a line for now.

import { html, svg } from "lit";
import type { WritingWeek } from "../app/api_types.ts";
import type { Words } from "../words/words.ts";
import type { Times } from "./format.ts";

const WIDTH = 350;

/** Once a page: what closed days are filled with. */
export function hatching() {
  return html`
    <svg class="vh" width="0" height="0" aria-hidden="true">
      <pattern
        id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"
      >
        <path d="M0 0v6" stroke="currentColor" stroke-width="1.5" opacity="0.5"></path>
      </pattern>
    </svg>
  `;
}

export function weekFigure(week: WritingWeek, now: number, times: Times, words: Words) {
  const days = week.days.map((each) => Date.parse(each.starts_at));
  const [begins, ends] = [days[0] ?? 0, Date.parse(week.ends_at)];
  const x = (at: number) => WIDTH * Math.min(1, Math.max(0, (at - begins) / (ends - begins)));
  const after = (index: number) => days[index + 1] ?? ends;
  const middle = (index: number) => (x(days[index]!) + x(after(index))) / 2;
  const span = (from: number, until: number, style: string, round: number) =>
    svg`<rect class=${style} x=${x(from)} y="6" width=${
      x(until) - x(from)
    } height="22" rx=${round}></rect>`;
  return html`
    <svg class="week" viewBox="0 0 ${WIDTH} 56" role="img" aria-label=${inWords(
      week,
      times,
      words,
    )}>
      <rect class="base" x="0" y="6" width=${WIDTH} height="22" rx="4"></rect>
      ${week.days.map((each, index) =>
        each.closed ? span(days[index]!, after(index), "is-closed", 0) : svg``
      )}
      ${week.windows.map((each) =>
        span(Date.parse(each.starts_at), Date.parse(each.ends_at), "bar", 3)
      )}
      <path class="now" d="M${x(now)} 1v32"></path>
      ${days.map((each, index) =>
        svg`<text x=${middle(index)} y="50" text-anchor="middle">${times.shortWeekday(each)}</text>`
      )}
    </svg>
  `;
}

/** What it shows, for whoever does not see it. */
function inWords(week: WritingWeek, times: Times, words: Words): string {
  const moment = (at: string) => `${times.weekday(Date.parse(at))} ${times.at(Date.parse(at))}`;
  const windows = week.windows.map((each) =>
    words.week.window(moment(each.starts_at), moment(each.ends_at))
  );
  const closed = closedDays(week, times);
  return [words.week.figure, ...windows, ...(closed ? [words.week.rests(closed)] : [])].join(" ");
}

/** "Saturday and Sunday", with the holidays' names; empty where none is closed. */
export function closedDays(week: WritingWeek, times: Times): string {
  const names = week.days.filter((each) => each.closed).map((each) => {
    const day = times.weekday(Date.parse(each.starts_at));
    return each.holiday ? `${day} (${each.holiday})` : day;
  });
  return names.length ? times.list(names) : "";
}
