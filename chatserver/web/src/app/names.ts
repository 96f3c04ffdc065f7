// Names of the two people of a conversation.

import type { ConversationView } from "../client/protocol.ts";

export function memberName(view: ConversationView): string {
  return named(view.member);
}

export function mentorName(view: ConversationView): string {
  return named(view.mentor);
}

/** Until a name is known, the id as a name. */
function named(id: string): string {
  return id.slice(0, 1).toUpperCase() + id.slice(1);
}
