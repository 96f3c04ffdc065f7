// Whom one can call, in a strip above a locked field; the other numbers are one tap away.

import { html, nothing } from "lit";
import type { App } from "../app/start.ts";
import type { Composer, HelpLine } from "../client/protocol.ts";
import type { Words } from "../words/words.ts";
import { dialled, firstLines, lineName } from "./help_lines.ts";
import { icon } from "./icons.ts";

export function helpStrip(lead: string, lines: readonly HelpLine[], words: Words) {
  return html`
    <div class="strip strip--help">${icon("help")}<div>
      <p>${lead}</p>
      <p class="strip__more">${firstLines(lines).map((each) =>
        html`<a href=${dialled(each)}>${lineName(each, words)} ${each.number}</a>`
      )}</p>
    </div></div>
  `;
}

/** At a mentor's own lock: the lines are the member's, for the mentor to tell them of. */
export function helpForMember({ words }: App, name: string): (composer: Composer) => unknown {
  return ({ help }) => help?.length ? helpStrip(words.help.forMember(name), help, words) : nothing;
}
