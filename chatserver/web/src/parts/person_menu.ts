// What a desk's header ends with: the bell, and the menu with one's settings and the way out.

import { html } from "lit";
import { attempt } from "../app/attempt.ts";
import { signOut } from "../app/leaving.ts";
import type { App } from "../app/start.ts";
import "../bell/bell.ts";
import { type MenuLine, pageMenu } from "./page_menu.ts";

/** `first` stands above. */
export function personMenu(app: App, first: readonly MenuLine[] = []) {
  const { words } = app;
  const menu = pageMenu("person-menu", [
    ...first,
    { label: words.settings.title, href: "/app/settings" },
    { label: words.common.signOut, act: () => void attempt(() => signOut(app), words) },
  ], words);
  return html`<notice-bell .app=${app}></notice-bell>${menu}`;
}
