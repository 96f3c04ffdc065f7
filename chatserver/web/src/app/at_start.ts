// What a page cannot begin without, such as its words.

/** How long until it is tried again. */
const AGAIN_MS = 2_000;

/** Once it is here: until then there is nothing that could be shown. */
export async function atStart<T>(load: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}
