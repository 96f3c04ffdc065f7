// What is not sent yet, on all devices: once for each page.

import type { App } from "../app/start.ts";
import { Drafts } from "../parts/drafts.ts";
import { DraftSync } from "./draft_sync.ts";
import { LaterTexts } from "./later_texts.ts";

export interface Later {
  readonly texts: LaterTexts;
  readonly drafts: DraftSync;
}

const made = new WeakMap<App, Later>();

export function laterOf(app: App): Later {
  let later = made.get(app);
  if (!later) {
    const { chat } = app.chats;
    later = { texts: new LaterTexts(chat), drafts: new DraftSync(chat, new Drafts(app.user)) };
    made.set(app, later);
  }
  return later;
}
