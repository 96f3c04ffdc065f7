// The service worker of all pages under /app/: they begin without a connection, and with the newest build where there is one.
//
// A page comes from the server whenever that answers in time. So nobody is held back by what is kept here: it is for
// whoever has no line. Scripts and styles never change under their names, and come from here first.

import { pageAt, type PageName } from "./page_name.ts";
import { listenToPushes } from "./pushes.ts";
import { type Fetching, scope } from "./scope.ts";
import { ASSETS, find, keepAll, keepShown, renew, tidy } from "./shelf.ts";

/** A server that has not answered after so long is not waited for where the page is kept. */
const PATIENCE_MS = 4_000;
/** Files of the operator's: the same address, whatever is in them. */
const GIVEN = new Set(["/app/style.css", "/app/logo"]);

scope.addEventListener("install", (event) => {
  event.waitUntil(keepAll().then(() => scope.skipWaiting()));
});

scope.addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([tidy(), scope.clients.claim()]));
});

scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  const page = request.mode === "navigate" ? pageAt(pathname) : undefined;
  if (page) event.respondWith(shown(event, page));
  else if (pathname.startsWith(ASSETS)) event.respondWith(asset(request, pathname));
  else if (GIVEN.has(pathname)) event.respondWith(given(event, pathname));
});

listenToPushes();

async function shown(event: Fetching, page: PageName): Promise<Response> {
  const asked = fetch(event.request);
  const answer = await Promise.race([asked.catch(() => undefined), later(PATIENCE_MS)]);
  // What stands before a server that is away says so with a page of its own.
  if (answer && answer.status < 500) {
    event.waitUntil(keepShown(page, answer.clone()));
    return answer;
  }
  return await find(`/app/${page}`) ?? answer ?? asked;
}

async function asset(request: Request, path: string): Promise<Response> {
  return await find(path) ?? fetch(request);
}

async function given(event: Fetching, path: string): Promise<Response> {
  try {
    const answer = await fetch(event.request);
    event.waitUntil(renew(path, answer.clone()));
    return answer;
  } catch (fault) {
    const found = await find(path);
    if (found) return found;
    throw fault;
  }
}

function later(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
}
