// Which rows of a long table are drawn. Rows are taken to be as tall as those that were measured on average.

/** So many beyond what is seen, above and below; the window moves by half of them. */
const AROUND = 12;
const STEP = AROUND / 2;
/** Until a row was measured: a line of text with its edges, in px. */
const GUESS = 45;

export class RowWindow {
  #height = GUESS;
  #first = 0;
  #seen = 30;

  /** From which row until before which, of so many. */
  of(count: number): { first: number; end: number } {
    const first = Math.max(0, Math.min(this.#first, count - this.#seen));
    return {
      first: Math.max(0, first - AROUND),
      end: Math.min(count, first + this.#seen + AROUND),
    };
  }

  /** Of so many rows, in px. */
  height(rows: number): number {
    return Math.round(rows * this.#height);
  }

  /** It was scrolled, or is another size (px); whether other rows are to be drawn. */
  see(top: number, visible: number, count: number): boolean {
    const was = this.of(count);
    const first = Math.floor(top / this.#height);
    this.#first = first - first % STEP;
    this.#seen = Math.ceil(visible / this.#height) + STEP;
    const is = this.of(count);
    return was.first !== is.first || was.end !== is.end;
  }

  /** Heights of drawn rows; whether the average is another one by far, as on a narrow page. */
  measure(heights: readonly number[]): boolean {
    const known = heights.filter((each) => each > 0);
    if (!known.length) return false;
    const average = known.reduce((sum, each) => sum + each, 0) / known.length;
    if (Math.abs(average - this.#height) < this.#height / 10) return false;
    this.#height = average;
    return true;
  }
}
