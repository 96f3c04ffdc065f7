// Where support finds a person or a conversation by id, and adds new ones.

import { html } from "lit";
import type { Person } from "../app/api_types.ts";
import { HttpProblem } from "../app/http.ts";
import { Place } from "../app/place.ts";
import { AskingElement, saidIn } from "./asked.ts";
import type { Desk } from "./desk.ts";

export class PeoplePage extends AskingElement {
  static override properties = { desk: { attribute: false } };

  protected override render() {
    const { says } = this.desk;
    const { people: words } = says;
    return html`
      <main class="board">
        <section aria-labelledby="people"><div class="headrow"><h1 id="people">${words
          .title}</h1></div>
          <form class="filters" role="search" @submit=${this.#find}>
            <div class="field field--grow"><label for="find">${words.findId}</label><input
              class="input" id="find" name="id" type="search" autocomplete="off" required></div>
            <button class="btn btn--primary" type="submit">${words.findButton}</button>
          </form>
          ${this.outcome()}
        </section>
        <div class="split split--even">
          <form class="card stack" aria-labelledby="new-person" @submit=${this.#person}>
            <h2 id="new-person">${words.newPerson}</h2>
            ${text("p-id", "id", words.id)}
            ${text("p-name", "name", words.name)}
            <div class="field"><label for="p-role">${words.role}</label><select class="input"
              id="p-role" name="role">${(["member", "mentor", "support"] as const).map((each) =>
                html`<option value=${each}>${words.roles[each]}</option>`
              )}</select></div>
            ${personFields(this.desk, undefined)}
            <button class="btn btn--primary" type="submit">${words.create}</button>
          </form>
          <form class="card stack" aria-labelledby="new-conversation" @submit=${this.#conversation}>
            <h2 id="new-conversation">${words.newConversation}</h2>
            ${text("c-id", "id", words.id)}
            ${text("c-member", "member", words.memberId)}
            ${text("c-mentor", "mentor", words.mentorId)}
            ${text("c-plan", "plan", words.plan)}
            <button class="btn btn--primary" type="submit">${words.create}</button>
          </form>
        </div>
      </main>
    `;
  }

  readonly #find = async (event: SubmitEvent): Promise<void> => {
    const { id = "" } = saidIn(event);
    const { http } = this.desk.app;
    for (const what of ["people", "conversations"]) {
      try {
        await http.get(`/v1/${what}/${encodeURIComponent(id)}`);
        location.hash = Place.link(what, id);
        return;
      } catch (fault) {
        if (!(fault instanceof HttpProblem)) break;
      }
    }
    await this.ask(() =>
      Promise.reject(new HttpProblem({ status: 404, detail: this.desk.says.people.nobody }))
    );
  };

  readonly #person = async (event: SubmitEvent): Promise<void> => {
    const { id = "", role, ...said } = saidIn(event);
    const done = await this.ask(async () => {
      await this.#isNew(`/v1/people/${encodeURIComponent(id)}`);
      await this.desk.app.http.put(`/v1/people/${encodeURIComponent(id)}`, {
        role,
        ...given(said),
      });
    });
    if (done) location.hash = Place.link("people", id);
  };

  readonly #conversation = async (event: SubmitEvent): Promise<void> => {
    const { id = "", ...said } = saidIn(event);
    const done = await this.ask(async () => {
      await this.#isNew(`/v1/conversations/${encodeURIComponent(id)}`);
      await this.desk.app.http.put(`/v1/conversations/${encodeURIComponent(id)}`, said);
    });
    if (done) location.hash = Place.link("conversations", id);
  };

  /** A PUT changes what is there: it is not meant here. */
  async #isNew(path: string): Promise<void> {
    try {
      await this.desk.app.http.get(path);
    } catch (fault) {
      if (fault instanceof HttpProblem && fault.problem.status === 404) return;
      throw fault;
    }
    throw new HttpProblem({ status: 409, detail: this.desk.says.people.idTaken });
  }
}

export class PersonPage extends AskingElement {
  static override properties = { desk: { attribute: false }, ref: {} };

  /** The person's id. */
  declare ref: string;
  #shown = "";
  #person: Person | undefined;
  #isGone = false;

  protected override willUpdate(): void {
    if (this.ref === this.#shown) return;
    this.#shown = this.ref;
    this.#person = undefined;
    this.#isGone = false;
    void this.#load();
  }

  protected override render() {
    const { says, app, times } = this.desk;
    const { people: words } = says;
    const person = this.#person;
    if (this.#isGone) {
      return html`
        <main class="board">
          <p role="alert">${says.desk.gone}</p>
        </main>
      `;
    }
    if (!person) {
      return html`
        <main class="board">
          <p class="quiet" aria-busy="true">${app.words.common.loading}</p>
        </main>
      `;
    }
    const isErased = person.erased_at !== null;
    return html`
      <main class="board">
        <section aria-labelledby="person"><div class="headrow"><h1 id="person">${person.name ||
          person.id}</h1><span class="tag">${isErased
          ? words.erased
          : words.roles[person.role]}</span></div>
          <dl class="sum small"><dt>${words.id}</dt><dd>${person.id}</dd><dt>${words
            .created}</dt><dd>${times.day(Date.parse(person.created_at), this.desk.now())}</dd></dl>
        </section>
        ${isErased
          ? ""
          : html`<form class="card stack narrow" aria-labelledby="person" @submit=${this.#save}>
          ${text("p-name", "name", words.name, person.name)}
          ${personFields(this.desk, person)}
          ${this.outcome()}
          <button class="btn btn--primary" type="submit">${words.save}</button>
        </form>`}
      </main>
    `;
  }

  async #load(): Promise<void> {
    try {
      this.#person = await this.desk.app.http.get<Person>(
        `/v1/people/${encodeURIComponent(this.ref)}`,
      );
      this.desk.people.learn(this.#person);
    } catch {
      this.#isGone = true;
    }
    this.requestUpdate();
  }

  readonly #save = async (event: SubmitEvent): Promise<void> => {
    const said = given(saidIn(event));
    const person = this.#person;
    if (!person) return;
    const path = `/v1/people/${encodeURIComponent(person.id)}`;
    await this.ask(() => this.desk.app.http.put(path, { role: person.role, ...said }));
    await this.#load();
  };
}

function personFields(desk: Desk, person: Person | undefined) {
  const { people: words } = desk.says;
  const locale = person?.locale ?? desk.app.language;
  return html`
    <div class="field"><label for="p-mail">${words.mail}</label><input class="input" id="p-mail"
      name="email" type="email" autocomplete="off" .value=${person?.email ?? ""}></div>
    <div class="field"><label for="p-locale">${words.language}</label><select class="input"
      id="p-locale" name="locale">${(["nb", "da", "en"] as const).map((each) =>
        html`<option value=${each} ?selected=${each === locale}>${words.locales[each]}</option>`
      )}</select></div>
    <div class="field"><label for="p-zone">${words.zone}</label><input class="input" id="p-zone"
      name="zone" autocomplete="off" .value=${person?.zone ?? ""}></div>
  `;
}

function text(id: string, name: string, label: string, value = "") {
  return html`<div class="field"><label for=${id}>${label}</label><input class="input" id=${id}
    name=${name} autocomplete="off" required .value=${value}></div>`;
}

/** What is left empty is not said. */
function given(said: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value));
}

customElements.define("people-page", PeoplePage);
customElements.define("person-page", PersonPage);
