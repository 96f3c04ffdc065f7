// How a page gets the service worker, and is rid of it.

import { forgetPush } from "../bell/push_memory.ts";
import { PREFIX } from "./cache_names.ts";

/** Where the worker stands: it sees to all that stands beside it. */
const WORKER = "/app/worker.js";

interface Policies {
  createPolicy(
    name: string,
    rules: { createScriptURL: () => string },
  ): { createScriptURL(url: string): string };
}

/** Let the worker see to this page and the next ones, where the browser has such. Fails where it cannot be had now. */
export async function register(): Promise<void> {
  // A page in another site's frame keeps nothing on the device beyond its own.
  if (!("serviceWorker" in navigator) || globalThis.top !== globalThis.self) return;
  await navigator.serviceWorker.register(trusted());
}

/** Leave neither the worker nor what it kept. */
export async function unregister(): Promise<void> {
  forgetPush();
  if ("caches" in globalThis) {
    for (const name of await caches.keys()) if (name.startsWith(PREFIX)) await caches.delete(name);
  }
  for (const each of await navigator.serviceWorker?.getRegistrations() ?? []) {
    // The server pushes nothing more to it already; the browser's push service need not keep it either.
    await (await each.pushManager?.getSubscription())?.unsubscribe();
    await each.unregister();
  }
}

/** The one address that a policy for Trusted Types lets through; a policy is made once a page. */
function trusted(): string {
  return address ??= policy()?.createScriptURL(WORKER) ?? WORKER;
}

let address: string | undefined;

function policy() {
  const types = (globalThis as { trustedTypes?: Policies }).trustedTypes;
  return types?.createPolicy("chatserver", { createScriptURL: () => WORKER });
}
