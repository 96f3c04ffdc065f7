// Who is signed in here, and the tickets that say so to the server: short-lived tokens that the sign-in's cookie gets.

import { chooseLanguage, keptLanguage } from "./language.ts";

export type PersonRole = "member" | "mentor" | "support";

export interface Ticket {
  token: string;
  user: string;
  role: PersonRole;
  /** RFC 3339: until when it is taken. */
  expires_at: string;
  /** The id of the sign-in that this browser has. */
  sign_in: string;
}

const TICKET = "/app/ticket";
/** A ticket that has less to live is not used: the way to the server takes time. */
const SPARE_MS = 10_000;

export class Account {
  #last: { ticket: Ticket; asked: number } | undefined;
  #user: string | undefined;

  /** The page is this person's: whoever signs in here in another window must not act in it. */
  belongsTo(user: string): void {
    this.#user = user;
  }

  /** A ticket that is good for some seconds yet; null where nobody is signed in. Fails where the server does not answer. */
  async ticket(): Promise<Ticket | null> {
    const kept = this.#last;
    // By the device's clock alone, whatever the server's says: counted from when it was asked for.
    if (kept && performance.now() - kept.asked < 60_000 - SPARE_MS) return kept.ticket;
    const asked = performance.now();
    const answer = await fetch(TICKET, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: "{}",
    });
    if (answer.status === 401) return null;
    if (!answer.ok) throw new Error(`no ticket: HTTP ${answer.status}`);
    const ticket = await answer.json() as Ticket;
    if (this.#user !== undefined && ticket.user !== this.#user) return beginAnew();
    this.#last = { ticket, asked };
    return ticket;
  }

  /** End this sign-in: its sockets close, and the device forgets. Fails where it could not be ended. */
  async signOut(): Promise<void> {
    const language = keptLanguage();
    const answer = await fetch("/app/sign-out", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: "{}",
    });
    if (!answer.ok) throw new Error(`not signed out: HTTP ${answer.status}`);
    this.#last = undefined;
    // All else that the device kept went with the answer.
    if (language) chooseLanguage(language);
  }
}

/** As whoever is signed in now; nothing that was asked for the one before goes on. */
function beginAnew(): Promise<never> {
  location.reload();
  return new Promise(() => {});
}
