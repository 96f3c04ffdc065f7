// What a mentor says of themselves: what they and their members may expect of each other, and what they know of.

import { html, nothing } from "lit";
import type { ProfileView } from "../app/api_types.ts";
import { HttpProblem } from "../app/http.ts";
import type { MentoringWords } from "../words/mentoring/words.ts";
import { MentoringElement } from "./element.ts";

export class MentorProfile extends MentoringElement {
  #profile: ProfileView | undefined;
  #said = "";
  #problem = "";

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  get #path(): string {
    return `/v1/mentors/${encodeURIComponent(this.app.user)}/profile`;
  }

  async #load(): Promise<void> {
    try {
      this.#profile = await this.app.http.get<ProfileView>(this.#path);
    } catch {
      this.#problem = this.app.words.common.failed;
    }
    this.requestUpdate();
  }

  protected override draw({ profile }: MentoringWords) {
    const known = this.#profile;
    return html`
      <section class="card stack" aria-labelledby="profile-title">
        <h2 id="profile-title">${profile.title}</h2>
        <p class="small quiet">${profile.lead}</p>
        ${known
          ? html`
            <form class="stack" @submit=${this.#save}>
              <p
                class="field"><label for="expectations">${profile
                  .expectations}</label><textarea class="input" id="expectations" rows="8"
                name="expectations" maxlength="4000" .value=${known.expectations}></textarea></p>
              <p
                class="field"><label for="expertise">${profile
                  .expertise}</label><input class="input" id="expertise" name="expertise"
                aria-describedby="expertise-lead" .value=${known.expertise.join(", ")}></p>
              <p class="small quiet" id="expertise-lead">${profile.expertiseLead}</p>
              <p><button class="btn btn--primary" type="submit">${profile.save}</button></p>
            </form>
          `
          : nothing}
        <p role="status">${this.#said}</p>
        ${this.#problem ? html`<p role="alert">${this.#problem}</p>` : nothing}
      </section>
    `;
  }

  readonly #save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const words = String(form.get("expertise")).split(",").map((each) => each.trim());
    this.#said = this.#problem = "";
    try {
      this.#profile = await this.app.http.put<ProfileView>(this.#path, {
        expectations: String(form.get("expectations")).trim(),
        expertise: words.filter(Boolean),
      });
      this.#said = this.says?.profile.saved ?? "";
    } catch (fault) {
      const isWrong = fault instanceof HttpProblem && fault.problem.status === 422;
      this.#problem = isWrong ? this.says?.profile.wrong ?? "" : this.app.words.common.failed;
    }
    this.requestUpdate();
  };
}

customElements.define("mentor-profile", MentorProfile);
