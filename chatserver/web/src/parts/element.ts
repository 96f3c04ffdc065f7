// What every part of a page is made of: a Lit element in light DOM, so that labels and descriptions find each other by id.

import { LitElement, type ReactiveController, type ReactiveControllerHost } from "lit";

export abstract class PageElement extends LitElement {
  protected override createRenderRoot(): this {
    return this;
  }
}

/** Something that says when it is different. */
export interface Watchable {
  /** Hear of every change, until the function that comes back is called. */
  watch(changed: () => void): () => void;
}

/** Draws its host again when what it watches is different. */
export class Watching implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #watched: readonly Watchable[];
  #stop: (() => void)[] = [];

  constructor(host: ReactiveControllerHost, ...watched: Watchable[]) {
    this.#host = host;
    this.#watched = watched;
    host.addController(this);
  }

  hostConnected(): void {
    this.#stop = this.#watched.map((each) => each.watch(() => this.#host.requestUpdate()));
    this.#host.requestUpdate();
  }

  hostDisconnected(): void {
    for (const stop of this.#stop) stop();
    this.#stop = [];
  }
}

/** The base of what is watched. */
export class Store implements Watchable {
  readonly #watchers = new Set<() => void>();

  watch(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }

  protected changed(): void {
    for (const each of [...this.#watchers]) each();
  }
}
