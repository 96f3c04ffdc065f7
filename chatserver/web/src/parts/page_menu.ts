// What stands behind the menu button of a header.

import { html, nothing } from "lit";
import type { Words } from "../words/words.ts";
import { icon } from "./icons.ts";

/** A line of a menu: it leads somewhere, or does something. */
export interface MenuLine {
  label: string;
  /** What that means, below it. */
  more?: string;
  href?: string;
  act?: () => void | Promise<void>;
  /** Where there is room it stands elsewhere. */
  onlyNarrow?: boolean;
}

/** The button and its menu. `id` is the menu's own on its page; `label` says of what it is. */
export function pageMenu(
  id: string,
  lines: readonly MenuLine[],
  words: Words,
  label = words.common.menu,
) {
  const close = () => document.getElementById(id)?.hidePopover();
  return html`
    <button class="btn btn--icon" type="button" popovertarget=${id}
      aria-label=${label}>${icon("menu")}</button>
    <div class="menu" popover id=${id} role="group" aria-label=${label}>
      <ul class="menu__lines">${lines.map((each) =>
        html`<li class=${each.onlyNarrow ? "only-narrow" : nothing}>${line(each, close)}</li>`
      )}</ul>
    </div>
  `;
}

function line({ label, more, href, act }: MenuLine, close: () => void) {
  if (href !== undefined) return html`<a href=${href} @click=${close}>${label}</a>`;
  const chosen = () => {
    close();
    void act?.();
  };
  return html`<button type="button" @click=${chosen}>${label}${
    more
      ? html`
        <span class="small quiet">${more}</span>
      `
      : nothing
  }</button>`;
}
