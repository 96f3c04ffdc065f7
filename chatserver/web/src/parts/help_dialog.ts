// Help: one place, one tap, always. Opening it tells nobody.

import { html } from "lit";
import type { Words } from "../words/words.ts";
import { PageElement } from "./element.ts";
import { helpLines } from "./help_lines.ts";
import { icon } from "./icons.ts";

/** `#help` is what a button's `popovertarget` names. */
export class HelpDialog extends PageElement {
  static override properties = { words: { attribute: false }, zone: { attribute: false } };

  declare words: Words;
  declare zone: string;

  protected override render() {
    const { words } = this;
    return html`
      <div class="pop" popover id="help" role="dialog" aria-labelledby="help-title">
        <h2 id="help-title">${words.help.title}</h2>
        <button
          class="btn btn--icon pop__close"
          type="button"
          popovertarget="help"
          popovertargetaction="hide"
          aria-label=${words.common.close}
        >${icon("close")}</button>
        <p>${words.help.lead}</p>
        <div class="lines">${helpLines(this.zone, words).map((each) =>
          html`<a href="tel:${each.tel}">${
            icon("phone")
          }<strong>${each.number}</strong><span>${each.what}</span></a>`
        )}</div>
        <p class="small quiet">${words.help.private}</p>
      </div>
    `;
  }
}

/** So many stand above a locked field: the others are one tap away. */
const IN_STRIP = 2;

/** The numbers above a locked field. */
export function helpStrip(words: Words, zone: string) {
  return html`
    <div class="strip strip--help">${icon("help")}<div>
      <p>${words.help.strip}</p>
      <p class="strip__more">${helpLines(zone, words).slice(0, IN_STRIP).map((each) =>
        html`<a href="tel:${each.tel}">${each.what.split(",")[0]} ${each.number}</a>`
      )}</p>
    </div></div>
  `;
}

customElements.define("help-dialog", HelpDialog);
