// The device forgets what it kept of a person: whoever is next at it finds nothing.

import { Drafts } from "../parts/drafts.ts";
import { forgetPerson } from "./person.ts";

/** What is kept in IndexedDB. */
interface Kept {
  clear(): Promise<void>;
}

/** Done once all of it was tried: after a sign-out the browser may have cleared it already, and has nothing to open. */
export async function forget(user: string, ...kept: readonly Kept[]): Promise<void> {
  forgetPerson();
  new Drafts(user).clear();
  await Promise.allSettled([
    ...kept.map((each) => each.clear()),
    import("../worker/registering.ts").then((worker) => worker.unregister()),
  ]);
}
