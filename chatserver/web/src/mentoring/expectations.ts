// What a mentor says that they and their members may expect of each other, for the member: asked for where it is shown.

import { html, nothing } from "lit";
import type { ProfileView } from "../app/api_types.ts";
import { mentorName } from "../app/names.ts";
import type { App } from "../app/start.ts";
import { PageElement } from "../parts/element.ts";
import type { Talk } from "../state/talk.ts";

/** Asked once a page, by mentor. */
const asked = new WeakMap<App, Map<string, Promise<ProfileView | undefined>>>();

function profileOf(app: App, mentor: string): Promise<ProfileView | undefined> {
  const known = asked.get(app) ?? new Map<string, Promise<ProfileView | undefined>>();
  asked.set(app, known);
  const path = `/v1/mentors/${encodeURIComponent(mentor)}/profile`;
  // Where it cannot be had now, nothing is shown; whoever comes again asks again.
  const profile = known.get(mentor) ?? app.http.get<ProfileView>(path).catch(() => {
    known.delete(mentor);
    return undefined;
  });
  known.set(mentor, profile);
  return profile;
}

export class WhatToExpect extends PageElement {
  static override properties = {
    app: { attribute: false },
    talk: { attribute: false },
    closed: { attribute: false },
  };

  declare app: App;
  declare talk: Talk;
  /** Whether only its heading is shown at first. */
  declare closed: boolean;
  #profile: ProfileView | undefined;
  #of = "";

  protected override willUpdate(): void {
    const { mentor } = this.talk.view;
    if (mentor === this.#of) return;
    this.#of = mentor;
    this.#profile = undefined;
    void profileOf(this.app, mentor).then((profile) => {
      if (this.#of !== mentor) return;
      this.#profile = profile;
      this.requestUpdate();
    });
  }

  protected override render() {
    const said = this.#profile?.expectations;
    if (!said) return nothing;
    const title = this.app.words.exercises.expect(mentorName(this.talk.view));
    return html`
      <details class="card" ?open=${!this.closed}>
        <summary class="label">${title}</summary>
        ${said.split(/\n{2,}/).map((each) => html`<p class="text">${each}</p>`)}
      </details>
    `;
  }
}

customElements.define("what-to-expect", WhatToExpect);
