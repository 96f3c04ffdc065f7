// A conversation as support looks after it: plan, status, session credits, cases.

import { html, nothing } from "lit";
import type {
  CaseChoices,
  CaseChoiceView,
  CaseDetails,
  CaseList,
  CaseView,
  Conversation,
  ConversationChange,
  CorrectionDetails,
  CreditsView,
} from "../app/api_types.ts";
import { Place } from "../app/place.ts";
import { dueMark } from "../parts/due.ts";
import { AskingElement, saidIn } from "./asked.ts";
import { factFields, factsIn } from "./case_facts.ts";
import "./conversation_reading.ts";
import { planName } from "../parts/plan_name.ts";

export class ConversationPage extends AskingElement {
  static override properties = { desk: { attribute: false }, ref: {} };

  /** The conversation's id. */
  declare ref: string;
  #shown = "";
  #place: Conversation | undefined;
  #credits: CreditsView | undefined;
  #cases: CaseList | undefined;
  #choices: readonly CaseChoiceView[] = [];
  #choice: CaseChoiceView | undefined;
  #isGone = false;
  /** To end it is for good: it is asked once more. */
  #isEnding = false;
  #stop: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = this.desk.people.watch(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
  }

  protected override willUpdate(): void {
    if (this.ref === this.#shown) return;
    this.#shown = this.ref;
    this.#place =
      this.#credits =
      this.#cases =
      this.#choice =
        undefined;
    this.#isGone = this.#isEnding = false;
    void this.#load();
  }

  protected override render() {
    const { says, app, people } = this.desk;
    const place = this.#place;
    if (this.#isGone) {
      return html`
        <main class="board">
          <p role="alert">${says.desk.gone}</p>
        </main>
      `;
    }
    if (!place) {
      return html`
        <main class="board">
          <p class="quiet" aria-busy="true">${app.words.common.loading}</p>
        </main>
      `;
    }
    const title = says.people.conversation(people.name(place.member), people.name(place.mentor));
    return html`
      <main class="board">
        <section aria-labelledby="place"><div class="headrow"><h1 id="place">${title}</h1><span
          class="tag">${says.people.statuses[place.status]}</span></div>
          ${this.#facts(place)}
          <p class="under"><a href=${Place.link("audit", "conversation", place.id)}>${says.audit
            .title}</a></p>
          ${this.outcome()}
        </section>
        <div class="split split--even">
          ${place.status === "ended" ? nothing : this.#planAndStatus(place)}
          ${this.#creditsOf()}
          ${this.#casesOf()}
        </div>
        <section class="card">
          <conversation-reading .desk=${this.desk} .ref=${place.id} .member=${place
            .member}
            .mentor=${place.mentor}></conversation-reading>
        </section>
      </main>
    `;
  }

  #facts(place: Conversation) {
    const { says, app, people, times } = this.desk;
    const { people: words } = says;
    const now = this.desk.now();
    const kind = place.trial ? words.trial : place.guest ? words.guest : "";
    return html`
      <dl class="sum small">
        <dt>${words.member}</dt>
        <dd><a href=${Place.link("people", place.member)}>${people.name(place.member)}</a></dd>
        <dt>${words.mentor}</dt>
        <dd><a href=${Place.link("people", place.mentor)}>${people.name(place.mentor)}</a></dd>
        <dt>${words.id}</dt>
        <dd>${place.id}</dd>
        <dt>${words.plan}</dt>
        <dd>${planName(place.plan)}${kind ? `, ${kind}` : nothing}</dd>
        <dt>${words.writing}</dt>
        <dd>${place.composer.open ? words.writingOpen : words.writingClosed}</dd>
        <dt>${words.reply}</dt>
        <dd>${dueMark(place.reply, app.words, times, now)}</dd>
        <dt>${words.created}</dt>
        <dd>${times.day(Date.parse(place.created_at), now)}</dd>
      </dl>
    `;
  }

  #planAndStatus(place: Conversation) {
    const { says, board } = this.desk;
    const { people: words } = says;
    return html`
      <section class="card stack" aria-labelledby="plan-title">
        <h2 id="plan-title">${words.plan}</h2>
        <form class="filters" @submit=${this.#changePlan}>
          <div class="field field--grow"><label for="plan">${words.plan}</label><input class="input"
                id="plan" name="plan" list="plans" autocomplete="off" required .value=${place
                  .plan}><datalist
                id="plans">${board.plans.map((each) =>
                  html`<option value=${each}></option>`
                )}</datalist></div>
          <button class="btn" type="submit">${words.changePlan}</button>
        </form>
        <div class="row">
              ${place.status === "open"
                ? this.#status(words.pause, { status: "paused" })
                : place.status === "paused"
                ? this.#status(words.goOn, { status: "open" })
                : nothing}
              ${this.#isEnding
                ? html`
                  ${this.#status(
                    words.endSure,
                    { status: "ended" },
                    "btn--grave",
                  )}<button class="btn"
                    type="button" @click=${this.#end}>${words.keep}</button>
                `
                : html`<button class="btn" type="button" @click=${this.#end}>${words.end}</button>`}
            </div>
      </section>
    `;
  }

  #status(label: string, change: ConversationChange, more = "") {
    return html`<button class="btn ${more}" type="button" @click=${() =>
      void this.#change(change)}>${label}</button>`;
  }

  #creditsOf() {
    const { people: words } = this.desk.says;
    const credits = this.#credits;
    if (!credits) return nothing;
    const said = credits.used === null
      ? words.creditsNone
      : credits.allowance === null
      ? words.creditsFree
      : words.creditsOf(String(credits.left), String(credits.allowance));
    return html`<section class="card stack" aria-labelledby="credits">
      <h2 id="credits">${words.credits}</h2><p>${said}</p>
      ${
      credits.used === null || credits.allowance === null ? nothing : html`
        <form class="stack" @submit=${this.#correct}>
          <div class="field"><label for="units">${words
            .units}</label><input class="input" id="units"
                  name="units" type="number" step="1" required></div>
          <div class="field"><label for="reason">${words
            .reason}</label><input class="input" id="reason"
                  name="reason" autocomplete="off" required></div>
          <button class="btn" type="submit">${words.correct}</button>
        </form>
      `
    }
    </section>`;
  }

  #casesOf() {
    const { says } = this.desk;
    const { people: words } = says;
    const choice = this.#choice;
    return html`<section class="card stack" aria-labelledby="its-cases">
      <h2 id="its-cases">${words.cases}</h2>
      ${
      this.#cases?.cases.length
        ? html`<ul class="list">${
          this.#cases.cases.map((each) =>
            html`<li><a class="rowlink" href=${
              Place.link("cases", each.id)
            }>${each.title}</a><span class="quiet">${each.says}</span></li>`
          )
        }</ul>`
        : html`<p class="quiet">${says.cases.none}</p>`
    }
      <form class="stack" aria-label=${words.newCase} @submit=${this.#openCase}>
        <div class="field"><label for="kind">${words.newCase}</label><select class="input" id="kind"
          @change=${this.#choose}><option value="">–</option>${
      this.#choices.filter((each) => !each.refused).map((each) =>
        html`<option value=${each.kind} ?selected=${each === choice}>${each.title}</option>`
      )
    }</select></div>
        ${
      choice
        ? html`
          ${factFields(
            { state: choice.state, needs: choice.needs, takes: choice.takes },
            {},
            this.desk,
          )}<div class="field"><label for="note">${says.cases.note}</label><textarea class="input"
                    id="note" name="note" rows="3"></textarea></div><button class="btn btn--primary"
            type="submit">${words.openCase}</button>
        `
        : nothing
    }
      </form>
    </section>`;
  }

  async #load(): Promise<void> {
    const { http } = this.desk.app;
    const path = `/v1/conversations/${encodeURIComponent(this.ref)}`;
    try {
      this.#place = await http.get<Conversation>(path);
      const [credits, cases, choices] = await Promise.all([
        http.get<CreditsView>(`${path}/credits`),
        http.get<CaseList>(`/v1/cases?conversation=${encodeURIComponent(this.ref)}`),
        http.get<CaseChoices>(`${path}/case-choices`),
      ]);
      this.#credits = credits;
      this.#cases = cases;
      this.#choices = choices.choices;
    } catch {
      this.#isGone = !this.#place;
    }
    this.requestUpdate();
  }

  async #change(change: ConversationChange): Promise<void> {
    const path = `/v1/conversations/${encodeURIComponent(this.ref)}`;
    if (await this.ask(() => this.desk.app.http.patch(path, change))) this.#isEnding = false;
    await this.#load();
  }

  readonly #changePlan = async (event: SubmitEvent): Promise<void> => {
    await this.#change({ plan: saidIn(event)["plan"] ?? "" });
  };

  readonly #end = (): void => {
    this.#isEnding = !this.#isEnding;
    this.requestUpdate();
  };

  readonly #correct = async (event: SubmitEvent): Promise<void> => {
    const form = event.currentTarget as HTMLFormElement;
    const { units, reason = "" } = saidIn(event);
    const details: CorrectionDetails = { id: crypto.randomUUID(), units: Number(units), reason };
    const path = `/v1/conversations/${encodeURIComponent(this.ref)}/credits/corrections`;
    if (await this.ask(() => this.desk.app.http.post(path, details))) form.reset();
    await this.#load();
  };

  readonly #choose = (event: Event): void => {
    const kind = (event.target as HTMLSelectElement).value;
    this.#choice = this.#choices.find((each) => each.kind === kind);
    this.requestUpdate();
  };

  readonly #openCase = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const choice = this.#choice;
    if (!choice) return;
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const { state, needs, takes, kind } = choice;
    const details: CaseDetails = {
      kind,
      conversation: this.ref,
      facts: factsIn(form, { state, needs, takes }),
      note: String(form.get("note") ?? "").trim(),
    };
    await this.ask(async () => {
      const path = `/v1/cases/${crypto.randomUUID()}`;
      const view = await this.desk.app.http.put<CaseView>(path, details);
      location.hash = Place.link("cases", view.id);
    });
  };
}

customElements.define("conversation-page", ConversationPage);
