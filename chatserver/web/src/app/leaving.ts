// Signing out: the sign-in ends, and the device forgets what it kept for its person.

import type { App } from "./start.ts";

/** The door is shown, and nothing goes on. Fails, and all goes on, where the sign-in could not be ended. */
export async function signOut(app: App): Promise<void> {
  const { chat } = app.chats;
  // Before the server closes it: then the page would go to the door as if somebody else had ended the sign-in.
  chat.stop();
  try {
    await app.account.signOut();
  } catch (error) {
    await chat.start();
    throw error;
  }
  // Where the browser did what the answer asked for, there is nothing left to open.
  await app.forget().catch(() => {});
  location.replace("/app/sign-in#signed-out");
}
