// Files that the server makes for whoever is signed in, given to the browser to save: a link could not say who asks.

import type { Http } from "./http.ts";

/** Fails as `Http` does. */
export async function saveFile(http: Http, path: string, accept?: string): Promise<void> {
  const { name, content } = await http.file(path, accept);
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads it when it gets to it.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
