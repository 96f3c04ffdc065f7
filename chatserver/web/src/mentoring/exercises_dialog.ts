// For the mentor: the exercises of a conversation, how far each is, and the answers once they are handed in.

import { html, nothing } from "lit";
import { memberName } from "../app/names.ts";
import { icon } from "../parts/icons.ts";
import type { Talk } from "../state/talk.ts";
import type { MentoringWords } from "../words/mentoring/words.ts";
import { drawnAnswers, progressOf } from "./answers_drawing.ts";
import { MentoringElement } from "./element.ts";
import { type Exercises, exercisesOf } from "./exercises.ts";

export class ExercisesDialog extends MentoringElement {
  #talk: Talk | undefined;
  #exercises: Exercises | undefined;
  #stop: (() => void) | undefined;
  #first: string | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
  }

  /** Show them; `first` is opened. */
  async open(talk: Talk, first?: string): Promise<void> {
    this.#stop?.();
    this.#talk = talk;
    this.#first = first;
    this.#exercises = exercisesOf(this.app, talk);
    this.#stop = this.#exercises.watch(() => this.requestUpdate());
    if (!await this.ready()) return;
    this.querySelector<HTMLElement>("[popover]")?.showPopover();
    await this.#exercises.load();
  }

  protected override draw(says: MentoringWords) {
    const name = this.#talk ? memberName(this.#talk.view) : "";
    const list = this.#exercises?.list;
    return html`
      <div class="pop" popover id="exercises" role="dialog" aria-labelledby="exercises-title">
        <h2 id="exercises-title">${says.exercise.of(name)}</h2>
        <button class="btn btn--icon pop__close" type="button" popovertarget="exercises"
          popovertargetaction="hide" aria-label=${this.app.words.common.close}>${icon(
            "close",
          )}</button>
        ${list === undefined
          ? this.#exercises?.hasFailed
            ? html`<p role="alert">${this.app.words.common.failed}</p>`
            : html`<p class="quiet" aria-busy="true">${this.app.words.common.loading}</p>`
          : !list.length
          ? html`<p class="quiet">${says.exercise.none}</p>`
          : html`<div class="stack">${
            [...list].reverse().map((each) =>
              html`
                <details class="card" ?open=${each.id === this.#first}>
                  <summary><strong>${each.title}</strong> <span class="quiet">${progressOf(
                    each,
                    says,
                  )}</span></summary>
                  ${each.answers === null
                    ? html`<p class="small quiet">${says.exercise.ownUntil(name)}</p>`
                    : nothing}
                  ${drawnAnswers(each, says)}
                </details>
              `
            )
          }</div>`}
      </div>
    `;
  }
}

customElements.define("exercises-dialog", ExercisesDialog);
