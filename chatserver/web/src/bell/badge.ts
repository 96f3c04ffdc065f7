// How much is new, as a number: before the page's title, and on the icon of an app that is installed. Never what it is.

import { watchEvery } from "./every_talk.ts";
import type { Chats } from "../state/chats.ts";

interface Badge {
  setAppBadge?: (count: number) => Promise<void>;
  clearAppBadge?: () => Promise<void>;
}

/** Keep it true from now on. */
export function showBadge(chats: Chats): void {
  let shown: number | undefined;
  const show = () => {
    const count = newTo(chats);
    if (count === shown) return;
    shown = count;
    // The page of a call has its own title, once it knows with whom.
    const title = document.title.replace(/^\(\d+\) /, "");
    document.title = count ? `(${count}) ${title}` : title;
    const badge: Badge = navigator;
    const told = count ? badge.setAppBadge?.(count) : badge.clearAppBadge?.();
    // A browser that has the function may still not be let show it.
    told?.catch(() => {});
  };
  watchEvery(chats, show);
}

/** A message that stays unread becomes a notice too: so it is not the sum. */
function newTo(chats: Chats): number {
  const messages = chats.talks.reduce((sum, each) => sum + each.unread, 0);
  return Math.max(messages, chats.unreadNotices);
}
