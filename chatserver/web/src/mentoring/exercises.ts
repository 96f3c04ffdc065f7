// The exercises of one conversation, as the server has them; asked for again when a message is about one.

import type { ExerciseList, ExerciseView } from "../app/api_types.ts";
import type { App } from "../app/start.ts";
import { Store } from "../parts/element.ts";
import type { Talk } from "../state/talk.ts";

export class Exercises extends Store {
  readonly #app: App;
  readonly #talk: Talk;
  #list: ExerciseView[] | undefined;
  #seen = 0;
  #asking = false;
  #hasFailed = false;

  constructor(app: App, talk: Talk) {
    super();
    this.#app = app;
    this.#talk = talk;
    talk.watch(() => this.#look());
  }

  /** In the order in which they were given; undefined until they are there. */
  get list(): readonly ExerciseView[] | undefined {
    return this.#list;
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  one(id: string): ExerciseView | undefined {
    return this.#list?.find((each) => each.id === id);
  }

  get path(): string {
    return `/v1/conversations/${encodeURIComponent(this.#talk.view.id)}/exercises`;
  }

  /** Ask for them, unless that was done. */
  want(): void {
    if (this.#list === undefined && !this.#asking) void this.load();
  }

  async load(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    this.#seen = this.#talk.view.last_seq;
    try {
      this.#list = (await this.#app.http.get<ExerciseList>(this.path)).exercises;
      this.#hasFailed = false;
    } catch {
      this.#hasFailed = true;
    }
    this.#asking = false;
    this.changed();
    this.#look();
  }

  /** One is different: answered, or handed in. */
  take(exercise: ExerciseView): void {
    this.#list = this.#list?.map((each) => (each.id === exercise.id ? exercise : each));
    this.changed();
  }

  /** Whether a message has come since that gives one, or is one that was handed in. */
  #look(): void {
    if (this.#list === undefined || this.#asking) return;
    const since = this.#seen;
    this.#seen = this.#talk.view.last_seq;
    if (this.#talk.messages.some(({ seq, exercise }) => seq > since && exercise)) void this.load();
  }
}

const known = new WeakMap<Talk, Exercises>();

/** One for each conversation of a page. */
export function exercisesOf(app: App, talk: Talk): Exercises {
  const found = known.get(talk) ?? new Exercises(app, talk);
  known.set(talk, found);
  return found;
}
