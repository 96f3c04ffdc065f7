// What the device remembers of push: who let it be reached, and whether somebody was asked.

const OWNER = "push";
const ASKED = "push-asked";

/** Whose push comes here; undefined for nobody's. */
export function pushOwner(): string | undefined {
  return localStorage.getItem(OWNER) ?? undefined;
}

export function rememberPush(user: string): void {
  localStorage.setItem(OWNER, user);
  wasAsked();
}

/** They have said yes or no: it is not asked again. */
export function wasAsked(): void {
  localStorage.setItem(ASKED, "yes");
}

export function isAsked(): boolean {
  return localStorage.getItem(ASKED) !== null;
}

/** Nobody's push comes here any more. */
export function endPush(): void {
  localStorage.removeItem(OWNER);
}

export function forgetPush(): void {
  endPush();
  localStorage.removeItem(ASKED);
}
