// Hearing of every conversation, also of those that come later.

import type { Chats } from "../state/chats.ts";
import type { Talk } from "../state/talk.ts";

/** Calls it now, and at each change of the chats or of one of their conversations. */
export function watchEvery(chats: Chats, changed: () => void): void {
  const watched = new WeakSet<Talk>();
  const look = () => {
    for (const talk of chats.talks) {
      if (watched.has(talk)) continue;
      watched.add(talk);
      talk.watch(changed);
    }
    changed();
  };
  chats.watch(look);
  look();
}
