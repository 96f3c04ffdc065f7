// The audit log: who did what to whose data, the newest first; of all, or of one person or conversation.

import { html, nothing } from "lit";
import type { AuditLineView, AuditPage as Lines } from "../app/api_types.ts";
import { HttpProblem } from "../app/http.ts";
import { Place } from "../app/place.ts";
import { PageElement } from "../parts/element.ts";
import type { Desk } from "./desk.ts";
import { wordOf } from "./word_of.ts";

const AT_ONCE = 50;
/** What may be asked for; the address names the first two: `#/audit/person/mia`. */
const FIELDS = ["person", "conversation", "who"] as const;
type Field = (typeof FIELDS)[number];

export class AuditPage extends PageElement {
  static override properties = { desk: { attribute: false }, of: { attribute: false } };

  declare desk: Desk;
  /** What stands behind `audit` in the address. */
  declare of: readonly string[];
  #shown: string | undefined;
  #wanted: Partial<Record<Field | "did", string>> = {};
  #lines: readonly AuditLineView[] = [];
  #isKnown = false;
  #more = false;
  #problem = "";
  #asked = 0;
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
    const of = this.of.join("/");
    if (of === this.#shown) return;
    this.#shown = of;
    const [field, id] = this.of;
    const named = FIELDS.find((each) => each === field);
    this.#wanted = named && id !== undefined ? { [named]: id } : {};
    void this.#ask();
  }

  protected override render() {
    const { says, app } = this.desk;
    const { audit: words } = says;
    return html`
      <main class="board">
        <section aria-labelledby="audit">
          <div class="headrow"><h1 id="audit">${words.title}</h1></div>
          <p class="quiet small">${words.note}</p>
          ${this.#filters()}
          ${this.#problem ? html`<p role="alert" class="problem">${this.#problem}</p>` : nothing}
          ${!this.#isKnown
            ? html`<p class="quiet" aria-busy="true">${app.words.common.loading}</p>`
            : this.#lines.length
            ? this.#table()
            : html`
              <div class="boxed">
                <p class="quiet blank">${words.none}</p>
              </div>
            `}
          ${this.#more
            ? html`<p class="under"><button class="btn" type="button" @click=${this.#older}>${words.more}</button></p>`
            : nothing}
        </section>
      </main>
    `;
  }

  #filters() {
    const { audit: words } = this.desk.says;
    const dids = Object.entries(words.dids);
    return html`
      <form class="filters" role="search" aria-label=${words.filter} @submit=${this.#find}>
        <div class="field"><label for="a-did">${words.did}</label><select class="input"
          id="a-did" name="did"><option value="">${words.all}</option>${dids.map(([did, said]) =>
            html`<option value=${did} ?selected=${this.#wanted.did === did}>${said}</option>`
          )}</select></div>
        ${FIELDS.map((each) =>
          html`
            <div
              class="field field--grow"><label for="a-${each}">${words
                .fields[each]}</label><input class="input" id="a-${each}" name=${each}
                        autocomplete="off" .value=${this.#wanted[each] ?? ""}></div>
          `
        )}
        <button class="btn btn--primary" type="submit">${words.show}</button>
      </form>
    `;
  }

  #table() {
    const { audit: words } = this.desk.says;
    const heads = [words.who, words.did, words.whose, words.details];
    return html`
      <div class="boxed tablewrap" role="region" aria-label=${words.table} tabindex="0">
        <table class="table">
          <caption class="vh">${words.title}</caption>
          <thead>
            <tr><th scope="col" aria-sort="descending">${words.when}</th>${heads.map((each) =>
              html`<th scope="col">${each}</th>`
            )}</tr>
          </thead>
          <tbody>${this.#lines.map((each) => this.#row(each))}</tbody>
        </table>
      </div>
    `;
  }

  #row(line: AuditLineView) {
    const { says, times, people } = this.desk;
    const { audit: words } = says;
    const at = Date.parse(line.at);
    const isPerson = line.role !== "operator" && line.role !== "system";
    const who = line.role === "system"
      ? words.server
      : isPerson
      ? people.name(line.who)
      : words.operator(line.who);
    return html`
      <tr>
        <td>${times.day(at, this.desk.now())} ${times.clock(at)}</td>
        <th scope="row">${who}</th>
        <td>${wordOf(words.dids, line.did)}</td>
        <td>${this.#whose(line)}</td>
        <td class="small">${detailsOf(line)}</td>
      </tr>
    `;
  }

  #whose({ conversation, person, about, did }: AuditLineView) {
    const { people, says } = this.desk;
    if (person) return html`<a href=${Place.link("people", person)}>${people.name(person)}</a>`;
    const isCase = did.startsWith("case.") || did.startsWith("evidence.");
    return html`${
      conversation
        ? html`<a href=${Place.link("conversations", conversation)}>${
          says.audit.conversation(conversation)
        }</a>`
        : nothing
    }${
      about
        ? isCase
          ? html`
            <a href=${Place.link("cases", about)}>${says.audit.case}</a>
          `
          : html`
            <span>${about}</span>
          `
        : nothing
    }`;
  }

  async #ask(before?: number): Promise<void> {
    const asked = ++this.#asked;
    const query = new URLSearchParams({ limit: String(AT_ONCE) });
    for (const [name, value] of Object.entries(this.#wanted)) if (value) query.set(name, value);
    if (before !== undefined) query.set("before", String(before));
    try {
      const found = await this.desk.app.http.get<Lines>(`/v1/audit?${query}`);
      if (asked !== this.#asked) return;
      this.#lines = before === undefined ? found.lines : [...this.#lines, ...found.lines];
      this.#more = found.more;
      this.#problem = "";
    } catch (fault) {
      if (asked !== this.#asked) return;
      this.#problem = fault instanceof HttpProblem
        ? fault.message
        : this.desk.app.words.common.failed;
    }
    this.#isKnown = true;
    this.requestUpdate();
  }

  readonly #find = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const said = [...form].map(([name, value]) => [name, String(value).trim()] as const);
    this.#wanted = Object.fromEntries(said);
    void this.#ask();
  };

  readonly #older = (): void => {
    void this.#ask(this.#lines.at(-1)?.number);
  };
}

/** Words of the protocol, as they are: digests of a policy's parts tell nobody anything. */
function detailsOf({ details }: AuditLineView): string {
  return Object.entries(details).filter(([name]) => name !== "parts" && name !== "operation")
    .map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(", ") : value}`)
    .join("; ");
}

customElements.define("audit-page", AuditPage);
