// A browser's push subscription, as the server takes it.

import type { PushDetails } from "../app/api_types.ts";

/** `key` is the server's, in base64url. What it shows is always seen: browsers let us push nothing silently. */
export function subscribe(
  registration: ServiceWorkerRegistration,
  key: string,
): Promise<PushSubscription> {
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

export function detailsOf(subscription: PushSubscription): PushDetails {
  const { keys = {} } = subscription.toJSON();
  const { p256dh = "", auth = "" } = keys;
  return {
    endpoint: subscription.endpoint,
    keys: { p256dh, auth },
    expiration_time: subscription.expirationTime,
  };
}

/** Where it is kept. The device is called as the sign-in of its browser, with which it ends. */
export function pathOf(user: string, signIn: string): string {
  return `/v1/people/${encodeURIComponent(user)}/push-subscriptions/${signIn}`;
}
