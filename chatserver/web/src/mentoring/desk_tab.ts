// What a mentor keeps to use again, and what they say of themselves, behind a tab. The scripts come when it is opened.

import { html } from "lit";
import { Part } from "../app/part.ts";
import type { DeskTab } from "../mentor/page.ts";

export const LIBRARY_TAB: DeskTab = {
  path: "library",
  label: (app) => app.words.exercises.tab,
  part: new Part(() => Promise.all([import("./saved_library.ts"), import("./mentor_profile.ts")])),
  show: (app) =>
    html`
      <main class="panes">
        <saved-library .app=${app} .shared=${false}></saved-library>
        <mentor-profile
          .app=${app}></mentor-profile>
      </main>
    `,
};
