// A plan's id as a name: `live+` is Live+.

import { capital } from "./format.ts";

export function planName(id: string): string {
  return capital(id);
}
