// Names of the people of a conversation.

import type { ConversationView } from "../client/protocol.ts";

export function memberName(view: ConversationView): string {
  return nameIn(view, view.member);
}

export function mentorName(view: ConversationView): string {
  return nameIn(view, view.mentor);
}

/** How somebody is called whom one meets in a conversation, such as whoever stands in for the mentor. */
export function nameIn(view: ConversationView, person: string): string {
  return view.names[person] ?? nameOf(person);
}

/** The id as a name: of whoever was erased, and while the server's records do not answer. */
export function nameOf(id: string): string {
  return id.slice(0, 1).toUpperCase() + id.slice(1);
}
