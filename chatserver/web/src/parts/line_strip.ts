// A strip that says that the line to the server is down or slow, and that what is written is safe.

import { html, nothing } from "lit";
import type { ChatState } from "../client/chat.ts";
import type { Talk } from "../state/talk.ts";
import type { Words } from "../words/words.ts";
import { icon } from "./icons.ts";

/** Of `talk`, where there is one: what is written at a lock is sent by nobody. */
export function lineStrip(state: ChatState, words: Words, talk: Talk | undefined) {
  if (state !== "offline" && state !== "unsure") return nothing;
  const isLocked = talk?.isSure && !talk.isOpen;
  const { link } = words;
  const lead = state === "offline" ? link.offline : link.unsure;
  const more = isLocked
    ? link.lockedMore
    : state === "offline"
    ? link.offlineMore
    : link.unsureMore;
  return html`
    <div class="strip strip--offline"
      role="status">${icon("offline")}<p><strong>${lead}</strong> ${more}</p></div>
  `;
}
