// Whoever reads a conversation has heard of its messages: the bell need not say so any more.

import type { Http } from "../app/http.ts";
import type { Shown } from "../worker/pushes.ts";
import type { Chats } from "../state/chats.ts";
import { watchEvery } from "./every_talk.ts";
import { Notices } from "../state/notices.ts";

/** What is read one after the other is settled together. */
const AFTER_MS = 1_000;

/** Settle them whenever notices are unread and another conversation has nothing unread any more. */
export function settleNotices(http: Http, chats: Chats): void {
  const notices = new Notices(http, chats);
  let seen = "";
  let lastRead = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    const read = chats.talks.filter((each) => each.unread === 0).map((each) => each.view.id);
    if (read.join(" ") !== lastRead) {
      lastRead = read.join(" ");
      void takeDown(chats).catch(() => {});
    }
    const now = chats.unreadNotices && read.length
      ? `${chats.unreadNotices} ${read.join(" ")}`
      : "";
    if (now === seen) return;
    seen = now;
    clearTimeout(timer);
    if (now) timer = setTimeout(() => void notices.settle().catch(() => {}), AFTER_MS);
  };
  watchEvery(chats, look);
}

/** What was pushed of messages that are read, and still stands on the device. */
async function takeDown(chats: Chats): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  for (const each of await registration?.getNotifications() ?? []) {
    const { event, conversation } = each.data as Shown;
    if (event === "message.unread" && chats.talk(conversation)?.unread === 0) each.close();
  }
}
