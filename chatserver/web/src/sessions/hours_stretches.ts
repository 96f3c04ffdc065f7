// The hours of one day as fields: from when until when, as often as one likes.

import { html, nothing } from "lit";
import type { Words } from "../words/words.ts";

export interface Stretch {
  from: string;
  until: string;
}

const QUARTER_SECONDS = 900;

/** `day` is what the day is called; `changed` is called after hours were added or taken away. */
export function stretchFields(
  stretches: Stretch[],
  day: string,
  words: Words,
  changed: () => void,
) {
  const add = () => {
    const last = stretches.at(-1);
    stretches.push(last ? { from: last.until, until: "" } : { from: "09:00", until: "16:00" });
    changed();
  };
  const remove = (at: number) => {
    stretches.splice(at, 1);
    changed();
  };
  return html`
    ${stretches.length ? nothing : html`<span class="quiet">${words.hours.closed}</span>`}
    ${stretches.map((each, at) =>
      html`<span class="row hours__stretch">
        ${timeField(each, "from", words.hours.from(day))}–${
        timeField(each, "until", words.hours.until(day))
      }<button class="btn" type="button" aria-label=${words.hours.removeOn(day)}
        @click=${() => remove(at)}>${words.hours.remove}</button></span>`
    )}
    <button class="btn" type="button" aria-label=${words.hours.addOn(day)}
      @click=${add}>${words.hours.add}</button>
  `;
}

/** As the server takes them: a day ends at 24:00. */
export function said(stretches: readonly Stretch[]): Stretch[] {
  return stretches.map(({ from, until }) => ({ from, until: until === "00:00" ? "24:00" : until }));
}

function timeField(stretch: Stretch, which: "from" | "until", label: string) {
  const change = (event: Event) => {
    stretch[which] = (event.target as HTMLInputElement).value;
  };
  // Midnight as an end is 24:00 to the server, and 00:00 to a field for times.
  const value = stretch[which] === "24:00" ? "00:00" : stretch[which];
  return html`
    <input class="input" type="time" required step=${QUARTER_SECONDS}
      aria-label=${label} .value=${value} @change=${change}>
  `;
}
