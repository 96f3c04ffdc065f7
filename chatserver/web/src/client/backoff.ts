// How long to wait before trying again: the whole delay is random, so that the apps of a server that restarts do not come
// back in step. Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.

const BASE_MS = 200;
const CAP_MS = 15_000;

export class Backoff {
  #limit = BASE_MS;
  readonly #random: () => number;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Milliseconds to wait now: between 0 and a limit that doubles from 0.2 s to 15 s. */
  next(): number {
    const wait = this.#random() * this.#limit;
    this.#limit = Math.min(CAP_MS, this.#limit * 2);
    return wait;
  }

  /** It worked: the next trouble is a new one. */
  reset(): void {
    this.#limit = BASE_MS;
  }
}
