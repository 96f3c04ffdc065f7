// What stands above the composer beside the state of writing: that the mentor is away, and what the plan wants said.

import { html, nothing } from "lit";
import { nameIn } from "../app/names.ts";
import type { App } from "../app/start.ts";
import type { ConversationView } from "../client/protocol.ts";
import { Times } from "./format.ts";
import { icon } from "./icons.ts";

/** For the member; `name` is the mentor's. */
export function talkNotes(view: ConversationView, name: string, app: App) {
  if (view.status === "ended") return nothing;
  return html`${awayNote(view, name, app)}${bannerNote(view, app)}`;
}

function awayNote(view: ConversationView, name: string, app: App) {
  const { away, zone } = view;
  if (!away) return nothing;
  const { words, language, chats } = app;
  const until = new Times(language, zone).day(Date.parse(away.until), chats.chat.clock.now());
  const then = away.substitute === null
    ? words.talk.mayWrite
    : words.talk.standsIn(nameIn(view, away.substitute));
  return html`
    <div class="strip"
      role="note">${icon("calendar")}<p><strong>${words.talk.awayUntil(
        name,
        until,
      )}</strong> ${then}</p></div>
  `;
}

/** Of texts that this version does not know nothing is shown. */
function bannerNote({ banner }: ConversationView, { words }: App) {
  const said = words.banners[banner as keyof typeof words.banners];
  if (said === undefined) return nothing;
  return html`<div class="strip" role="note">${icon("info")}<p>${said}</p></div>`;
}
