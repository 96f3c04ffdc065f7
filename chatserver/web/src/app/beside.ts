// What goes on beside a page once it is there: its worker, the number of what is new, notices of what was read.

import { showBadge } from "../bell/badge.ts";
import { settleNotices } from "../bell/settling.ts";
import { register } from "../worker/registering.ts";
import type { App } from "./start.ts";

export async function beside(app: App): Promise<void> {
  showBadge(app.chats);
  settleNotices(app.http, app.chats);
  await register();
}
