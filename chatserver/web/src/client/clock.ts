// The server's clock, kept by an offset from the device's. Where that is set, the chat has the server say it again.

/** Milliseconds that go on while the device sleeps: `performance.now()` stands still on some. */
interface DeviceClock {
  now(): number;
}

const DEVICE: DeviceClock = { now: () => Date.now() };

export class ServerClock {
  readonly #device: DeviceClock;
  #offset = 0;
  #known = false;
  readonly #watchers = new Set<() => void>();

  constructor(device: DeviceClock = DEVICE) {
    this.#device = device;
  }

  /** The server said what time it is. */
  told(now: string): void {
    this.#offset = Date.parse(now) - this.#device.now();
    this.#known = true;
    for (const each of [...this.#watchers]) each();
  }

  /** Hear whenever the server says it: it may be another one than was thought. Ends by the function that comes back. */
  watch(told: () => void): () => void {
    this.#watchers.add(told);
    return () => this.#watchers.delete(told);
  }

  /** Whether the server has said it since the start. */
  get known(): boolean {
    return this.#known;
  }

  /** The server's instant, in ms. */
  now(): number {
    return this.#device.now() + this.#offset;
  }

  /** When what is told of an instant changes next, in ms from now: by the minute, in the last two by the second. */
  untilChange(instant: number): number {
    const left = instant - this.now();
    if (left <= 0) return 60_000;
    const step = left > 120_000 ? 60_000 : 1_000;
    return (left % step) + 1;
  }
}
