// Signing out: the sign-in ends, and the device forgets what it kept for its person.

import { type App, SIGN_IN } from "./start.ts";

/** Ends at the door. Fails, and changes nothing, where the server does not answer. */
export async function signOut(app: App): Promise<void> {
  const { chat } = app.chats;
  // Its socket would be closed by the server, which is another way out.
  chat.stop();
  try {
    await app.account.signOut();
  } catch (fault) {
    await chat.start();
    throw fault;
  }
  await app.forget();
  location.replace(`${SIGN_IN}#signed-out`);
}
