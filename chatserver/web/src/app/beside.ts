// What goes on beside a page once it is there: the worker that lets it begin without a connection.

import { register } from "../worker/registering.ts";
import type { App } from "./start.ts";

export async function beside(_app: App): Promise<void> {
  await register();
}
