// What a case asks for before it can be opened, as fields: the server says which, the words are the apps'.

import { html, nothing, type TemplateResult } from "lit";
import type { CaseChoiceView, CaseFactsSaid } from "../app/api_types.ts";
import type { Words } from "../words/words.ts";

/** Facts that a form asks for; others are support's, or known. */
const ASKED = ["number", "to", "suspend"] as const;
type AskedFact = (typeof ASKED)[number];

const OPTIONS: Readonly<Record<"number" | "to", readonly string[]>> = {
  number: ["1", "2"],
  to: ["monthly", "every_two_weeks", "weekly"],
};

export function caseFields(choice: CaseChoiceView, words: Words): TemplateResult {
  const needed = choice.needs.flat();
  const may = [...needed, ...choice.takes];
  return html`
    ${choice.prompts.length
      ? html`<ul class="prompts">${choice.prompts.map((each) => html`<li>${each}</li>`)}</ul>`
      : nothing}
    ${choice.reasons.length
      ? html`
        <fieldset>
          <legend class="label">${words.cases.reason}</legend>
          <div class="choices">${choice.reasons.map((each, index) =>
            radio("reason", each, reasonWords(each, words), index === 0)
          )}</div>
        </fieldset>
      `
      : nothing}
    ${ASKED.filter((each) => may.includes(each)).map((each) =>
      each === "suspend" ? suspendBox(words) : html`
        <fieldset>
          <legend class="label">${words.cases[each]}</legend>
          <div class="choices">${OPTIONS[each].map((option, index) =>
            radio(each, option, optionWords(each, option, words), index === 0)
          )}</div>
        </fieldset>
      `
    )}
    <div class="field"><label for="case-note">${words.cases.note}</label>
      <textarea class="input" id="case-note" name="note" rows="4"></textarea></div>
  `;
}

/** What was filled in. `person` is whom a report is about. */
export function factsOf(choice: CaseChoiceView, form: FormData, person: string): CaseFactsSaid {
  const facts: CaseFactsSaid = {};
  const given = (name: string) => form.get(name) as string | null;
  const [reason, number, to] = [given("reason"), given("number"), given("to")];
  if (reason) facts.reason = reason;
  if (number) facts.number = Number(number);
  if (to) facts.to = to as NonNullable<CaseFactsSaid["to"]>;
  if (choice.needs.flat().includes("person")) facts.person = person;
  if (form.get("suspend")) facts.suspend = true;
  return facts;
}

/** Whether the form can say all that is needed; what it cannot is for support, or for another page. */
export function isAskable(choice: CaseChoiceView): boolean {
  const known: readonly string[] = [...ASKED, "reason", "person"];
  return choice.needs.every((group) => group.some((each) => known.includes(each)));
}

function radio(name: string, value: string, text: string, isFirst: boolean): TemplateResult {
  return html`<label class="choice choice--plain"><span>${text}</span><input
    type="radio"
    name=${name}
    value=${value}
    ?checked=${isFirst}
  ></label>`;
}

function suspendBox(words: Words): TemplateResult {
  return html`<label class="check-line"><input type="checkbox" name="suspend"><span>${words.cases.suspend}</span></label>`;
}

function reasonWords(reason: string, words: Words): string {
  const known: Readonly<Record<string, string>> = words.cases.reasons;
  return known[reason] ?? reason;
}

function optionWords(fact: Exclude<AskedFact, "suspend">, option: string, words: Words): string {
  const known: Readonly<Record<string, string>> = fact === "to"
    ? words.cases.cadences
    : words.cases.numbers;
  return known[option] ?? option;
}
