// A saved text or an exercise, written or changed. `done` is an event of it: what was written, or null.

import { html, nothing, type TemplateResult } from "lit";
import type { ExerciseQuestion, SavedItem, SavedItemView } from "../app/api_types.ts";
import type { MentoringWords } from "../words/mentoring/words.ts";
import { MentoringElement } from "./element.ts";

const KINDS = ["text", "scale", "choice"] as const;
const MOST_QUESTIONS = 30;
const MOST_DAYS = 31;

/** A question as it is being written. */
interface Draft extends ExerciseQuestion {
  key: number;
}

export class SavedItemForm extends MentoringElement {
  static override properties = {
    ...MentoringElement.properties,
    item: { attribute: false },
    folders: { attribute: false },
    problem: { attribute: false },
  };

  /** What is changed; of a new one its kind alone. */
  declare item: Pick<SavedItemView, "kind"> & Partial<SavedItemView>;
  /** Those that there are. */
  declare folders: readonly string[];
  /** Why it could not be saved. */
  declare problem: string | undefined;
  #questions: Draft[] = [];
  #shown: unknown;
  #keys = 0;

  protected override willUpdate(): void {
    if (this.item === this.#shown) return;
    this.#shown = this.item;
    this.#questions = (this.item.questions ?? []).map((each) => ({ ...each, key: this.#keys++ }));
    if (this.item.kind === "exercise" && !this.#questions.length) this.#add();
  }

  #add(): void {
    this.#questions = [...this.#questions, { kind: "text", text: "", key: this.#keys++ }];
  }

  protected override draw(says: MentoringWords) {
    const { form } = says;
    const { item } = this;
    const isExercise = item.kind === "exercise";
    return html`
      <form class="stack" @submit=${this.#save} aria-labelledby="item-form-title">
        <h3 id="item-form-title">${isExercise ? form.exerciseTitle : form.textTitle}</h3>
        <div class="row">
          ${this.#line("title", form.title, item.title ?? "", { most: 120, needed: true })}
          ${this.#line("folder", form.folder, item.folder ?? "", {
            most: 80,
            list: "item-folders",
          })}
        </div>
        <datalist id="item-folders">${this.folders.map((each) =>
          html`<option value=${each}></option>`
        )}</datalist>
        <p class="field"><label for="item-body">${isExercise
          ? form.introduction
          : form.body}</label><textarea class="input" id="item-body" name="body" rows="6"
          maxlength="4000" ?required=${!isExercise} aria-describedby="item-places"
          .value=${item.body ?? ""}></textarea></p>
        <p class="small quiet" id="item-places">${form.placeholders}</p>
        ${isExercise
          ? html`${this.#questions.map((each, index) => this.#question(each, index, says))}
            <p><button class="btn" type="button" aria-disabled=${
            this.#questions.length >=
                MOST_QUESTIONS
              ? "true"
              : nothing
          } @click=${this.#addOne}>${form.add}</button></p>`
          : nothing}
        ${this.problem ? html`<p role="alert">${this.problem}</p>` : nothing}
        <p class="row">
          <button class="btn btn--primary" type="submit">${form.save}</button>
          <button class="btn" type="button" @click=${this.#leave}>${form.cancel}</button>
        </p>
      </form>
    `;
  }

  #question(question: Draft, index: number, { form }: MentoringWords): TemplateResult {
    const place = `q${question.key}`;
    const number = index + 1;
    const change = (event: Event) => {
      const { value } = event.target as HTMLSelectElement;
      question.kind = KINDS.find((each) => each === value) ?? "text";
      this.requestUpdate();
    };
    return html`
      <fieldset class="card stack">
        <legend class="label">${form.question(number)}</legend>
        ${this.#line(`${place}-text`, form.asks, question.text, { most: 300, needed: true })}
        <div class="row">
          <p class="field"><label for="item-${place}-kind">${form.kind}</label><select class="input"
            id="item-${place}-kind" name="${place}-kind" @change=${change}>${KINDS.map((each) =>
              html`<option value=${each} ?selected=${each === question.kind}>${
                form.kinds[
                  each
                ]
              }</option>`
            )}</select></p>
          ${this.#number(`${place}-days`, form.days, question.days ?? 1, 1, MOST_DAYS)}
        </div>
        ${question.kind === "scale"
          ? html`<div class="row">
            ${this.#number(`${place}-low`, form.low, question.low ?? 1, -100, 100)}
            ${this.#number(`${place}-high`, form.high, question.high ?? 10, -100, 100)}
            ${this.#line(`${place}-low_word`, form.lowWord, question.low_word ?? "", { most: 300 })}
            ${
            this.#line(`${place}-high_word`, form.highWord, question.high_word ?? "", {
              most: 300,
            })
          }</div>`
          : nothing}
        ${question.kind === "choice"
          ? html`
            <p
              class="field"><label for="item-${place}-options">${form
                .options}</label><textarea class="input" rows="4" required
                          id="item-${place}-options" name="${place}-options"
                          .value=${(question.options ?? []).join("\n")}></textarea></p>
          `
          : nothing}
        ${this.#questions.length > 1
          ? html`<p><button class="btn" type="button" aria-label=${form.removeQuestion(number)}
            @click=${() => this.#remove(question)}>${form.removeQuestion(number)}</button></p>`
          : nothing}
      </fieldset>
    `;
  }

  #line(
    name: string,
    label: string,
    value: string,
    { most, needed = false, list }: { most: number; needed?: boolean; list?: string },
  ) {
    return html`<p class="field"><label for="item-${name}">${label}</label><input class="input"
      id="item-${name}" name=${name} maxlength=${most} ?required=${needed} list=${
      list ?? nothing
    } .value=${value}></p>`;
  }

  #number(name: string, label: string, value: number, min: number, max: number) {
    return html`<p class="field"><label for="item-${name}">${label}</label><input
      class="input input--short" type="number" required id="item-${name}" name=${name} min=${min}
      max=${max} .value=${String(value)}></p>`;
  }

  readonly #addOne = (): void => {
    if (this.#questions.length >= MOST_QUESTIONS) return;
    this.#keep();
    this.#add();
    this.requestUpdate();
    void this.updateComplete.then(() => {
      const last = this.#questions.at(-1);
      this.querySelector<HTMLElement>(`#item-q${last?.key}-text`)?.focus();
    });
  };

  #remove(question: Draft): void {
    this.#keep();
    this.#questions = this.#questions.filter((each) => each !== question);
    this.requestUpdate();
  }

  /** What stands in the fields goes into the questions: they are drawn anew. */
  #keep(): void {
    const form = new FormData(this.querySelector("form")!);
    for (const each of this.#questions) Object.assign(each, questionOf(form, each.key));
  }

  readonly #save = (event: Event): void => {
    event.preventDefault();
    this.#keep();
    const form = new FormData(event.target as HTMLFormElement);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const item: SavedItem = {
      kind: this.item.kind,
      title: text("title"),
      folder: text("folder"),
      body: text("body"),
      questions: this.#questions.map((each) => questionOf(form, each.key)),
    };
    this.dispatchEvent(new CustomEvent("done", { detail: item }));
  };

  readonly #leave = (): void => {
    this.dispatchEvent(new CustomEvent("done", { detail: null }));
  };
}

/** As its fields say. */
function questionOf(form: FormData, key: number): ExerciseQuestion {
  const text = (name: string) => String(form.get(`q${key}-${name}`) ?? "").trim();
  const kind = KINDS.find((each) => each === text("kind")) ?? "text";
  const question: ExerciseQuestion = { kind, text: text("text"), days: Number(text("days")) || 1 };
  if (kind === "scale") {
    question.low = Number(text("low") || 1);
    question.high = Number(text("high") || 10);
    question.low_word = text("low_word");
    question.high_word = text("high_word");
  }
  if (kind === "choice") {
    question.options = text("options").split("\n").map((each) => each.trim()).filter(Boolean);
  }
  return question;
}

customElements.define("saved-item-form", SavedItemForm);
