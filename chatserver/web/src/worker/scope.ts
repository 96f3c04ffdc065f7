// What a service worker has and a page has not. TypeScript's library knows either the one or the other.

export interface Lasting extends Event {
  /** The browser lets the worker run until it is done. */
  waitUntil(work: Promise<unknown>): void;
}

export interface Fetching extends Lasting {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

export interface Window {
  readonly url: string;
  readonly focused: boolean;
  readonly visibilityState: DocumentVisibilityState;
  focus(): Promise<Window>;
  postMessage(said: unknown): void;
}

export interface Windows {
  claim(): Promise<void>;
  matchAll(which: { type: "window"; includeUncontrolled: boolean }): Promise<readonly Window[]>;
  openWindow(url: string): Promise<Window | null>;
}

export interface Pushed extends Lasting {
  readonly data: { json(): unknown } | null;
}

export interface Clicked extends Lasting {
  readonly notification: Notification;
}

export interface Resubscribed extends Lasting {
  readonly newSubscription?: PushSubscription | null;
}

interface Events {
  install: Lasting;
  activate: Lasting;
  fetch: Fetching;
  push: Pushed;
  notificationclick: Clicked;
  pushsubscriptionchange: Resubscribed;
}

export interface Scope {
  readonly clients: Windows;
  readonly registration: ServiceWorkerRegistration;
  readonly navigator: { setAppBadge?(count: number): Promise<void> };
  addEventListener<K extends keyof Events>(kind: K, hear: (event: Events[K]) => void): void;
  /** Take over at once, also from an older one that pages still have. */
  skipWaiting(): Promise<void>;
}

export const scope = globalThis as unknown as Scope;
