// The device forgets what it kept of a person: whoever is next at it finds nothing.

import { Drafts } from "../parts/drafts.ts";
import { forgetPerson } from "./person.ts";

/** What is kept in IndexedDB. */
interface Kept {
  clear(): Promise<void>;
}

/** Nobody is kept at the page by a browser that does not answer. */
const MOST_MS = 2_000;

/** Done once all of it was tried: after a sign-out the browser may be clearing it already, and have nothing to open. */
export async function forget(user: string, ...kept: readonly Kept[]): Promise<void> {
  forgetPerson();
  new Drafts(user).clear();
  const cleared = Promise.allSettled([
    ...kept.map((each) => each.clear()),
    import("../worker/registering.ts").then((worker) => worker.unregister()),
  ]);
  await Promise.race([cleared, new Promise((resolve) => setTimeout(resolve, MOST_MS))]);
}
