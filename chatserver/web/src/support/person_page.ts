// A person as support knows them: their conversations, how they are reached, and in which language.

import { html, nothing } from "lit";
import type { ConversationsOfPerson, Person } from "../app/api_types.ts";
import { Place } from "../app/place.ts";
import { planName } from "../parts/plan_name.ts";
import { AskingElement, given, saidIn } from "./asked.ts";
import { personFields, textField } from "./person_fields.ts";

export class PersonPage extends AskingElement {
  static override properties = { desk: { attribute: false }, ref: {} };

  /** The person's id. */
  declare ref: string;
  #shown = "";
  #person: Person | undefined;
  #places: ConversationsOfPerson | undefined;
  #isGone = false;

  protected override willUpdate(): void {
    if (this.ref === this.#shown) return;
    this.#shown = this.ref;
    this.#person = this.#places = undefined;
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
        <section aria-labelledby="person">
          <div class="headrow"><h1 id="person">${person.name ||
            person.id}</h1><span class="tag">${isErased
            ? words.erased
            : words.roles[person.role]}</span></div>
          <dl class="sum small">
            <dt>${words.id}</dt>
            <dd>${person.id}</dd>
            <dt>${words
              .created}</dt>
            <dd>${times.day(Date.parse(person.created_at), this.desk.now())}</dd>
          </dl>
          <p class="under"><a href=${Place.link("audit", "person", person.id)}>${says.audit
            .title}</a></p>
        </section>
        <div class="split split--even">
          ${this.#conversations(person)}
          ${isErased
            ? nothing
            : html`<form class="card stack" aria-labelledby="details" @submit=${this.#save}>
              <h2 id="details">${words.details}</h2>
              ${textField("p-name", "name", words.name, person.name)}
              ${personFields(this.desk, person)}
              ${this.outcome()}
              <button class="btn btn--primary" type="submit">${words.save}</button>
            </form>`}
        </div>
      </main>
    `;
  }

  #conversations(person: Person) {
    const { people: words } = this.desk.says;
    const places = this.#places;
    if (!places || (person.role !== "member" && person.role !== "mentor")) return nothing;
    const name = (id: string) => places.names[id] ?? id;
    return html`
      <section class="card stack" aria-labelledby="places">
        <h2 id="places">${words.conversations}</h2>
        ${places.conversations.length
          ? nothing
          : html`<p class="quiet">${words.noConversations}</p>`}
        <ul class="list">${places.conversations.map((each) =>
          html`<li><span><a class="rowlink" href=${Place.link("conversations", each.id)}>${
            words.withWhom(name(person.role === "member" ? each.mentor : each.member))
          }</a></span><span class="row"><span class="tag">${
            planName(each.plan)
          }</span><span class="quiet">${words.statuses[each.status]}</span></span></li>`
        )}</ul>
      </section>
    `;
  }

  async #load(): Promise<void> {
    const { http } = this.desk.app;
    const { ref } = this;
    const path = `/v1/people/${encodeURIComponent(ref)}`;
    try {
      const [person, places] = await Promise.all([
        http.get<Person>(path),
        http.get<ConversationsOfPerson>(`${path}/conversations`),
      ]);
      if (ref !== this.ref) return;
      this.#person = person;
      this.#places = places;
      this.desk.people.learn(person);
    } catch {
      if (ref !== this.ref) return;
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

customElements.define("person-page", PersonPage);
