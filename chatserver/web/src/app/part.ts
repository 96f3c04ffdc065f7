// A part of a page whose script comes when it is needed: once, again where the line broke, and never as a fault nobody hears.

import type { Chat } from "../client/chat.ts";
import type { PageAnnouncer } from "../parts/announcer.ts";
import type { Words } from "../words/words.ts";

/** What is asked of the chat: whether there is a line, and to hear of it. */
export type Line = Pick<Chat, "state" | "on">;

/** What draws itself again when a part is there, or could not be had. */
export interface Host {
  requestUpdate(): void;
}

/** How long until it is tried again while the line seems to be there; each time twice as long, up to the most. */
const AGAIN_MS = 2_000;
const MOST_MS = 60_000;

export class Part<T> {
  readonly #load: () => Promise<T>;
  readonly #hosts = new Set<Host>();
  #here: T | undefined;
  #loading: Promise<T> | undefined;
  #coming: Promise<T> | undefined;
  #hasFailed = false;

  /** `load` is an `import()`, or several. */
  constructor(load: () => Promise<T>) {
    this.#load = load;
  }

  /** Whether it could not be had when it was tried last. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** What it has, if it is here. Else it comes by itself as soon as it can, and `host` is drawn again. */
  come(line: Line, host?: Host): T | undefined {
    if (this.#here === undefined) {
      if (host) this.#hosts.add(host);
      void this.whenHere(line);
    }
    return this.#here;
  }

  /** Once it is here, however long there is no line. Fails only where its script is wrong. */
  whenHere(line: Line): Promise<T> {
    return this.#coming ??= this.#untilHere(line);
  }

  /** For whoever asked for it; undefined where it cannot be had now, which they are told. */
  async ask(words: Words): Promise<T | undefined> {
    const announcer = document.querySelector<PageAnnouncer>("page-announcer");
    try {
      const part = await this.load();
      announcer?.hide();
      return part;
    } catch (fault) {
      if (!isOfLine(fault)) throw fault;
      announcer?.show(notHere(words), words);
      return undefined;
    }
  }

  /** Fails with a TypeError, as `import()` does, where it cannot be had now. */
  load(): Promise<T> {
    return this.#loading ??= this.#tried().finally(() => {
      if (this.#hasFailed) this.#loading = undefined;
      for (const each of this.#hosts) each.requestUpdate();
      if (!this.#hasFailed) this.#hosts.clear();
    });
  }

  async #tried(): Promise<T> {
    try {
      // Browsers may remember for as long as the page lives what failed: what must fail is not tried.
      if (isCutOff()) throw new TypeError("there is no network");
      this.#here = await this.#load();
      this.#hasFailed = false;
      return this.#here;
    } catch (fault) {
      this.#hasFailed = true;
      throw fault;
    }
  }

  async #untilHere(line: Line): Promise<T> {
    for (let pause = AGAIN_MS;; pause = Math.min(pause * 2, MOST_MS)) {
      try {
        return await this.load();
      } catch (fault) {
        if (!isOfLine(fault)) throw fault;
      }
      await backOnline(line, pause);
    }
  }
}

/** Why a part that was asked for is not there. */
export function notHere({ link }: Words): string {
  return navigator.onLine === false ? link.notNow : link.notLoaded;
}

/** Whether nothing can be loaded: not from the server, nor from what the worker has kept. */
function isCutOff(): boolean {
  return navigator.onLine === false && !navigator.serviceWorker?.controller;
}

/** Of a script that came and is wrong browsers tell by other errors than of one that did not come. */
function isOfLine(fault: unknown): boolean {
  return fault instanceof TypeError;
}

/** When the chat comes to be online; while it is, after `pause` ms: what broke was something shorter. */
function backOnline(line: Line, pause: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      if (line.state === "online") done();
    }, pause);
    const stop = line.on("state", (state) => {
      if (state === "online") done();
    });
    const done = () => {
      clearTimeout(timer);
      stop();
      resolve();
    };
  });
}
