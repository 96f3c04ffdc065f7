// Starts the settings.

import { Account, type Ticket } from "../app/account.ts";
import { atStart } from "../app/at_start.ts";
import { forget } from "../app/forgetting.ts";
import { Http } from "../app/http.ts";
import { pageLanguage } from "../app/language.ts";
import { Push } from "../bell/push.ts";
import { DeviceOutbox } from "../client/outbox.ts";
import { KeptTalks } from "../state/kept_talks.ts";
import { wordsOf } from "../words/words.ts";
import { SettingsPage } from "./page.ts";

/** How long until it is asked again, where the server does not answer. */
const AGAIN_MS = 5_000;

const language = pageLanguage();
document.documentElement.lang = language;
const account = new Account();
const words = await atStart(() => wordsOf(language));
const ticket = await whoIsHere();
if (ticket === null) {
  location.replace("/app/sign-in");
} else {
  account.belongsTo(ticket.user);
  document.title = words.settings.title;
  const page = new SettingsPage();
  page.words = words;
  page.http = new Http(account, language);
  page.push = new Push(account, page.http, ticket.user);
  page.user = ticket.user;
  page.home = `/app/${ticket.role}`;
  page.signOut = async () => {
    await account.signOut();
    await forget(ticket.user, new DeviceOutbox(ticket.user), new KeptTalks(ticket.user));
    location.replace("/app/sign-in#signed-out");
  };
  document.body.append(page);
}

/** Null where nobody is. There is nothing to set without the server: it is waited for. */
async function whoIsHere(): Promise<Ticket | null> {
  for (;;) {
    try {
      const found = await account.ticket();
      document.body.textContent = "";
      return found;
    } catch {
      document.body.textContent = words.link.offline;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}
