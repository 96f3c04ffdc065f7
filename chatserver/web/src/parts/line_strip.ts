// A strip that says that the line to the server is down or slow, and that what is written is safe.

import { html, nothing } from "lit";
import type { ChatState } from "../client/chat.ts";
import type { Words } from "../words/words.ts";
import { icon } from "./icons.ts";

export function lineStrip(state: ChatState, words: Words) {
  if (state !== "offline" && state !== "unsure") return nothing;
  const [lead, more] = state === "offline"
    ? [words.link.offline, words.link.offlineMore]
    : [words.link.unsure, words.link.unsureMore];
  return html`
    <div class="strip strip--offline"
      role="status">${icon("offline")}<p><strong>${lead}</strong> ${more}</p></div>
  `;
}
