// Signing out: the sign-in ends, and the device forgets what it kept for its person.

import type { App } from "./start.ts";

/** Never returns to the page: the door is shown. */
export async function signOut(app: App): Promise<void> {
  await app.account.signOut();
  app.chats.chat.stop();
  await app.forget();
  location.replace("/app/sign-in");
}
