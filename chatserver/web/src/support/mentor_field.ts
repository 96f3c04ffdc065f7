// The id of a mentor, who is chosen by name or by what they know of.

import { html } from "lit";
import type { MentorList, NamedMentor } from "../app/api_types.ts";
import { PageElement } from "../parts/element.ts";
import { mentorInWords } from "../parts/mentor_in_words.ts";
import type { Desk } from "./desk.ts";

const NOBODY: MentorList = { mentors: [], more: false };

export class MentorField extends PageElement {
  static override properties = {
    desk: { attribute: false },
    field: {},
    name: {},
    label: {},
    required: { type: Boolean },
  };

  declare desk: Desk;
  /** The id of the input. */
  declare field: string;
  declare name: string;
  declare label: string;
  declare required: boolean;
  #known = NOBODY;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  protected override render() {
    const list = `${this.field}-known`;
    return html`<div class="field"><label for=${this.field}>${this.label}</label><input
      class="input" id=${this.field} name=${this.name} autocomplete="off" ?required=${this.required}
      list=${list} @input=${this.#more}><datalist id=${list}>${
      this.#known.mentors.map((each) =>
        html`<option value=${each.id}>${mentorInWords(each, this.desk.app.language)}</option>`
      )
    }</datalist></div>`;
  }

  async #load(): Promise<void> {
    // Where they cannot be had, the id can be written all the same.
    this.#known = await this.desk.app.http.get<MentorList>("/v1/mentors").catch(() => NOBODY);
    this.requestUpdate();
  }

  /** Of very many, those who are called so. */
  readonly #more = async (event: Event): Promise<void> => {
    const said = (event.currentTarget as HTMLInputElement).value;
    if (!this.#known.more || !said.trim()) return;
    const found = await this.desk.people.search(said, "mentor").catch(() => undefined);
    const { mentors, more } = this.#known;
    const ids = new Set(mentors.map((each) => each.id));
    const others = (found?.people ?? []).filter((each) => !ids.has(each.id))
      .map(({ id, name }): NamedMentor => ({ id, name, expertise: [] }));
    this.#known = { mentors: [...mentors, ...others], more };
    this.requestUpdate();
  };
}

customElements.define("mentor-field", MentorField);
