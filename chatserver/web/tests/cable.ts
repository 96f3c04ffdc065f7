// A way to the server that can be cut: what is on it then is lost, and the next connection gets through.

export class Cable {
  readonly url: string;
  readonly #listener: Deno.Listener;
  readonly #open = new Set<Deno.Conn>();
  /** Called for each connection that is turned away; null where all get through. */
  #turnedAway: (() => void) | null = null;

  constructor(to: string) {
    const target = new URL(to);
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = this.#listener.addr as Deno.NetAddr;
    this.url = `${target.protocol}//127.0.0.1:${port}${target.pathname}`;
    void this.#serve(Number(target.port));
  }

  /** Break every connection that there is. */
  cut(): void {
    for (const each of this.#open) {
      try {
        each.close();
      } catch { /* it has ended by itself */ }
    }
    this.#open.clear();
  }

  /** Break every connection, and turn others away; fulfilled when so many were. */
  block(count: number): Promise<void> {
    this.cut();
    return new Promise((resolve) => {
      this.#turnedAway = () => {
        count -= 1;
        if (count === 0) resolve();
      };
    });
  }

  unblock(): void {
    this.#turnedAway = null;
  }

  close(): void {
    this.cut();
    this.#listener.close();
  }

  async #serve(port: number): Promise<void> {
    for await (const near of this.#listener) {
      if (this.#turnedAway) {
        near.close();
        this.#turnedAway();
        continue;
      }
      const far = await Deno.connect({ hostname: "127.0.0.1", port });
      this.#open.add(near).add(far);
      near.readable.pipeTo(far.writable).catch(() => {});
      far.readable.pipeTo(near.writable).catch(() => {});
    }
  }
}
