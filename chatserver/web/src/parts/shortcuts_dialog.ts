// The list of shortcuts, and the box that turns them off.

import { html } from "lit";
import type { Words } from "../words/words.ts";
import { PageElement } from "./element.ts";
import { icon } from "./icons.ts";
import { type Shortcut, Shortcuts } from "./shortcuts.ts";

export class ShortcutsDialog extends PageElement {
  static override properties = { words: { attribute: false }, list: { attribute: false } };

  declare words: Words;
  declare list: readonly Shortcut[];

  async open(): Promise<void> {
    await this.updateComplete;
    this.querySelector<HTMLElement>("[popover]")?.showPopover();
  }

  protected override render() {
    const { words } = this;
    const { shortcuts } = words;
    return html`
      <div class="pop" popover id="shortcuts" role="dialog" aria-labelledby="shortcuts-title">
        <h2 id="shortcuts-title">${shortcuts.title}</h2>
        <button
          class="btn btn--icon pop__close"
          type="button"
          popovertarget="shortcuts"
          popovertargetaction="hide"
          aria-label=${words.common.close}
        >${icon("close")}</button>
        <div class="stack">
          <dl class="keys">
            ${this.list.map(({ key, label }) => line(key.toUpperCase(), label))}
            ${line(shortcuts.enter, shortcuts.send)} ${line(
              shortcuts.shiftEnter,
              shortcuts.newLine,
            )} ${line(shortcuts.escape, shortcuts.leave)}
          </dl>
          <label
            class="check"><input type="checkbox" .checked=${Shortcuts.areOn} @change=${this
              .#turned}>${shortcuts.on}</label>
        </div>
      </div>
    `;
  }

  readonly #turned = (event: Event): void => {
    Shortcuts.areOn = (event.currentTarget as HTMLInputElement).checked;
  };
}

function line(key: string, label: string) {
  return html`
    <div>
      <dt><kbd>${key}</kbd></dt>
      <dd>${label}</dd>
    </div>
  `;
}

customElements.define("shortcuts-dialog", ShortcutsDialog);
