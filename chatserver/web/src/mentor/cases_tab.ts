// The mentor's open cases, behind their tab.

import { html } from "lit";
import { caseDeskOf } from "../cases/case_desk.ts";
import "../cases/own_cases.ts";
import type { DeskTab } from "./page.ts";

export const CASES_TAB: DeskTab = {
  path: "cases",
  label: (app) => app.words.cases.cases,
  show: (app) =>
    html`
      <main class="panes">
        <section class="card" aria-labelledby="cases-title">
          <h2 id="cases-title">${app.words.cases.cases}</h2>
          <own-cases .app=${app} .desk=${caseDeskOf(app)}></own-cases>
        </section>
      </main>
    `,
};
