// Where the reader of one conversation stands.

/**
 * `last` is the seq up to which everything has been seen: what a reconnect resumes after. Answers to one's own messages and
 * messages of others come on different paths, so a seq can be seen before the one below it: it waits in `ahead`.
 */
export class Position {
  last: number;
  readonly #ahead = new Set<number>();

  constructor(last: number) {
    this.last = last;
  }

  has(seq: number): boolean {
    return seq <= this.last || this.#ahead.has(seq);
  }

  /** Mark as seen; false where it was seen before. */
  take(seq: number): boolean {
    if (this.has(seq)) return false;
    this.#ahead.add(seq);
    this.#closeUp();
    return true;
  }

  /** Treat everything up to there as seen: the server no longer has what is missing. */
  skipTo(seq: number): void {
    this.last = Math.max(this.last, seq);
    for (const each of this.#ahead) if (each <= this.last) this.#ahead.delete(each);
    this.#closeUp();
  }

  /** What came after it is not what it was: it comes again. */
  goBackTo(seq: number): void {
    if (seq >= this.last) return;
    this.last = seq;
    this.#ahead.clear();
  }

  #closeUp(): void {
    while (this.#ahead.delete(this.last + 1)) this.last += 1;
  }
}
