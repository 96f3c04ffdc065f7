// What is pushed: shown as it comes, in words that say that something is there, never what was written.

import type { Ticket } from "../app/account.ts";
import { pageAt } from "./page_name.ts";
import { type Clicked, type Pushed, type Resubscribed, scope, type Window } from "./scope.ts";
import { iconAt, kept } from "./shelf.ts";
import { detailsOf, pathOf, subscribe } from "./subscription.ts";

/** As `PushMessage` of the server. */
interface PushMessage {
  title: string;
  body: string;
  event: string;
  conversation: string;
  unread: number;
  tag: string;
  at: number;
}

/** What a shown notification knows of itself. */
export interface Shown {
  event: string;
  /** '' for none. */
  conversation: string;
}

export function listenToPushes(): void {
  scope.addEventListener("push", (event) => event.waitUntil(show(event)));
  scope.addEventListener("notificationclick", (event) => event.waitUntil(open(event)));
  scope.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));
}

async function show({ data }: Pushed): Promise<void> {
  if (!data) return;
  const { title, body, tag, at, event, conversation, unread } = data.json() as PushMessage;
  const shown: Shown = { event, conversation };
  await scope.registration.showNotification(title, {
    body,
    tag,
    data: shown,
    icon: iconAt("icon-192.png"),
    badge: iconAt("mark-96.png"),
    timestamp: at,
  } as NotificationOptions);
  await scope.navigator.setAppBadge?.(unread);
}

/** In a window that there is, else in a new one: at the conversation. */
async function open({ notification }: Clicked): Promise<void> {
  notification.close();
  const { conversation } = notification.data as Shown;
  const hash = conversation ? `#/conversations/${encodeURIComponent(conversation)}` : "";
  const windows = await scope.clients.matchAll({ type: "window", includeUncontrolled: true });
  const apps = windows.filter(isApp);
  const app = apps.find((each) => each.visibilityState === "visible") ?? apps[0];
  if (!app) {
    await scope.clients.openWindow(`/app/${await home()}${hash}`);
    return;
  }
  if (hash) app.postMessage({ go: hash });
  // Which the browser lets us do where the person has touched the notification.
  await app.focus().catch(() => {});
}

/** The browser's push service has another address for it: the server hears of it without its person. */
async function renew({ newSubscription }: Resubscribed): Promise<void> {
  const asked = { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" };
  const answer = await fetch("/app/ticket", asked);
  if (!answer.ok) return;
  const { token, user, sign_in } = await answer.json() as Ticket;
  const { key } = await (await fetch("/v1/push/key")).json() as { key: string };
  const subscription = newSubscription ?? await subscribe(scope.registration, key);
  await fetch(pathOf(user, sign_in), {
    method: "PUT",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    body: JSON.stringify(detailsOf(subscription)),
  });
}

function isApp({ url }: Window): boolean {
  const page = pageAt(new URL(url).pathname);
  return page !== undefined && page !== "settings";
}

/** The page of whoever uses this device; it leads people of another role to theirs. */
async function home(): Promise<string> {
  return (await kept()).find((each) => each !== "settings") ?? "member";
}
