// An exercise as it reads: its questions, and what was answered.

import { html, nothing } from "lit";
import type { ExerciseView } from "../app/api_types.ts";
import type { MentoringWords } from "../words/mentoring/words.ts";

/** For whoever fills it in no more, or never did. */
export function drawnAnswers(exercise: ExerciseView, { exercise: says }: MentoringWords) {
  return html`
    <ol class="stack answers">${exercise.questions.map((question, index) => {
      const answers = (exercise.answers ?? []).filter((each) => each.question === index + 1);
      const isDaily = (question.days ?? 1) > 1;
      return html`
        <li>
          <p><strong>${question.text}</strong></p>
          ${exercise.answers === null
            ? nothing
            : !answers.length
            ? html`<p class="quiet">${says.unanswered}</p>`
            : answers.map((each) =>
              html`<p class="text">${
                isDaily ? `${says.day(each.day ?? 1)}: ` : nothing
              }${each.value}${
                question.kind === "scale"
                  ? html`
                    <span class="quiet">(${says.scale(
                      question.low ?? 1,
                      question.high ?? 10,
                    )})</span>
                  `
                  : nothing
              }</p>`
            )}
        </li>
      `;
    })}</ol>
  `;
}

export function progressOf(exercise: ExerciseView, { exercise: says }: MentoringWords): string {
  const { state, answered, fields } = exercise;
  const said = says.states[state];
  return state === "handed_in" ? said : `${said}. ${says.progress(answered, fields)}`;
}
