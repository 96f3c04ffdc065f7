// Cases, the next due first.

import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { CaseSummary } from "../app/api_types.ts";
import { attempt } from "../app/attempt.ts";
import { Place } from "../app/place.ts";
import { PageElement } from "../parts/element.ts";
import { caseDue } from "./case_due.ts";
import type { CaseChoice } from "./cases.ts";
import type { Desk } from "./desk.ts";
import { wordOf } from "./word_of.ts";

const WHICH: readonly CaseChoice["which"][] = ["open", "mine", "ended"];

export class CaseTable extends PageElement {
  static override properties = { desk: { attribute: false } };

  declare desk: Desk;
  #stop: (() => void)[] = [];
  /** Kinds that were seen, with their titles, to choose from. */
  readonly #kinds = new Map<string, string>();

  override connectedCallback(): void {
    super.connectedCallback();
    const { cases, people } = this.desk;
    this.#stop = [cases, people].map((each) => each.watch(() => this.requestUpdate()));
    if (!cases.isKnown) void cases.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stop) stop();
  }

  protected override render() {
    const { cases, says, app } = this.desk;
    const { choice, list } = cases;
    for (const each of list) this.#kinds.set(each.kind, each.title);
    return html`
      <main class="board">
        <section aria-labelledby="cases">
          <div class="headrow"><h1 id="cases">${says.cases.title}</h1>${cases.isKnown
            ? html`<p class="quiet small">${says.desk.openCases(cases.openCount)}</p>`
            : nothing}</div>
          <div class="filters">
            <div role="group" aria-labelledby="cw"><p class="label" id="cw">${says.cases.which}</p>
              <div class="seg">${WHICH.map((each) =>
                html`<button class="btn" type="button" aria-pressed=${
                  choice.which === each ? "true" : "false"
                } @click=${() => void cases.choose({ which: each })}>${says.cases[each]}</button>`
              )}</div></div>
            <div class="field"><label for="ck">${says.cases
              .kind}</label><select class="input" id="ck"
              @change=${(event: Event) =>
                void cases.choose({ kind: (event.target as HTMLSelectElement).value })}>
              <option value="">${says.cases.all}</option>
              ${[...this.#kinds].sort((a, b) => a[1].localeCompare(b[1])).map(([kind, title]) =>
                html`<option value=${kind} ?selected=${kind === choice.kind}>${title}</option>`
              )}</select></div>
          </div>
          ${!cases.isKnown
            ? html`<p class="quiet" aria-busy="true">${app.words.common.loading}</p>`
            : list.length
            ? this.#table(list)
            : html`
              <div class="boxed">
                <p class="quiet blank">${says.cases.none}</p>
              </div>
            `}
          ${cases.more
            ? html`<p class="under"><button class="btn" type="button" @click=${() =>
              void attempt(() => cases.loadOlder(), app.words)}>${says.cases.more}</button></p>`
            : nothing}
        </section>
      </main>
    `;
  }

  #table(list: readonly CaseSummary[]) {
    const { says } = this.desk;
    const heads = [says.cases.case, says.cases.state, says.cases.about, says.cases.with];
    return html`
      <div class="boxed tablewrap" role="region" aria-label=${says.cases.table} tabindex="0">
        <table class="table">
          <caption class="vh">${says.cases.title}</caption>
          <thead>
            <tr><th scope="col" aria-sort="ascending">${says.cases.next}</th>${heads.map((each) =>
              html`<th scope="col">${each}</th>`
            )}</tr>
          </thead>
          <tbody>${repeat(list, (each) => each.id, (each) => this.#row(each))}</tbody>
        </table>
      </div>
    `;
  }

  #row(each: CaseSummary) {
    const { says, people } = this.desk;
    return html`
      <tr>
        <td>${caseDue(each, this.desk)}</td>
        <th scope="row"><a class="rowlink" href=${Place.link("cases", each.id)}>${each
          .title}</a></th>
        <td>${wordOf(says.cases.states, each.state)}</td>
        <td>${people.name(each.member)}</td>
        <td>${each.assignee ? people.name(each.assignee) : says.cases.nobody}</td>
      </tr>
    `;
  }
}

customElements.define("case-table", CaseTable);
