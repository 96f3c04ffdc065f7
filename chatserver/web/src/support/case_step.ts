// What support does with a case: a note, who reads it, and the ways on.

import { html, nothing } from "lit";
import type { CaseActing, CaseAsk, CaseView } from "../app/api_types.ts";
import { HttpProblem } from "../app/http.ts";
import { PageElement } from "../parts/element.ts";
import { icon } from "../parts/icons.ts";
import { factFields, factsIn } from "./case_facts.ts";
import type { Desk } from "./desk.ts";
import { wordOf } from "./word_of.ts";

/** Those that stand elsewhere, or are no way on. */
const BESIDE = new Set(["note", "assign", "attempt", "withdraw", "suspend", "lift"]);
/** Those that take something from somebody: they are asked about once more. */
const GRAVE = new Set(["removed", "warned", "suspend", "churned"]);

/** Tells of what came of it by `changed`, whose detail is the case as it is then. */
export class CaseStep extends PageElement {
  static override properties = { desk: { attribute: false }, view: { attribute: false } };

  declare desk: Desk;
  declare view: CaseView;
  /** What was chosen and asks for more, or once more. */
  #chosen: string | undefined;
  #problem = "";
  #isBusy = false;

  protected override willUpdate(): void {
    const { possible, by_hand } = this.view;
    const known: readonly string[] = [...possible, ...by_hand];
    if (this.#chosen && !known.includes(this.#chosen)) this.#chosen = undefined;
  }

  protected override render() {
    const { says } = this.desk;
    const { view } = this;
    const possible: readonly string[] = view.possible;
    if (!possible.length && !view.by_hand.length) return nothing;
    const first = view.kind === "ghosting" && possible.includes("attempt")
      ? "attempt"
      : possible.find((each) => !BESIDE.has(each));
    const others = possible.filter((each) => each !== first && each !== "assign");
    return html`
      <form class="stack" aria-label=${says.cases.nextStep} @submit=${this.#submit}>
        <div class="field"><label for="note">${says.cases.note}</label>
          <textarea class="input" id="note" name="note" rows="3"></textarea></div>
        <div class="field"><label for="for">${says.cases.noteFor}</label>
          <select class="input" id="for" name="for">
            <option value="internal">${says.cases.forSupport}</option>
            <option value="shared">${says.cases.forOpener}</option>
          </select></div>
        ${possible.includes("attempt")
          ? html`<label class="check-line"><input type="checkbox" name="reached"><span>${says.cases.reached}</span></label>`
          : nothing}
        ${this.#problem ? html`<p role="alert" class="problem">${this.#problem}</p>` : nothing}
        ${this.#chosen ? this.#more(this.#chosen) : nothing}
        ${first && !this.#chosen ? this.#button(first, "btn--primary btn--wide") : nothing}
        ${this.#chosen
          ? nothing
          : html`<div class="row">${others.map((each) => this.#button(each, ""))}</div>`}
        ${this.#byHand.length && !this.#chosen
          ? html`
            <details>
              <summary>${icon("right", "s")}${says.cases.byHand}</summary>
              <p class="small quiet">${says.cases.byHandLead}</p>
              <div class="row">${this.#byHand.map((each) =>
                html`<button class="btn" type="button" @click=${() => this.#choose(each)}>${
                  wordOf(says.cases.states, each)
                }</button>`
              )}</div>
            </details>
          `
          : nothing}
      </form>
    `;
  }

  #button(action: string, more: string) {
    return html`
      <button class="btn ${more}" type="button" aria-disabled=${this.#isBusy ? "true" : "false"}
        @click=${() => this.#choose(action)}>${wordOf(
          this.desk.says.cases.actions,
          action,
        )}</button>
    `;
  }

  #more(action: string) {
    const { says, app } = this.desk;
    const ask = this.#ask(action);
    const byHand = this.#byHand.some((each) => each === action);
    const title = wordOf(byHand ? says.cases.states : says.cases.actions, action);
    return html`<fieldset class="card stack"><legend class="label">${title}</legend>
      ${ask ? factFields(ask, this.view.facts, this.desk) : nothing}
      <div class="row"><button class="btn btn--primary ${GRAVE.has(action) ? "btn--grave" : ""}"
        type="submit">${title}</button><button class="btn" type="button" @click=${() =>
      this.#choose(undefined)}>${app.words.common.back}</button></div>
    </fieldset>`;
  }

  /** Those of all states that do not follow. */
  get #byHand(): readonly string[] {
    const possible: readonly string[] = this.view.possible;
    return this.view.by_hand.filter((each) => !possible.includes(each));
  }

  #ask(action: string): CaseAsk | undefined {
    return this.view.asks.find((each) => each.state === action);
  }

  #choose(action: string | undefined): void {
    this.#problem = "";
    const byHand = this.#byHand.some((each) => each === action);
    if (action === undefined || this.#ask(action) || GRAVE.has(action) || byHand) {
      this.#chosen = action;
      this.requestUpdate();
    } else {
      void this.#act(action);
    }
  }

  readonly #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.#chosen) void this.#act(this.#chosen);
  };

  async #act(action: string): Promise<void> {
    if (this.#isBusy) return;
    const { says, app } = this.desk;
    const element = this.querySelector("form");
    if (!element) return;
    const form = new FormData(element);
    const note = String(form.get("note") ?? "").trim();
    const byHand = this.#byHand.some((each) => each === action);
    if (!note && (action === "note" || byHand)) {
      this.#problem = says.cases.needsNote;
      this.requestUpdate();
      return;
    }
    const acting: CaseActing = {
      note,
      for: form.get("for") === "shared" ? "shared" : "internal",
      facts: factsIn(form, this.#ask(action)),
      reached: action === "attempt" && form.get("reached") !== null,
    };
    this.#isBusy = true;
    this.#problem = "";
    try {
      const path = `/v1/cases/${encodeURIComponent(this.view.id)}/${action}`;
      const view = await app.http.post<CaseView>(path, acting);
      element.reset();
      this.#chosen = undefined;
      this.dispatchEvent(new CustomEvent("changed", { detail: view, bubbles: true }));
    } catch (fault) {
      if (fault instanceof HttpProblem && fault.problem.reason === "not_now") {
        this.#problem = says.cases.refusedNow;
        this.dispatchEvent(new CustomEvent("stale", { bubbles: true }));
      } else {
        this.#problem = problemWords(fault, app.words.common.failed);
      }
    }
    this.#isBusy = false;
    this.requestUpdate();
  }
}

/** What the server says about the fields, or about the whole. */
export function problemWords(fault: unknown, otherwise: string): string {
  if (!(fault instanceof HttpProblem)) return otherwise;
  const { errors } = fault.problem as { errors?: { field: string; message: string }[] };
  return errors?.map((each) => `${each.field}: ${each.message}`).join("; ") ?? fault.message;
}

customElements.define("case-step", CaseStep);
