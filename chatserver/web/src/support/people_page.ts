// Where support finds people and their conversations, and adds new ones.

import { html } from "lit";
import { HttpProblem } from "../app/http.ts";
import { Place } from "../app/place.ts";
import { AskingElement, given, saidIn } from "./asked.ts";
import "./people_search.ts";
import "./mentor_field.ts";
import { memberIdField, personFields, textField } from "./person_fields.ts";

export class PeoplePage extends AskingElement {
  static override properties = { desk: { attribute: false } };

  protected override render() {
    const { says } = this.desk;
    const { people: words } = says;
    return html`
      <main class="board">
        <section aria-labelledby="people">
          <div class="headrow">
            <h1 id="people">${words
              .title}</h1>
          </div>
          <people-search .desk=${this.desk}></people-search>
        </section>
        <section>
          ${this.outcome()}
          <div class="split split--even">
            <form class="card stack" aria-labelledby="new-person" @submit=${this.#person}>
              <h2 id="new-person">${words.newPerson}</h2>
              ${textField("p-id", "id", words.id)}
              ${textField("p-name", "name", words.name)}
              <div class="field"><label for="p-role">${words.role}</label><select class="input"
                id="p-role" name="role">${(["member", "mentor", "support"] as const).map((each) =>
                  html`<option value=${each}>${words.roles[each]}</option>`
                )}</select></div>
              ${personFields(this.desk, undefined)}
              <button class="btn btn--primary" type="submit">${words.create}</button>
            </form>
            <form class="card stack" aria-labelledby="new-conversation"
              @submit=${this.#conversation}>
              <h2 id="new-conversation">${words.newConversation}</h2>
              <p class="small quiet">${words.byName}</p>
              ${textField("c-id", "id", words.id)}
              ${memberIdField("c-member", words.memberId, this.desk)}
              <mentor-field .desk=${this.desk} .field=${"c-mentor"} .name=${"mentor"}
                .label=${words.mentorId} .required=${true}></mentor-field>
              <div class="field"><label for="c-plan">${words.plan}</label><input class="input"
                id="c-plan" name="plan" autocomplete="off" required list="plans"><datalist
                id="plans">${this.desk.board.plans.map((each) =>
                  html`<option value=${each}></option>`
                )}</datalist></div>
              <button class="btn btn--primary" type="submit">${words.create}</button>
            </form>
          </div>
        </section>
      </main>
    `;
  }

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

customElements.define("people-page", PeoplePage);
