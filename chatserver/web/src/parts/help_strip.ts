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

/** Above a mentor's field while the member cannot write: the member's lines, for the mentor to tell them of. */
export function helpForMember({ words }: App, name: string): (composer: Composer) => unknown {
  return ({ help }) =>
    help?.length
      ? html`<p class="help-aside"><span>${words.help.forMember(name)}</span>${
        firstLines(help).map((each) =>
          html`
            <a href=${dialled(each)}>${lineName(each, words)} ${each.number}</a>
          `
        )
      }</p>`
      : nothing;
}
