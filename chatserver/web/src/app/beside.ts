// What goes on beside a page once it is there: its worker and push, the number of what is new, notices of what was read.

import { showBadge } from "../bell/badge.ts";
import { Push } from "../bell/push.ts";
import { settleNotices } from "../bell/settling.ts";
import { register } from "../worker/registering.ts";
import { Part } from "./part.ts";
import type { App } from "./start.ts";

const OFFER = new Part(() => import("../bell/push_offer.ts"));

/** `sent` is when the first message of this page has been taken. */
export async function beside(app: App, sent: Promise<void>): Promise<void> {
  const { account, http, chats, user } = app;
  showBadge(chats);
  settleNotices(http, chats);
  // The offers that wait in the page ask by themselves.
  void sent.then(() => OFFER.come(chats.chat));
  navigator.serviceWorker?.addEventListener("message", ({ data }) => {
    const { go } = data as { go?: string };
    if (go?.startsWith("#/")) location.hash = go;
  });
  await register();
  await new Push(account, http, user).settle();
}
