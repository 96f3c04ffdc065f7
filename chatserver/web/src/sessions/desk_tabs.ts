// What a mentor has of sessions behind tabs: today, hours and absences, statement and prices. Scripts come when opened.

import { html } from "lit";
import { Part } from "../app/part.ts";
import type { DeskTab } from "../mentor/page.ts";

export const SESSION_TABS: readonly DeskTab[] = [
  {
    path: "today",
    label: (app) => app.words.today.tab,
    part: new Part(() => import("./todays_sessions.ts")),
    show: (app) =>
      html`
        <main class="panes">
          <section class="card stack" aria-labelledby="today-title">
            <h2 id="today-title">${app.words.today.coming}</h2>
            <todays-sessions .app=${app} .days=${14}></todays-sessions>
          </section>
        </main>
      `,
  },
  {
    path: "hours",
    label: (app) => app.words.hours.tab,
    part: new Part(() =>
      Promise.all([import("./mentor_hours.ts"), import("./mentor_absences.ts")])
    ),
    show: (app) =>
      html`
        <main class="panes">
          <mentor-hours .app=${app}></mentor-hours>
          <mentor-absences
            .app=${app}></mentor-absences>
        </main>
      `,
  },
  {
    path: "statement",
    label: (app) => app.words.statement.tab,
    part: new Part(() =>
      Promise.all([import("./mentor_statement.ts"), import("./mentor_prices.ts")])
    ),
    show: (app) =>
      html`
        <main class="panes">
          <mentor-statement .app=${app}></mentor-statement>
          <mentor-prices
            .app=${app}></mentor-prices>
        </main>
      `,
  },
];
