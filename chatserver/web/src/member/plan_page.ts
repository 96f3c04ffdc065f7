// The plan in the place of the letters: what it allows, how the week stands, what is left of its sessions.

import { html, nothing } from "lit";
import { mentorName } from "../app/names.ts";
import { Place } from "../app/place.ts";
import type { App } from "../app/start.ts";
import "../mentoring/expectations.ts";
import { icon } from "../parts/icons.ts";
import { planName } from "../parts/plan_name.ts";
import "../sessions/credits.ts";
import { sessionsOf } from "../sessions/sessions.ts";
import type { Talk } from "../state/talk.ts";
import type { WeekOfWriting } from "../state/writing_week.ts";
import { planCard, weekCard } from "./week_card.ts";

export function planPage(app: App, talk: Talk, week: WeekOfWriting | undefined) {
  const { words } = app;
  const { view } = talk;
  const known = week?.week;
  return html`
    <header class="bar">
      <a class="btn btn--icon" href=${Place.link()}
        aria-label=${words.sessions.back}>${icon("back")}</a>
      <div class="bar__who">
        <h1>${words.week.plan}</h1>
        <p>${words.sessions.withPlan(mentorName(view), planName(view.plan))}</p>
      </div>
      <button class="btn btn--help" type="button" popovertarget="help">${icon("help")}${words.common
        .help}</button>
    </header>
    <main class="bookpage">
      <div class="bookbox">
        <div class="page" role="region" aria-label=${words.week.side} tabindex="0">
          ${known
            ? html`${planCard(known, view, app)} ${weekCard(known, view, mentorName(view), app)}`
            : html`<p class="quiet" aria-busy="true">${words.common.loading}</p>`}
          <what-to-expect .app=${app} .talk=${talk} .closed=${false}></what-to-expect>
          <session-credits .sessions=${sessionsOf(app, talk)}></session-credits>
          ${view.banner ? html`<p class="small">${bannerWords(view.banner, app)}</p>` : nothing}
        </div>
      </div>
    </main>
  `;
}

/** Of keys that this version does not know nothing is said. */
function bannerWords(key: string, { words }: App): string {
  const known: Readonly<Record<string, string>> = words.banners;
  return known[key] ?? "";
}
