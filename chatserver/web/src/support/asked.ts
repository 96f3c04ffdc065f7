// Something that is asked of the server by a form, once at a time, and what came of it.

import { html, nothing } from "lit";
import { PageElement } from "../parts/element.ts";
import { problemWords } from "./case_step.ts";
import type { Desk } from "./desk.ts";

export abstract class AskingElement extends PageElement {
  declare desk: Desk;
  #problem = "";
  #done = "";
  #isBusy = false;

  /** Do it; whether it was done. What went wrong is said by `outcome`, and so is that it was saved. */
  protected async ask(act: () => Promise<unknown>): Promise<boolean> {
    if (this.#isBusy) return false;
    const { says, app } = this.desk;
    this.#isBusy = true;
    this.#problem = this.#done = "";
    try {
      await act();
      this.#done = says.people.saved;
    } catch (fault) {
      this.#problem = problemWords(fault, app.words.common.failed);
    }
    this.#isBusy = false;
    this.requestUpdate();
    return !this.#problem;
  }

  protected outcome() {
    return html`<div role="status">${this.#done ? html`<p>${this.#done}</p>` : nothing}</div>${
      this.#problem ? html`<p role="alert" class="problem">${this.#problem}</p>` : nothing
    }`;
  }
}

/** What a form says, trimmed, by name. */
export function saidIn(event: SubmitEvent): Record<string, string> {
  event.preventDefault();
  const form = new FormData(event.currentTarget as HTMLFormElement);
  return Object.fromEntries([...form].map(([name, value]) => [name, String(value).trim()]));
}

/** What is left empty is not said. */
export function given(said: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value));
}
