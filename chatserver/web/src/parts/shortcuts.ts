// Keys that do something wherever one is on a page but in a field; ? lists them. Who is bothered by them turns them off.

import { Part } from "../app/part.ts";
import type { ShortcutsDialog } from "./shortcuts_dialog.ts";
import type { Words } from "../words/words.ts";

export interface Shortcut {
  key: string;
  label: string;
  act: () => void;
}

const LIST = new Part(() => import("./shortcuts_dialog.ts"));

const OFF = "shortcuts off";

export class Shortcuts {
  readonly #words: Words;
  readonly #list: readonly Shortcut[];
  #dialog: ShortcutsDialog | undefined;

  constructor(words: Words, list: readonly Shortcut[]) {
    this.#words = words;
    this.#list = [...list, {
      key: "?",
      label: words.shortcuts.list,
      act: () => void this.show(),
    }];
  }

  static get areOn(): boolean {
    return localStorage.getItem(OFF) === null;
  }

  static set areOn(on: boolean) {
    if (on) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  }

  /** Listen, until the function that comes back is called. */
  listen(): () => void {
    document.addEventListener("keydown", this.#pressed);
    return () => {
      document.removeEventListener("keydown", this.#pressed);
      this.#dialog?.remove();
      this.#dialog = undefined;
    };
  }

  /** Show the list. */
  async show(): Promise<void> {
    const list = await LIST.ask(this.#words);
    if (!list) return;
    if (!this.#dialog) {
      this.#dialog = new list.ShortcutsDialog();
      this.#dialog.words = this.#words;
      this.#dialog.list = this.#list;
      document.body.append(this.#dialog);
    }
    await this.#dialog.open();
  }

  readonly #pressed = (event: KeyboardEvent): void => {
    if (!Shortcuts.areOn || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.isComposing || event.defaultPrevented || isTyped(event.target)) return;
    // What stands in front has keys of its own.
    if (document.querySelector(":popover-open, dialog[open]")) return;
    const found = this.#list.find((each) => each.key === event.key.toLowerCase());
    if (!found) return;
    event.preventDefault();
    found.act();
  };
}

/** Those of a page with a conversation on it. */
export function talkShortcuts(page: HTMLElement, { shortcuts }: Words): Shortcut[] {
  const list = () => page.querySelector<HTMLElement & MessageJumps>("message-list");
  return [
    {
      key: "w",
      label: shortcuts.write,
      act: () => page.querySelector<HTMLElement>(".write textarea")?.focus(),
    },
    { key: "u", label: shortcuts.unread, act: () => void list()?.toUnread() },
    { key: "e", label: shortcuts.end, act: () => list()?.toEnd() },
  ];
}

interface MessageJumps {
  toUnread(): Promise<void>;
  toEnd(): void;
}

function isTyped(target: EventTarget | null): boolean {
  return target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input, textarea, select"));
}
