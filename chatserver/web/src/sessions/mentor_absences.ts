// When a mentor is away, and what is booked within that: it stays until it is moved.

import { html, nothing } from "lit";
import type { AbsenceList, AbsenceView, MentorList, NamedMentor } from "../app/api_types.ts";
import { HttpProblem } from "../app/http.ts";
import type { App } from "../app/start.ts";
import { PageElement } from "../parts/element.ts";
import { Times } from "../parts/format.ts";
import { mentorInWords } from "../parts/mentor_in_words.ts";

export class MentorAbsences extends PageElement {
  static override properties = { app: { attribute: false } };

  declare app: App;
  #absences: AbsenceView[] | undefined;
  /** Who may stand in. */
  #others: readonly NamedMentor[] = [];
  #problem = "";
  #said = "";

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  #path(id?: string): string {
    const all = `/v1/mentors/${encodeURIComponent(this.app.user)}/absences`;
    return id === undefined ? all : `${all}/${encodeURIComponent(id)}`;
  }

  async #load(): Promise<void> {
    await this.#try(async () => {
      const [{ absences }, { mentors }] = await Promise.all([
        this.app.http.get<AbsenceList>(this.#path()),
        this.app.http.get<MentorList>("/v1/mentors"),
      ]);
      this.#absences = absences;
      this.#others = mentors.filter((each) => each.id !== this.app.user);
    });
  }

  protected override render() {
    const { words } = this.app;
    return html`
      <section class="card stack" aria-labelledby="absences-title">
        <h2 id="absences-title">${words.absences.title}</h2>
        <p class="small quiet">${words.absences.lead}</p>
        ${this.#absences?.length === 0
          ? html`<p class="quiet">${words.absences.none}</p>`
          : html`<ul class="list">${(this.#absences ?? []).map((each) => this.#row(each))}</ul>`}
        <form class="stack" @submit=${this.#add}>
          <div class="row">${this.#field("from", words.absences.from)}${this.#field(
            "until",
            words.absences.until,
          )}${this.#substitute("absence-substitute")}</div>
          <p><button class="btn" type="submit">${words.absences.add}</button></p>
        </form>
        <p role="status">${this.#said}</p>
        ${this.#problem ? html`<p role="alert">${this.#problem}</p>` : nothing}
      </section>
    `;
  }

  #row(absence: AbsenceView) {
    const { words, language, chats } = this.app;
    const times = new Times(language);
    const now = chats.chat.clock.now();
    const [from, until] = [Date.parse(absence.from), Date.parse(absence.until)];
    const said = words.absences.fromUntil(
      `${times.day(from, now)} ${times.at(from)}`,
      `${times.day(until, now)} ${times.at(until)}`,
    );
    return html`<li><span><strong>${said}</strong><br><span class="quiet">${
      absence.bookings.length ? words.absences.booked(absence.bookings.length) : nothing
    }</span>${
      this.#substitute(
        `substitute-${absence.id}`,
        absence.substitute,
        (event) => this.#replace(absence, (event.target as HTMLSelectElement).value),
      )
    }</span><button class="btn" type="button" aria-label=${
      words.absences.removeThat(said)
    } @click=${() => this.#remove(absence)}>${words.hours.remove}</button></li>`;
  }

  #substitute(id: string, chosen: string | null = null, change?: (event: Event) => void) {
    const { words } = this.app;
    return html`<p class="field"><label for=${id}>${words.absences.substitute}</label><select
      class="input" id=${id} name="substitute" @change=${change ?? nothing}><option
      value="">${words.absences.nobody}</option>${
      this.#others.map((each) =>
        html`<option value=${each.id} ?selected=${each.id === chosen}>${
          mentorInWords(each, this.app.language)
        }</option>`
      )
    }</select></p>`;
  }

  #field(name: string, label: string) {
    return html`<p class="field"><label for="absence-${name}">${label}</label><input class="input"
      id="absence-${name}" name=${name} type="datetime-local" required></p>`;
  }

  readonly #add = async (event: Event): Promise<void> => {
    event.preventDefault();
    const target = event.target as HTMLFormElement;
    const form = new FormData(target);
    const at = (name: string) => new Date(String(form.get(name))).toISOString();
    await this.#try(async () => {
      const id = crypto.randomUUID();
      await this.app.http.put(this.#path(id), {
        from: at("from"),
        until: at("until"),
        substitute: String(form.get("substitute")) || null,
      });
      target.reset();
      this.#said = this.app.words.absences.saved;
      await this.#load();
    });
  };

  #replace({ id, from, until }: AbsenceView, substitute: string): Promise<void> {
    return this.#try(async () => {
      await this.app.http.put(this.#path(id), { from, until, substitute: substitute || null });
      this.#said = this.app.words.absences.saved;
      await this.#load();
    });
  }

  #remove(absence: AbsenceView): Promise<void> {
    return this.#try(async () => {
      await this.app.http.delete(this.#path(absence.id));
      this.#said = "";
      await this.#load();
    });
  }

  async #try(act: () => Promise<void>): Promise<void> {
    this.#problem = "";
    try {
      await act();
    } catch (fault) {
      const isWrong = fault instanceof HttpProblem && fault.problem.status === 422;
      this.#problem = isWrong ? this.app.words.absences.wrong : this.app.words.common.failed;
    }
    this.requestUpdate();
  }
}

customElements.define("mentor-absences", MentorAbsences);
