// Names of the two people of a conversation.

import type { ConversationView } from "../client/protocol.ts";

export function memberName(view: ConversationView): string {
  return nameOf(view.member);
}

export function mentorName(view: ConversationView): string {
  return nameOf(view.mentor);
}

/** Until a name is known, the id as a name. */
export function nameOf(id: string): string {
  return id.slice(0, 1).toUpperCase() + id.slice(1);
}
