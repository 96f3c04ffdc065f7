// How a page begins: in which language, as whom, with which conversations.

import { Chat } from "../client/chat.ts";
import { DeviceOutbox } from "../client/outbox.ts";
import { Drafts } from "../parts/drafts.ts";
import { Chats } from "../state/chats.ts";
import { type Language, type Words, wordsOf } from "../words/words.ts";
import { Account, type PersonRole } from "./account.ts";
import { Http } from "./http.ts";
import { pageLanguage } from "./language.ts";

export const SIGN_IN = "/app/sign-in";

/** What every part of a page may need. */
export interface App {
  readonly account: Account;
  readonly http: Http;
  readonly chats: Chats;
  readonly user: string;
  readonly role: PersonRole;
  readonly language: Language;
  readonly words: Words;
  /** Forget what the device keeps for this person: texts that are unsent, drafts. */
  readonly forget: () => Promise<void>;
}

/** Begin as whoever is signed in. Whoever is not, or belongs to another app, is led there: then it never returns. */
export async function start(role: PersonRole): Promise<App> {
  const account = new Account();
  const ticket = await account.ticket();
  if (ticket === null) return leave(SIGN_IN);
  if (ticket.role !== role) return leave(`/app/${ticket.role}`);
  const language = pageLanguage();
  document.documentElement.lang = language;
  const words = await wordsOf(language);
  const outbox = new DeviceOutbox(ticket.user);
  const chat = new Chat({
    url: `${location.origin.replace(/^http/, "ws")}/v1/chat`,
    ticket: async () => (await account.ticket())?.token ?? null,
    outbox,
  });
  const chats = new Chats(chat, ticket.user);
  chat.on("ended", (reason) => {
    if (reason !== "stopped") location.replace(SIGN_IN);
  });
  await chat.start();
  const forget = async () => {
    new Drafts(ticket.user).clear();
    await outbox.clear();
  };
  const http = new Http(account, language);
  return { account, http, chats, user: ticket.user, role, language, words, forget };
}

function leave(path: string): Promise<never> {
  location.replace(path);
  return new Promise(() => {});
}
