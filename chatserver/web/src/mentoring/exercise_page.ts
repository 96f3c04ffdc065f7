// The member's exercises in the place of the letters: all of them, or one, filled in bit by bit and handed in.

import { html, nothing, type TemplateResult } from "lit";
import type { ExerciseAnswer, ExerciseQuestion, ExerciseView } from "../app/api_types.ts";
import { HttpProblem } from "../app/http.ts";
import { mentorName, nameIn } from "../app/names.ts";
import { Place } from "../app/place.ts";
import { Times } from "../parts/format.ts";
import { icon } from "../parts/icons.ts";
import type { Talk } from "../state/talk.ts";
import type { MentoringWords } from "../words/mentoring/words.ts";
import { drawnAnswers, progressOf } from "./answers_drawing.ts";
import { MentoringElement } from "./element.ts";
import { type Exercises, exercisesOf } from "./exercises.ts";
import { posted } from "./posting.ts";

/** After the last key. */
const KEEP_AFTER_MS = 700;
const AGAIN_MS = 5_000;

export class ExercisePage extends MentoringElement {
  static override properties = {
    ...MentoringElement.properties,
    talk: { attribute: false },
    path: { attribute: false },
  };

  declare talk: Talk;
  /** Which one; empty for all. */
  declare path: readonly string[];
  #exercises: Exercises | undefined;
  #stop: (() => void)[] = [];
  /** What is not kept yet, by place. */
  readonly #unkept = new Map<string, ExerciseAnswer>();
  #keeping: Promise<void> | undefined;
  #later: ReturnType<typeof setTimeout> | undefined;
  #kept: "" | "saving" | "kept" | "notKept" | "wrong" = "";
  #said = "";
  #isHandingIn = false;
  #asks = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#exercises = exercisesOf(this.app, this.talk);
    this.#stop = [this.#exercises, this.talk].map((each) => each.watch(() => this.requestUpdate()));
    this.#exercises.want();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stop) stop();
    void this.#keep();
  }

  protected override draw(says: MentoringWords) {
    const { words } = this.app;
    const [id] = this.path;
    const one = id === undefined ? undefined : this.#exercises?.one(id);
    return html`
      <header class="bar">
        <a class="btn btn--icon" href=${id === undefined ? Place.link() : Place.link("exercises")}
          aria-label=${id === undefined ? says.exercise.back : says.exercise.backToAll}>${icon(
            "back",
          )}</a>
        <div class="bar__who">
          <h1>${one?.title ?? says.exercise.title}</h1>
          <p>${one
            ? progressOf(one, says)
            : says.exercise.fromMentor(mentorName(this.talk.view))}</p>
        </div>
        <button class="btn btn--help" type="button" popovertarget="help">${icon("help")}${words
          .common.help}</button>
      </header>
      <main class="bookpage">
        <div class="bookbox">
          <div class="page" role="region" aria-label=${says.exercise.title} tabindex="0">
            ${one ? this.#one(one, says) : this.#all(says)}
          </div>
        </div>
      </main>
    `;
  }

  #all(says: MentoringWords) {
    const list = this.#exercises?.list;
    if (list === undefined) {
      return this.#exercises?.hasFailed
        ? html`<p role="alert">${this.app.words.common.failed}</p>`
        : html`<p class="quiet" aria-busy="true">${this.app.words.common.loading}</p>`;
    }
    if (!list.length) return html`<p class="quiet">${says.exercise.none}</p>`;
    return html`<ul class="list">${
      [...list].reverse().map((each) =>
        html`<li><span><strong>${each.title}</strong><br><span class="quiet">${
          progressOf(
            each,
            says,
          )
        }</span></span><a class="btn" href=${
          Place.link("exercises", each.id)
        } aria-label="${says.exercise.open} ${each.title}">${says.exercise.open}</a></li>`
      )
    }</ul>`;
  }

  #one(exercise: ExerciseView, says: MentoringWords): TemplateResult {
    const { exercise: words } = says;
    const { view } = this.talk;
    const name = nameIn(view, exercise.given_by);
    const isIn = exercise.state === "handed_in";
    const isOver = view.status === "ended";
    const intro = exercise.introduction
      ? exercise.introduction.split(/\n{2,}/).map((each) => html`<p class="text">${each}</p>`)
      : nothing;
    if (isIn || isOver) {
      const times = new Times(this.app.language, view.zone);
      const at = exercise.handed_in_at ? Date.parse(exercise.handed_in_at) : 0;
      const now = this.app.chats.chat.clock.now();
      return html`<div class="stack">${intro}
        ${
        isIn
          ? html`<p role="status">${words.handedInAt(`${times.day(at, now)} ${times.at(at)}`)}</p>`
          : nothing
      }
        ${drawnAnswers(exercise, says)}</div>`;
    }
    const isOpen = view.composer.open;
    return html`
      <div class="stack">
        ${intro}
        <p class="small quiet">${words.saves}</p>
        ${exercise.questions.map((each, index) => this.#question(exercise, each, index + 1, says))}
        <p class="small" role="status">${this.#kept ? words[this.#kept] : nothing}</p>
        <p class="small quiet" id="hand-in-lead">${isOpen
          ? words.handInLead(name)
          : words.closed}</p>
        ${this.#asks ? html`<p role="status"><strong>${words.handInAsk}</strong></p>` : nothing}
        <p>${this.#asks
          ? html`
            <button class="btn" type="button" @click=${() => this.#ask(false)}>${words
              .notYet}</button>
          `
          : nothing}<button class="btn btn--primary" type="button" aria-describedby="hand-in-lead"
          aria-disabled=${isOpen && !this.#isHandingIn ? nothing : "true"}
          @click=${() => this.#asks ? this.#handIn(exercise) : this.#ask(isOpen)}>${isOpen
            ? nothing
            : icon("lock", "s")}${words.handIn}</button></p>
        ${this.#said ? html`<p role="alert">${this.#said}</p>` : nothing}
      </div>
    `;
  }

  #question(
    exercise: ExerciseView,
    question: ExerciseQuestion,
    number: number,
    says: MentoringWords,
  ): TemplateResult {
    const days = Array.from({ length: question.days ?? 1 }, (_, index) => index + 1);
    const isDaily = days.length > 1;
    return html`
      <fieldset class="card stack">
        <legend class="label">${number}. ${question.text}</legend>
        ${days.map((day) => {
          const value = this.#value(exercise, number, day);
          const answer = (given: string) => this.#answer(exercise, question, number, day, given);
          const label = isDaily ? says.exercise.day(day) : question.text;
          return this.#field(question, `a${number}-${day}`, label, isDaily, value, answer, says);
        })}
      </fieldset>
    `;
  }

  #field(
    question: ExerciseQuestion,
    id: string,
    label: string,
    isDaily: boolean,
    value: string,
    answer: (given: string) => void,
    says: MentoringWords,
  ): TemplateResult {
    const typed = (event: Event) => answer((event.target as HTMLInputElement).value);
    const { low = 1, high = 10, low_word, high_word } = question;
    switch (question.kind) {
      case "text":
        return html`
          <p
            class="field"><label for=${id} class=${isDaily
              ? ""
              : "vh"}>${label}</label><textarea class="input" id=${id} rows=${isDaily ? 2 : 4}
                    maxlength="4000" .value=${value} @input=${typed}></textarea></p>
        `;
      case "scale": {
        const ends = [low_word && `${low}: ${low_word}`, high_word && `${high}: ${high_word}`];
        const said = ends.filter(Boolean).join(", ") || says.exercise.scale(low, high);
        return html`
          <p
            class="field"><label for=${id} class=${isDaily
              ? ""
              : "vh"}>${label}</label><input class="input input--short" type="number" id=${id}
                    min=${low} max=${high} step="1" inputmode="numeric" aria-describedby="${id}-ends"
                    .value=${value} @input=${typed}><span class="small quiet"
                    id="${id}-ends">${said}</span></p>
        `;
      }
      case "choice":
        return html`
          <p
            class="field"><label for=${id} class=${isDaily
              ? ""
              : "vh"}>${label}</label><select class="input" id=${id} @change=${typed}><option
                    value="" ?selected=${!value}>${says.exercise
                      .none_of}</option>${(question.options ?? [])
                      .map((each) =>
                        html`<option value=${each} ?selected=${each === value}>${each}</option>`
                      )}</select></p>
        `;
    }
  }

  #value(exercise: ExerciseView, number: number, day: number): string {
    const unkept = this.#unkept.get(`${exercise.id} ${number} ${day}`);
    const answer = unkept ??
      (exercise.answers ?? []).find((each) => each.question === number && (each.day ?? 1) === day);
    return String(answer?.value ?? "");
  }

  #answer(
    exercise: ExerciseView,
    question: ExerciseQuestion,
    number: number,
    day: number,
    given: string,
  ): void {
    const { low = 1, high = 10 } = question;
    const value = given === "" ? null : question.kind === "scale" ? Number(given) : given;
    // What does not fit is not kept; the field says so itself.
    if (typeof value === "number" && !(Number.isInteger(value) && value >= low && value <= high)) {
      this.#kept = "wrong";
      this.requestUpdate();
      return;
    }
    this.#unkept.set(`${exercise.id} ${number} ${day}`, { question: number, day, value });
    this.#kept = "saving";
    this.#said = "";
    this.requestUpdate();
    this.#keepIn(KEEP_AFTER_MS);
  }

  #keepIn(ms: number): void {
    clearTimeout(this.#later);
    this.#later = setTimeout(() => void this.#keep(), ms);
  }

  /** One after the other: what comes later is later on the server too. */
  async #keep(): Promise<void> {
    clearTimeout(this.#later);
    await this.#keeping;
    if (!this.#unkept.size) return;
    this.#keeping = this.#send().finally(() => this.#keeping = undefined);
    await this.#keeping;
  }

  async #send(): Promise<void> {
    const sent = new Map(this.#unkept);
    const id = [...sent.keys()][0]!.split(" ")[0]!;
    const answers = [...sent].filter(([place]) => place.startsWith(`${id} `)).map(([, each]) =>
      each
    );
    const path = `${this.#exercises!.path}/${encodeURIComponent(id)}`;
    try {
      this.#exercises!.take(await this.app.http.patch<ExerciseView>(path, { answers }));
      this.#forget(sent, id);
      this.#kept = this.#unkept.size ? "saving" : "kept";
      if (this.#unkept.size) this.#keepIn(0);
    } catch (fault) {
      const status = fault instanceof HttpProblem ? fault.problem.status : 0;
      if (status === 409 || status === 404) {
        // Handed in on another device, or over.
        this.#unkept.clear();
        this.#kept = "";
        await this.#exercises!.load();
      } else if (status === 422) {
        this.#forget(sent, id);
        this.#kept = "wrong";
      } else {
        this.#kept = "notKept";
        if (this.isConnected) this.#keepIn(AGAIN_MS);
      }
    }
    this.requestUpdate();
  }

  /** What was sent is kept, unless it is something else by now. */
  #forget(sent: ReadonlyMap<string, ExerciseAnswer>, id: string): void {
    for (const [place, each] of sent) {
      if (place.startsWith(`${id} `) && this.#unkept.get(place) === each) {
        this.#unkept.delete(place);
      }
    }
  }

  /** It is for good: it is asked once more. */
  #ask(asks: boolean): void {
    this.#asks = asks;
    this.requestUpdate();
  }

  async #handIn(exercise: ExerciseView): Promise<void> {
    const { exercise: words } = this.says!;
    if (!this.talk.view.composer.open || this.#isHandingIn) return;
    this.#isHandingIn = true;
    this.#asks = false;
    this.#said = "";
    this.requestUpdate();
    await this.#keep();
    if (this.#unkept.size) {
      this.#said = words.notKept;
    } else if (!this.#exercises!.one(exercise.id)?.answered) {
      this.#said = words.empty;
    } else {
      const answer = await posted(this.app.chats.chat, {
        type: "hand_in",
        conversation: this.talk.view.id,
        id: crypto.randomUUID(),
        exercise: exercise.id,
      });
      if (answer.type === "accepted") {
        this.say(words.handedIn);
        // The button that was pressed goes.
        this.querySelector<HTMLElement>(".page")?.focus();
      } else this.#said = words.refused;
      await this.#exercises!.load();
    }
    this.#isHandingIn = false;
    this.requestUpdate();
  }
}

customElements.define("exercise-page", ExercisePage);
