// Beside the conversation: how the week's writing stands, as a figure and in words, and what the plan allows.

import { html, nothing } from "lit";
import type { WritingWeek } from "../app/api_types.ts";
import type { App } from "../app/start.ts";
import type { ConversationView } from "../client/protocol.ts";
import { Times } from "../parts/format.ts";
import { planHint, planName } from "../parts/plan_name.ts";
import { closedDays, weekFigure } from "../parts/week_figure.ts";
import type { Words } from "../words/words.ts";

/** `name` is the mentor's. */
export function weekCard(week: WritingWeek, view: ConversationView, name: string, app: App) {
  const { words, language, chats } = app;
  const times = new Times(language, view.zone);
  const now = chats.chat.clock.now();
  const closed = closedDays(week, times);
  return html`
    <section class="card stack" aria-labelledby="week-title">
      <h2 id="week-title">${words.week.title}</h2>
      ${weekFigure(week, now, times, words)}
      <p class="small">${standing(week, view, times, words)}</p>
      <p class="small quiet">${closed ? `${words.week.rests(closed)} ` : nothing}${words.week
        .mentorAlways(name)}</p>
    </section>
  `;
}

export function planCard(week: WritingWeek, view: ConversationView, { words }: App) {
  return html`
    <section class="hint" aria-label=${words.week.plan}>
      <p><strong>${planName(view.plan)}</strong>: ${allowed(week, words)} ${planHint(
        week,
        words,
      )}</p>
      ${seePlans(week, words.week.seePlans, words, "btn")}
    </section>
  `;
}

/** The same at a lock, in one line. */
export function lockHint(week: WritingWeek, words: Words) {
  if (week.freer === null) return nothing;
  return html`${planHint(week, words)} ${seePlans(week, words.week.seePrice, words)}`;
}

function seePlans(week: WritingWeek, label: string, { week: words }: Words, style = "") {
  const { freer, upgrade_url } = week;
  if (freer === null || upgrade_url === null) return nothing;
  return html`
    <a class=${style} href=${upgrade_url} target="_blank" rel="noopener"
      aria-label=${words.opensElsewhere(label)}>${label}</a>
  `;
}

function allowed({ kind, per_week, hours }: WritingWeek, words: Words): string {
  switch (kind) {
    case "windows":
      return words.week.planWindows(per_week ?? 0, hours ?? 0);
    case "messages":
      return words.week.planMessages(per_week ?? 0);
    case "weekdays":
      return words.week.planOpenDays;
    case "always":
      return words.week.planAlways;
  }
}

function standing(week: WritingWeek, view: ConversationView, times: Times, words: Words): string {
  const { composer } = view;
  const begins = Date.parse(week.ends_at);
  const again = words.week.newOnes(
    `${times.weekday(begins)} ${times.at(begins)}`,
    week.per_week ?? 0,
  );
  if (composer.messages_left !== null) {
    return composer.messages_left ? words.state.messagesLeft(composer.messages_left) : again;
  }
  const left = composer.windows_left;
  if (left === null) return week.kind === "always" ? words.week.always : words.week.openDays;
  const isRunning = composer.window_ends_at !== null;
  const next = !left
    ? again
    : isRunning
    ? words.week.nextAfter(times.at(Date.parse(composer.window_ends_at!)), week.hours ?? 0)
    : words.week.nextNow(week.hours ?? 0);
  return `${words.week.windows(isRunning, left)} ${next}`;
}
