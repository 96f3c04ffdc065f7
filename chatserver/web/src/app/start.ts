// How a page begins: in which language, as whom, with which conversations.

import { Chat } from "../client/chat.ts";
import { DeviceOutbox } from "../client/outbox.ts";
import { SUBPROTOCOL } from "../client/protocol.ts";
import { Chats } from "../state/chats.ts";
import { type Language, languageOf, type Words, wordsOf } from "../words/words.ts";
import { Account, type PersonRole } from "./account.ts";
import { Http } from "./http.ts";

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
}

/** Begin as whoever is signed in. Whoever is not, or belongs to another app, is led there: then it never returns. */
export async function start(role: PersonRole): Promise<App> {
  const url = `${location.origin.replace(/^http/, "ws")}/v1/chat`;
  // All that takes a way to the server begins at once.
  const opening = new WebSocket(url, [SUBPROTOCOL]);
  const account = new Account();
  const language = languageOf(navigator.languages);
  document.documentElement.lang = language;
  const [ticket, words] = await Promise.all([account.ticket(), wordsOf(language)]);
  if (ticket === null) return leave(SIGN_IN);
  if (ticket.role !== role) return leave(`/app/${ticket.role}`);
  const chat = new Chat({
    url,
    opening,
    ticket: async () => (await account.ticket())?.token ?? null,
    outbox: new DeviceOutbox(ticket.user),
  });
  const chats = new Chats(chat, ticket.user);
  chat.on("ended", (reason) => {
    if (reason !== "stopped") location.replace(SIGN_IN);
  });
  await chat.start();
  return {
    account,
    http: new Http(account, language),
    chats,
    user: ticket.user,
    role,
    language,
    words,
  };
}

function leave(path: string): Promise<never> {
  location.replace(path);
  return new Promise(() => {});
}
