// What the worker keeps on the device, so that a page begins without a connection: the page, and all that it may load.

import { PREFIX } from "./cache_names.ts";
import { pageAt, type PageName } from "./page_name.ts";
import { scope } from "./scope.ts";

interface Build {
  /** Changes with any file. */
  id: string;
  /** What each page may load; its own script first. */
  pages: Record<PageName, string[]>;
  icons: Record<string, string>;
}

/** Written in by build.ts. */
declare const BUILD: Build;

export const ASSETS = "/app/assets/";
/** The platform's own, where there is one. */
const STYLE = "/app/style.css";
const NAME = PREFIX + BUILD.id;

export function iconAt(name: string): string {
  return ASSETS + BUILD.icons[name];
}

/** Keep whatever pages are open, and were kept before; settings belong to all of them. */
export async function keepAll(): Promise<void> {
  const wanted = new Set<PageName>(["settings", ...await kept()]);
  for (
    const { url } of await scope.clients.matchAll({ type: "window", includeUncontrolled: true })
  ) {
    const page = pageAt(new URL(url).pathname);
    if (page) wanted.add(page);
  }
  await Promise.all([...wanted].map(keep));
}

/** Keep a page that was shown just now, if this worker's build made it; of another build another worker will. */
export async function keepShown(page: PageName, shell: Response): Promise<void> {
  if (!shell.ok || !await isOurs(page, shell.clone())) return;
  const cache = await caches.open(NAME);
  const isNew = !await cache.match(`/app/${page}`);
  await cache.put(`/app/${page}`, shell);
  if (isNew) await keep(page);
}

/** Which pages are kept, of this build or of the one before. */
export async function kept(): Promise<PageName[]> {
  const found: PageName[] = [];
  for (const name of await ours()) {
    for (const { url } of await (await caches.open(name)).keys()) {
      const page = pageAt(new URL(url).pathname);
      if (page) found.push(page);
    }
  }
  return found;
}

/** The newest that is kept of an address. */
export async function find(path: string): Promise<Response | undefined> {
  for (const name of [NAME, ...(await ours()).reverse()]) {
    const found = await (await caches.open(name)).match(path, { ignoreVary: true });
    if (found) return found;
  }
  return undefined;
}

/** Keep what changes under the same address. */
export async function renew(path: string, content: Response): Promise<void> {
  if (content.ok) await (await caches.open(NAME)).put(path, content);
}

/** Let go of older builds but the last: pages that are still open may have to load a part of it. */
export async function tidy(): Promise<void> {
  const older = (await ours()).filter((each) => each !== NAME);
  for (const name of older.slice(0, -1)) await caches.delete(name);
}

/** The oldest first. */
async function ours(): Promise<string[]> {
  return (await caches.keys()).filter((each) => each.startsWith(PREFIX));
}

/** Fails where it does not come whole, or comes of another build: the browser tries again at the next page. */
async function keep(page: PageName): Promise<void> {
  const cache = await caches.open(NAME);
  if (!await cache.match(`/app/${page}`)) {
    const shell = await got(`/app/${page}`);
    if (!await isOurs(page, shell.clone())) throw new Error(`/app/${page} is of another build`);
    if ((await shell.clone().text()).includes(`href="${STYLE}"`)) {
      await cache.put(STYLE, await got(STYLE));
    }
    await cache.put(`/app/${page}`, shell);
  }
  await Promise.all(BUILD.pages[page].map(async (name) => {
    const path = ASSETS + name;
    if (!await cache.match(path, { ignoreVary: true })) await cache.put(path, await got(path));
  }));
}

async function got(path: string): Promise<Response> {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: HTTP ${answer.status}`);
  return answer;
}

async function isOurs(page: PageName, shell: Response): Promise<boolean> {
  return (await shell.text()).includes(ASSETS + BUILD.pages[page][0]);
}
