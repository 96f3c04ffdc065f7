// Who was signed in here last: without a connection the page begins as them.

import type { PersonRole } from "./account.ts";
import { forgetLanguage } from "./language.ts";

export interface Person {
  user: string;
  role: PersonRole;
}

const KEY = "person";

export function lastPerson(): Person | undefined {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "null") as Person | null ?? undefined;
  } catch {
    return undefined;
  }
}

export function rememberPerson({ user, role }: Person): void {
  localStorage.setItem(KEY, JSON.stringify({ user, role }));
}

export function forgetPerson(): void {
  localStorage.removeItem(KEY);
  forgetLanguage();
}
