// The folders of what is saved.

import type { SavedItemView } from "../app/api_types.ts";

/** As the server has them in order; '' for what is in none. */
export function foldersOf(items: readonly SavedItemView[]): string[] {
  return [...new Set(items.map((each) => each.folder))];
}
