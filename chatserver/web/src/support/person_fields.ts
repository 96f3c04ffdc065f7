// Fields of the forms about people: what is known of somebody, and who is meant.

import { html } from "lit";
import type { PeopleFound, Person } from "../app/api_types.ts";
import type { Desk } from "./desk.ts";

/** So many are offered. */
const MOST = 20;
const NOBODY: PeopleFound = { people: [], more: false };

/** How they are reached, and in which language. */
export function personFields(desk: Desk, person: Person | undefined) {
  const { people: words } = desk.says;
  const locale = person?.locale ?? desk.app.language;
  return html`
    <div class="field"><label for="p-mail">${words.mail}</label><input class="input" id="p-mail"
      name="email" type="email" autocomplete="off" .value=${person?.email ?? ""}></div>
    <div class="field"><label for="p-locale">${words.language}</label><select class="input"
      id="p-locale" name="locale">${(["nb", "da", "en"] as const).map((each) =>
        html`<option value=${each} ?selected=${each === locale}>${words.locales[each]}</option>`
      )}</select></div>
    <div class="field"><label for="p-country">${words.country}</label><input class="input"
      id="p-country" name="country" autocomplete="off" maxlength="2" pattern="[A-Z]{2}"
      title=${words.countryHint} placeholder="NO" .value=${person?.country ?? ""}></div>
    <div class="field"><label for="p-zone">${words.zone}</label><input class="input" id="p-zone"
      name="zone" autocomplete="off" .value=${person?.zone ?? ""}></div>
  `;
}

export function textField(id: string, name: string, label: string, value = "") {
  return html`<div class="field"><label for=${id}>${label}</label><input class="input" id=${id}
    name=${name} autocomplete="off" required .value=${value}></div>`;
}

/** A member's id, who is offered by name while it is typed. */
export function memberIdField(id: string, label: string, desk: Desk) {
  const offer = async (event: Event) => {
    const field = event.currentTarget as HTMLInputElement;
    const list = field.list;
    const said = field.value;
    if (!list || !said.trim()) return;
    const found = await desk.people.search(said, "member", MOST).catch(() => NOBODY);
    if (field.value !== said) return;
    list.replaceChildren(...found.people.map((each) => new Option(each.name, each.id)));
  };
  return html`<div class="field"><label for=${id}>${label}</label><input class="input" id=${id}
    name="member" autocomplete="off" required list="${id}-found" @input=${offer}><datalist
    id="${id}-found"></datalist></div>`;
}
