// Late and missed answers, week by week: a drawing, and the same numbers as a table.

import { html, nothing, svg } from "lit";
import type { ReplyGroup, ReplyReport } from "../app/api_types.ts";
import { PageElement } from "../parts/element.ts";
import type { Desk } from "./desk.ts";

const [WIDE, TOP, BOTTOM, LEFT] = [640, 36, 206, 44];
const LINES = 3;
const WEEK = 7 * 86_400_000;

export interface Week {
  /** As the calendar numbers it. */
  number: string;
  late: number;
  missed: number;
  inTime: number;
  /** Of those with a promise, in percent; null where there were none. */
  share: number | null;
}

export class WeekChart extends PageElement {
  static override properties = { desk: { attribute: false }, report: { attribute: false } };

  declare desk: Desk;
  /** By week. */
  declare report: ReplyReport;

  protected override render() {
    const { says } = this.desk;
    const weeks = weeksOf(this.report);
    if (!weeks.length) return html`<p class="quiet">${says.reports.nothing}</p>`;
    return html`
      <div class="split">
        <div class="card stack">
          <ul class="legend" aria-label=${says.reports.legend}>
            <li><svg class="chart" viewBox="0 0 18 14" aria-hidden="true"><rect class="late" x="1" y="1" width="16" height="12"></rect></svg>${says
              .reports.late}</li>
            <li><svg class="chart" viewBox="0 0 18 14" aria-hidden="true"><rect class="miss" width="18" height="14" rx="2"></rect></svg>${says
              .reports.missed}</li>
          </ul>
          ${this.#chart(weeks)}
        </div>
        <div class="boxed tablewrap" role="region" aria-label=${says.reports
          .weeksTable} tabindex="0">
          ${this.#table(weeks)}
        </div>
      </div>
    `;
  }

  #chart(weeks: readonly Week[]) {
    const { says } = this.desk;
    const first = weeks[0]?.number ?? "";
    const last = weeks.at(-1)?.number ?? "";
    const top = niceTop(Math.max(...weeks.map((each) => each.late + each.missed)));
    const up = (count: number) => (BOTTOM - TOP) * count / top;
    const step = (WIDE - LEFT) / weeks.length;
    const wide = Math.min(36, step - 8);
    const lines = Array.from({ length: LINES + 1 }, (_, index) => top * index / LINES);
    return html`<svg class="chart" viewBox="0 0 640 250" role="img" aria-labelledby="chart-title">
      <title id="chart-title">${says.reports.weeksChart(first, last)}</title>
      <defs><pattern id="p-late" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0v5" stroke="currentColor" stroke-width="2"></path></pattern></defs>
      ${
      lines.map((each) =>
        svg`
          <path class="grid" d="M${LEFT} ${BOTTOM - up(each)}H${WIDE}" />
          <text x=${LEFT - 8} y=${BOTTOM - up(each) + 4} text-anchor="end">${each}</text>
        `
      )
    }
      ${
      weeks.map((each, index) => {
        const x = LEFT + step * (index + 0.5);
        const [late, missed] = [up(each.late), up(each.missed)];
        const sum = each.late + each.missed;
        return svg`
          ${each.late
            ? svg`<rect class="late" x=${x - wide / 2 + 1} y=${BOTTOM - late} width=${
              wide - 2
            } height=${late} />`
            : nothing}${each.missed
            ? svg`<rect class="miss" x=${x - wide / 2} y=${
              BOTTOM - late - missed - (each.late ? 2 : 0)
            } width=${wide} height=${missed} rx="2" />`
            : nothing}<text x=${x} y=${BOTTOM - late - missed -
            9} text-anchor="middle">${sum}</text><text
            x=${x} y="226" text-anchor="middle">${each.number}</text><text x=${x} y="244"
            text-anchor="middle">${share(each)}</text>
        `;
      })
    }
      <path class="axis" d="M44 206H640"></path>
      <text x="36" y="226" text-anchor="end">${says.reports.week}</text>
      <text x="36" y="244" text-anchor="end">${says.reports.share}</text>
    </svg>`;
  }

  #table(weeks: readonly Week[]) {
    const { says } = this.desk;
    const isOver = Date.parse(`${this.report.to}T00:00:00Z`) + WEEK < this.desk.now();
    return html`
      <table class="table">
        <caption class="vh">${says.reports.weeksTable}</caption>
        <thead>
          <tr>
            <th scope="col">${says.reports.week}</th>
            <th scope="col" class="n">${says.reports.inTime}</th>
            <th scope="col" class="n">${says.reports.late}</th>
            <th scope="col" class="n">${says.reports.missed}</th>
          </tr>
        </thead>
        <tbody>${weeks.toReversed().map((each, index) =>
          html`
            <tr>
              <th scope="row">${index === 0 && !isOver
                ? says.reports.soFar(each.number)
                : says.reports.weekNumber(each.number)}</th>
              <td class="n">${each.inTime}</td>
              <td class="n">${each.late}</td>
              <td class="n">${each.missed}</td>
            </tr>
          `
        )}</tbody>
      </table>
    `;
  }
}

/** Those that there were something in, and those between. */
export function weeksOf(report: ReplyReport): Week[] {
  const groups = new Map(report.groups.map((each) => [each.name, each]));
  const [first] = report.groups;
  const last = report.groups.at(-1);
  if (!first || !last) return [];
  const weeks: Week[] = [];
  for (let at = Date.parse(first.name); at <= Date.parse(last.name); at += WEEK) {
    weeks.push(weekOf(at, groups.get(new Date(at).toISOString().slice(0, 10))));
  }
  return weeks;
}

function weekOf(monday: number, group: ReplyGroup | undefined): Week {
  const [late, inTime] = [group?.late ?? 0, group?.in_time ?? 0];
  const all = inTime + (group?.missed ?? 0);
  return {
    number: String(weekNumber(monday)),
    late,
    missed: (group?.missed ?? 0) - late,
    inTime,
    share: all ? Math.floor(100 * inTime / all) : null,
  };
}

/** By ISO 8601: the week that has the year's first Thursday is the first. */
export function weekNumber(monday: number): number {
  const thursday = new Date(monday + 3 * 86_400_000);
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return Math.floor((thursday.getTime() - first) / WEEK) + 1;
}

/** The end of the axis: its lines stand at whole numbers. */
export function niceTop(most: number): number {
  const step = Math.max(1, most / LINES);
  const size = 10 ** Math.floor(Math.log10(step));
  const nice = [1, 2, 5, 10].find((each) => each * size >= step) ?? 10;
  return nice * size * LINES;
}

function share({ share }: Week): string {
  return share === null ? "–" : `${share}\u00a0%`;
}

customElements.define("week-chart", WeekChart);
