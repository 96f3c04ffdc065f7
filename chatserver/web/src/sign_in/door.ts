// What the page that signs in asks the server.

import type { Language } from "../words/words.ts";

/** Whom a link signs in, without using it up. */
export interface LinkView {
  /** First names. `other` is whom they talk with; null where that is nobody or several. */
  name: string;
  other: string | null;
  /** The person's own language, in which their app will speak. */
  locale: Language;
  /** Whether it opens nothing a second time. */
  once: boolean;
  /** For how many minutes it was made. */
  minutes: number;
}

export type NoAnswer = "no_answer";

/** `spent`: it opens nothing, or nothing any more. */
export async function seeLink(secret: string): Promise<LinkView | "spent" | NoAnswer> {
  const answer = await ask("/app/sign-in/link/seen", { secret });
  if (answer?.status === 404 || answer?.status === 422) return "spent";
  return answer?.ok ? await answer.json() as LinkView : "no_answer";
}

/** Where the person's app is, once they are in. */
export async function useLink(secret: string): Promise<{ app: string } | "spent" | NoAnswer> {
  const answer = await ask("/app/sign-in/link", { secret });
  if (answer?.status === 404 || answer?.status === 422) return "spent";
  return answer?.ok ? await answer.json() as { app: string } : "no_answer";
}

/** Ask for a link by mail: by an address, or by a link that is used up. It is the same answer whoever asks. */
export async function askForMail(
  by: { address: string } | { secret: string },
  language: Language,
): Promise<"sent" | "wrong" | "too_often" | NoAnswer> {
  const answer = await ask("/app/sign-in/mail", { ...by, language });
  if (answer?.status === 422) return "wrong";
  if (answer?.status === 429) return "too_often";
  return answer?.ok ? "sent" : "no_answer";
}

/** The app of whoever is signed in here already; null where nobody is. */
export async function signedInAlready(): Promise<string | null> {
  const answer = await ask("/app/ticket", {});
  if (!answer?.ok) return null;
  const { role } = await answer.json() as { role: string };
  return `/app/${role}`;
}

async function ask(path: string, body: object): Promise<Response | undefined> {
  try {
    return await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    return undefined;
  }
}
