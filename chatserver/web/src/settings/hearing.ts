// What one hears of, by mail and by push, and when it is to be quiet.

import { html, nothing } from "lit";
import type { Preferences, QuietHours, TopicPreference } from "../app/api_types.ts";
import type { Words } from "../words/words.ts";

export type HearingChange = Pick<Preferences, "topics" | "quiet_hours">;

const USUAL: QuietHours = { from: "22:00", until: "07:00" };

/** `changed` gets the whole as it is to be. */
export function hearing(
  wanted: Preferences,
  words: Words,
  changed: (to: HearingChange) => void,
) {
  const { settings } = words;
  const { topics, quiet_hours: quiet } = wanted;
  const turn = (topic: TopicPreference, channel: "mail" | "push", on: boolean) =>
    changed({
      topics: topics.map((each) => each === topic ? { ...each, [channel]: on } : each),
      quiet_hours: quiet,
    });
  const hours = (to: QuietHours | null) => changed({ topics, quiet_hours: to });
  return html`
    <section class="card" aria-labelledby="hearing">
      <h2 id="hearing">${settings.hearing}</h2>
      <p>${settings.hearingLead}</p>
      <table class="table" aria-labelledby="hearing">
        <thead><tr>
          <th scope="col">${settings.topic}</th>
          <th scope="col">${settings.mail}</th>
          <th scope="col">${settings.push}</th>
        </tr></thead>
        <tbody>${topics.map((each) =>
          html`<tr>
            <th scope="row">${settings.topics[each.topic]}</th>
            ${
            (["mail", "push"] as const).map((channel) =>
              html`<td><label class="tick">
                <span class="vh">${settings.topics[each.topic]}, ${settings[channel]}</span>
                <input type="checkbox" .checked=${each[channel]}
                  @change=${(event: Event) => turn(each, channel, isOn(event))}>
              </label></td>`
            )
          }
          </tr>`
        )}</tbody>
      </table>
      ${topics.some((each) => each.essential.length)
        ? html`<p class="small quiet">${settings.essential}</p>`
        : nothing}
    </section>
    <section class="card" aria-labelledby="quiet">
      <h2 id="quiet">${settings.quiet}</h2>
      <p>${settings.quietLead(wanted.zone.replaceAll("_", " "))}</p>
      <label class="tick"><input type="checkbox" .checked=${quiet !== null}
        @change=${(event: Event) => hours(isOn(event) ? USUAL : null)}>${settings.quietOn}</label>
      ${quiet === null ? nothing : html`
        <div class="hours">
          ${([["from", settings.from], ["until", settings.until]] as const).map(([end, label]) =>
            html`<div class="field"><label for="quiet-${end}">${label}</label>
              <input class="input" type="time" id="quiet-${end}" required .value=${quiet[end]}
                @change=${(event: Event) => {
              const value = (event.target as HTMLInputElement).value;
              // What is cleared is no time yet.
              if (value) hours({ ...quiet, [end]: value });
            }}></div>`
          )}
        </div>
      `}
    </section>
  `;
}

function isOn(event: Event): boolean {
  return (event.target as HTMLInputElement).checked;
}
