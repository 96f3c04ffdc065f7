// A conversation of which one wants no notices: asked for and undone in its menu, and seen wherever it stands.

import { html, nothing } from "lit";
import { announcer, attempt } from "../app/attempt.ts";
import type { App } from "../app/start.ts";
import type { ConversationView } from "../client/protocol.ts";
import type { Words } from "../words/words.ts";
import { icon } from "./icons.ts";
import type { MenuLine } from "./page_menu.ts";

/** Of its menu. What becomes of it comes to all devices by the conversation's own event. */
export function muteLine(app: App, { id, muted }: ConversationView): MenuLine {
  const { mute } = app.words;
  const act = () => setMuted(app, id, !muted);
  return muted ? { label: mute.undo, act } : { label: mute.mute, more: mute.means, act };
}

/** Beside its name, for whoever has muted it. */
export function mutedMark({ muted }: ConversationView, { mute }: Words) {
  if (!muted) return nothing;
  return html`<span class="muted" title=${mute.muted}>${
    icon("belloff", "s")
  }<span class="vh">${mute.muted}. </span></span>`;
}

async function setMuted({ http, user, words }: App, id: string, muted: boolean): Promise<void> {
  const path = `/v1/people/${encodeURIComponent(user)}/muted-conversations/${
    encodeURIComponent(id)
  }`;
  const asked = () => muted ? http.put(path, {}) : http.delete(path);
  if (!await attempt(asked, words)) return;
  const { mute } = words;
  announcer()?.say(muted ? `${mute.muted}. ${mute.means}` : mute.undone);
}
