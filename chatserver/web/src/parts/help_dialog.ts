// Help: one place, one tap, always. Opening it tells nobody.

import { html, nothing } from "lit";
import { Part } from "../app/part.ts";
import type { App } from "../app/start.ts";
import type { Composer, HelpLine } from "../client/protocol.ts";
import type { Talk } from "../state/talk.ts";
import type { Words } from "../words/words.ts";
import { PageElement } from "./element.ts";
import { dialled, lineWords } from "./help_lines.ts";
import { helpStrip } from "./help_strip.ts";
import { icon } from "./icons.ts";

const MORE = new Part(() => import("./lock_help.ts"));

/** `#help` is what a button's `popovertarget` names. */
export class HelpDialog extends PageElement {
  static override properties = { words: { attribute: false }, lines: { attribute: false } };

  declare words: Words;
  declare lines: HelpLine[];

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
        ${lineCards(this.lines, words)}
        <p class="small quiet">${words.help.private}</p>
      </div>
    `;
  }
}

/** All of them, large. */
export function lineCards(lines: readonly HelpLine[], words: Words) {
  return html`
    <div class="lines">${lines.map((each) =>
      html`<a href=${dialled(each)}>${icon("phone")}<strong>${each.number}</strong><span>${
        lineWords(each, words)
      }</span></a>`
    )}</div>
  `;
}

/** The numbers above a locked field, which come with the lock; the others are one tap away. More of help comes later. */
export function helpAbove(app: App, talk: Talk): (composer: Composer, text: string) => unknown {
  return ({ help }, text) => {
    if (!help?.length) return nothing;
    MORE.come(app.chats.chat);
    return html`
      ${helpStrip(app.words.help.strip, help, app.words)}
      <lock-help .app=${app} .talk=${talk} .text=${text}></lock-help>
    `;
  };
}

customElements.define("help-dialog", HelpDialog);
