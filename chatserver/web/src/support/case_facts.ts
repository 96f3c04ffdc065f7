// The facts of a case in words, and the fields in which support gives them.

import { html, nothing, type TemplateResult } from "lit";
import type { CaseAsk, CaseFactsSaid } from "../app/api_types.ts";
import { money } from "../parts/format.ts";
import type { Desk } from "./desk.ts";
import "./mentor_field.ts";
import { wordOf } from "./word_of.ts";

type FactName = keyof CaseFactsSaid;

/** Name and value of each that is said, in words. */
export function factWords(facts: CaseFactsSaid, desk: Desk): [string, string][] {
  return Object.entries(facts).flatMap(([name, value]): [string, string][] =>
    value === null || value === undefined
      ? []
      : [[wordOf(desk.says.cases.factNames, name), valueWords(name as FactName, value, desk)]]
  );
}

function valueWords(name: FactName, value: unknown, desk: Desk): string {
  const { says, times, people, app } = desk;
  const when = (at: string) => `${times.shortDay(Date.parse(at))}, ${times.clock(Date.parse(at))}`;
  switch (name) {
    case "mentor":
    case "person":
      return people.name(String(value));
    case "price": {
      const price = value as { amount: number; currency: string };
      return money(app.language, price.amount, price.currency);
    }
    case "starts_at":
      return (value as string[]).map(when).join(", ");
    case "ends_at":
    case "waiting_since":
      return when(String(value));
    case "messages":
      return String((value as string[]).length);
    case "outcome":
      return wordOf(says.cases.outcomes, String(value));
    case "to":
      return wordOf(says.cases.cadences, String(value));
    default:
      if (typeof value === "boolean") return value ? says.cases.yes : says.cases.no;
      return String(value).replaceAll("_", " ");
  }
}

/** Those that a form asks for; messages are named by whoever reports. */
const DATES: ReadonlySet<FactName> = new Set([
  "asked_on",
  "paid_until",
  "applies_on",
  "evidence_until",
]);
const NUMBERS: ReadonlySet<FactName> = new Set(["number", "minutes", "units"]);
const BOXES: ReadonlySet<FactName> = new Set(["chemistry", "suspend"]);

export function factFields(ask: CaseAsk, known: CaseFactsSaid, desk: Desk): TemplateResult[] {
  const needed = new Set(ask.needs.flatMap((group) => (group.length === 1 ? group : [])));
  return [...new Set([...ask.needs.flat(), ...ask.takes])]
    .filter((each) => each !== "messages" && each !== "waiting_since")
    .map((each) => field(each, needed.has(each), known, desk));
}

function field(name: FactName, required: boolean, known: CaseFactsSaid, desk: Desk) {
  const { says } = desk;
  const label = wordOf(says.cases.factNames, name);
  const id = `fact-${name}`;
  if (BOXES.has(name)) {
    return html`<label class="check-line"><input type="checkbox" name=${name}><span>${label}</span></label>`;
  }
  if (name === "price") {
    return html`
      <div class="row">
        <div class="field"><label for=${id}>${label}</label><input
            class="input" id=${id} name="price" inputmode="decimal" ?required=${required}></div>
        <div
          class="field"><label for="fact-currency">${says.cases
            .currency}</label><input class="input"
            id="fact-currency" name="currency" value="NOK" maxlength="3" size="4"></div>
      </div>
    `;
  }
  if (name === "outcome") {
    return html`<div class="field"><label for=${id}>${label}</label><select class="input" id=${id}
      name="outcome"><option value="">–</option>${
      Object.entries(says.cases.outcomes).map(([value, word]) =>
        html`<option value=${value}>${word}</option>`
      )
    }</select></div>`;
  }
  if (name === "starts_at") {
    return html`${
      Array.from({ length: known.number ?? 1 }, (_, index) =>
        html`
          <div
            class="field"><label for="${id}-${index}">${label}${known.number
              ? ` ${index + 1}`
              : nothing}</label><input class="input" id="${id}-${index}" name="starts_at" type="datetime-local"
                    ?required=${required}></div>
        `)
    }`;
  }
  const type = name === "ends_at"
    ? "datetime-local"
    : DATES.has(name)
    ? "date"
    : NUMBERS.has(name)
    ? "number"
    : "text";
  if (name === "mentor") {
    return html`
      <mentor-field .desk=${desk} .field=${id} .name=${name} .label=${label}
        .required=${required}></mentor-field>
    `;
  }
  const isPerson = name === "person";
  return html`<div class="field"><label for=${id}>${label}</label><input class="input" id=${id}
    name=${name} type=${type} autocomplete="off" ?required=${required} list=${
    isPerson ? "known-mentors" : nothing
  }>${
    isPerson
      ? html`<datalist id="known-mentors">${
        desk.board.mentors.map((each) =>
          html`<option value=${each}>${desk.people.name(each)}</option>`
        )
      }</datalist>`
      : nothing
  }</div>`;
}

/** What was filled in; what was left empty is not said. */
export function factsIn(form: FormData, ask: CaseAsk | undefined): CaseFactsSaid {
  const facts: Record<string, unknown> = {};
  for (const name of new Set([...(ask?.needs.flat() ?? []), ...(ask?.takes ?? [])])) {
    const said = form.getAll(name).map((each) => String(each).trim()).filter(Boolean);
    const first = said[0];
    if (first === undefined) {
      if (name === "chemistry" && ask?.needs.flat().includes(name)) facts[name] = false;
    } else if (BOXES.has(name)) facts[name] = true;
    else if (NUMBERS.has(name)) facts[name] = Number(first);
    else if (name === "price") facts[name] = priceIn(first, String(form.get("currency")));
    else if (name === "starts_at") facts[name] = said.map((each) => new Date(each).toISOString());
    else if (name === "ends_at") facts[name] = new Date(first).toISOString();
    else facts[name] = first;
  }
  return facts;
}

function priceIn(said: string, currency: string): { amount: number; currency: string } {
  const code = currency.trim().toUpperCase();
  const amount = Number(said.replace(/\s/g, "").replace(",", "."));
  let digits = 2;
  try {
    const format = new Intl.NumberFormat("en", { style: "currency", currency: code });
    digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    // The server says what is wrong with the currency.
  }
  return { amount: Math.round(amount * 10 ** digits), currency: code };
}
