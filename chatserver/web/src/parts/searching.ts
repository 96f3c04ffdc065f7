// The search of a page: its script comes when it is asked for first.

import { Part } from "../app/part.ts";
import { Place } from "../app/place.ts";
import type { App } from "../app/start.ts";
import type { Talk } from "../state/talk.ts";
import type { PageAnnouncer } from "./announcer.ts";
import type { MessageList } from "./message_list.ts";
import type { FoundPlace, SearchDialog as SearchDialogElement } from "./search_dialog.ts";

const SEARCH = new Part(() => import("./search_dialog.ts"));

/** How long one waits until the conversation is on the page that was gone to. */
const MOST_FRAMES = 300;

/** Ask for words to look for, and go to what is chosen. `talk` is the one that is open. */
export async function openSearch(
  page: HTMLElement,
  app: App,
  talk: Talk | undefined,
): Promise<void> {
  const search = await SEARCH.ask(app.words);
  if (!search) return;
  let dialog = page.querySelector<SearchDialogElement>("search-dialog");
  if (!dialog) {
    dialog = new search.SearchDialog();
    dialog.app = app;
    dialog.addEventListener("chosen", (event) => {
      void toPlace(page, app, (event as CustomEvent<FoundPlace>).detail);
    });
    page.append(dialog);
  }
  dialog.talk = talk;
  await dialog.open();
}

async function toPlace(
  page: HTMLElement,
  app: App,
  { conversation, seq }: FoundPlace,
): Promise<void> {
  const shown = () => page.querySelector<MessageList>("message-list");
  if (shown()?.talk.view.id !== conversation) {
    location.hash = Place.link("conversations", conversation);
  }
  for (let frames = 0; shown()?.talk.view.id !== conversation; frames += 1) {
    if (frames >= MOST_FRAMES) return;
    await new Promise(requestAnimationFrame);
  }
  // Where the chat ends meanwhile, the page is left.
  const isThere = await shown()?.toMessage(seq).catch(() => true);
  if (!isThere) page.querySelector<PageAnnouncer>("page-announcer")?.say(app.words.search.gone);
}
