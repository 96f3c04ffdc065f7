// Draws what tells of an instant again when that changes: by the minute, in the last two by the second, and after sleep.

import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { ServerClock } from "../client/clock.ts";

export class Ticker implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #clock: ServerClock;
  readonly #instants: () => readonly (string | null | undefined)[];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unwatch: (() => void) | undefined;

  /** `instants` are those that the host tells of now, as RFC 3339. */
  constructor(
    host: ReactiveControllerHost,
    clock: ServerClock,
    instants: () => readonly (string | null | undefined)[],
  ) {
    this.#host = host;
    this.#clock = clock;
    this.#instants = instants;
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener("visibilitychange", this.#again);
    this.#unwatch = this.#clock.watch(this.#again);
    this.#again();
  }

  hostDisconnected(): void {
    document.removeEventListener("visibilitychange", this.#again);
    this.#unwatch?.();
    clearTimeout(this.#timer);
  }

  hostUpdated(): void {
    clearTimeout(this.#timer);
    const waits = this.#instants().flatMap((each) =>
      each ? [this.#clock.untilChange(Date.parse(each))] : []
    );
    if (waits.length) this.#timer = setTimeout(this.#again, Math.min(...waits));
  }

  readonly #again = (): void => {
    this.#host.requestUpdate();
  };
}
