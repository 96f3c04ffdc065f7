// How a page begins: in which language, as whom, with which conversations.

import { Chat } from "../client/chat.ts";
import { DeviceOutbox } from "../client/outbox.ts";
import { SUBPROTOCOL } from "../client/protocol.ts";
import { KeptTalks } from "../state/kept_talks.ts";
import { Chats } from "../state/chats.ts";
import { type Language, type Words, wordsOf } from "../words/words.ts";
import { Account, type PersonRole } from "./account.ts";
import { atStart } from "./at_start.ts";
import { forget, forgetRead } from "./forgetting.ts";
import { Http } from "./http.ts";
import { learnLanguage, pageLanguage } from "./language.ts";
import { Part } from "./part.ts";
import { forgetPerson, lastPerson, type Person, rememberPerson } from "./person.ts";

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
  /** Forget what the device keeps of this person: messages, texts that are unsent, drafts, push. Never fails. */
  readonly forget: () => Promise<void>;
}

const BESIDE = new Part(() => import("./beside.ts"));

/** How long until it is asked again who is signed in, where the device knows nobody. */
const AGAIN_MS = 5_000;

/** Begin as whoever is signed in. Whoever is not, or belongs to another app, is led there: then it never returns. */
export async function start(...roles: readonly PersonRole[]): Promise<App> {
  const url = `${location.origin.replace(/^http/, "ws")}/v1/chat`;
  // All that takes a way to the server begins at once.
  const opening = new WebSocket(url, [SUBPROTOCOL]);
  const account = new Account();
  const language = pageLanguage();
  document.documentElement.lang = language;
  const speaking = atStart(() => wordsOf(language));
  const [person, words] = await Promise.all([whoIsHere(account, roles, speaking), speaking]);
  if (person === null) return leave(SIGN_IN);
  const { user, role } = person;
  account.belongsTo(user);
  // Whoever comes from a push may not know which app is theirs: the conversation is the same.
  if (!roles.includes(role)) return leave(`/app/${role}${location.hash}`);
  const outbox = new DeviceOutbox(user);
  const chat = new Chat({
    url,
    opening,
    ticket: async () => (await account.ticket())?.token ?? null,
    outbox,
  });
  const chats = new Chats(chat, user);
  const kept = new KeptTalks(user);
  const forgetAll = () => forget(user, outbox, kept);
  chat.on("ended", (reason) => {
    if (reason === "stopped") return;
    // Signed out elsewhere: this device forgets too. Whose sign-in is over only finds here what they had not sent.
    const left = reason === "revoked" ? forgetAll() : forgetRead(kept);
    void left.then(() => location.replace(SIGN_IN));
  });
  if (role !== "support") await kept.follow(chats);
  const stopHearing = chat.on("event", (event) => {
    if (event.type !== "welcome") return;
    stopHearing();
    if (learnLanguage(event.settings?.locale, language)) location.reload();
  });
  await chat.start();
  const http = new Http(account, language);
  const app = { account, http, chats, user, role, language, words, forget: forgetAll };
  const sent = new Promise<void>((resolve) => {
    const stop = chat.on("wrote", () => {
      stop();
      resolve();
    });
  });
  // What it is about takes nothing from the line before the first conversation is there.
  const stop = chats.watch(() => {
    if (!chats.isKnown) return;
    stop();
    void BESIDE.whenHere(chat).then(({ beside }) => beside(app, sent)).catch(() => {});
  });
  return app;
}

/** Null where nobody is. Where the server does not answer it is whoever was here last; where nobody was, it is asked again. */
async function whoIsHere(
  account: Account,
  roles: readonly PersonRole[],
  speaking: Promise<Words>,
): Promise<Person | null> {
  for (;;) {
    try {
      const ticket = await account.ticket();
      if (ticket === null) {
        const last = lastPerson();
        if (last) await forgetRead(new KeptTalks(last.user));
        else forgetPerson();
      } else rememberPerson(ticket);
      return ticket;
    } catch {
      const last = lastPerson();
      if (last && roles.includes(last.role)) return last;
      document.body.textContent = (await speaking).link.offline;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      document.body.textContent = "";
    }
  }
}

function leave(path: string): Promise<never> {
  location.replace(path);
  return new Promise(() => {});
}
