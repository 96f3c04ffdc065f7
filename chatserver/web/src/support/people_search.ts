// People by a part of their name, or the beginning of their id or address: as it is typed, the newest answer counts.

import { html, nothing } from "lit";
import type { PeopleFound, Person } from "../app/api_types.ts";
import { HttpProblem } from "../app/http.ts";
import { Place } from "../app/place.ts";
import { PageElement } from "../parts/element.ts";
import { icon } from "../parts/icons.ts";
import type { Desk } from "./desk.ts";

/** So long one waits for the next letter. */
const PAUSE_MS = 250;
/** So many are shown. */
const MOST = 20;
const ROLES = ["member", "mentor", "support"] as const;

export class PeopleSearch extends PageElement {
  static override properties = { desk: { attribute: false } };

  declare desk: Desk;
  #found: PeopleFound | undefined;
  #search = "";
  #role: Person["role"] | "" = "";
  #problem = "";
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#ask();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  protected override render() {
    const { people: words } = this.desk.says;
    return html`
      <form class="filters" role="search" @submit=${this.#find}>
        <div class="field field--grow"><label for="find">${words.find}</label><input
          class="input" id="find" name="id" type="search" autocomplete="off"
          @input=${this.#typed}></div>
        <div class="field"><label for="find-role">${words.role}</label><select class="input"
          id="find-role" @change=${this.#chosen}><option value="">${words.anyRole}</option>${ROLES
            .map((each) =>
              html`
                <option value=${each}>${words.roles[each]}</option>
              `
            )}</select></div>
        <button class="btn btn--primary" type="submit">${icon("search", "s")}${words
          .findButton}</button>
      </form>
      ${this.#problem ? html`<p role="alert" class="problem">${this.#problem}</p>` : nothing}
      <div role="status" class="vh">${this.#found ? this.#howMany(this.#found) : nothing}</div>
      ${this.#found ? this.#table(this.#found) : nothing}
    `;
  }

  #howMany({ people, more }: PeopleFound): string {
    const { people: words } = this.desk.says;
    if (!people.length) return words.nobody;
    return more ? words.foundFirst(people.length) : words.found(people.length);
  }

  #table(found: PeopleFound) {
    const { people: words } = this.desk.says;
    if (!found.people.length) {
      return html`
        <div class="boxed">
          <p class="quiet blank">${words.nobody}</p>
        </div>
      `;
    }
    return html`
      <div class="boxed tablewrap" role="region" aria-label=${words.peopleTable} tabindex="0">
        <table class="table">
          <caption class="vh">${words.peopleTable}</caption>
          <thead>
            <tr>
              <th scope="col">${words.name}</th>
              <th scope="col">${words.role}</th>
              <th scope="col">${words.mail}</th>
              <th scope="col">${words.id}</th>
            </tr>
          </thead>
          <tbody>${found.people.map((each) => this.#row(each))}</tbody>
        </table>
      </div>
      ${found.more
        ? html`<p class="small quiet under">${words.foundFirst(found.people.length)}</p>`
        : nothing}
    `;
  }

  #row(person: Person) {
    const { people: words } = this.desk.says;
    return html`
      <tr>
        <th scope="row"><a class="rowlink" href=${Place.link("people", person.id)}>${person.name ||
          person.id}</a></th>
        <td>${person.erased_at ? words.erased : words.roles[person.role]}</td>
        <td>${person.email ?? ""}</td>
        <td>${person.id}</td>
      </tr>
    `;
  }

  readonly #typed = (event: Event): void => {
    this.#search = (event.target as HTMLInputElement).value;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), PAUSE_MS);
  };

  readonly #chosen = (event: Event): void => {
    this.#role = (event.target as HTMLSelectElement).value as Person["role"] | "";
    void this.#ask();
  };

  /** Where no person is meant it may be a conversation's id. */
  readonly #find = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    clearTimeout(this.#timer);
    const id = this.#search.trim();
    await this.#ask();
    if (!id || this.#found?.people.length) return;
    try {
      await this.desk.app.http.get(`/v1/conversations/${encodeURIComponent(id)}`);
      location.hash = Place.link("conversations", id);
    } catch {
      // There is none: nobody was found, as it says.
    }
  };

  async #ask(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const found = await this.desk.people.search(this.#search, this.#role, MOST);
      if (asked !== this.#asked) return;
      this.#found = found;
      this.#problem = "";
    } catch (fault) {
      if (asked !== this.#asked) return;
      this.#problem = fault instanceof HttpProblem
        ? fault.message
        : this.desk.app.words.common.failed;
    }
    this.requestUpdate();
  }
}

customElements.define("people-search", PeopleSearch);
