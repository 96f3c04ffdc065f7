// Starts the settings.

import { Account } from "../app/account.ts";
import { Http } from "../app/http.ts";
import { pageLanguage } from "../app/language.ts";
import { DeviceOutbox } from "../client/outbox.ts";
import { Drafts } from "../parts/drafts.ts";
import { wordsOf } from "../words/words.ts";
import { SettingsPage } from "./page.ts";

const language = pageLanguage();
document.documentElement.lang = language;
const account = new Account();
const [words, ticket] = await Promise.all([wordsOf(language), account.ticket()]);
if (ticket === null) {
  location.replace("/app/sign-in");
} else {
  document.title = words.settings.title;
  const page = new SettingsPage();
  page.words = words;
  page.http = new Http(account, language);
  page.user = ticket.user;
  page.home = `/app/${ticket.role}`;
  page.signOut = async () => {
    await account.signOut();
    new Drafts(ticket.user).clear();
    // Where the browser did what the answer asked for, there is nothing left to open.
    await new DeviceOutbox(ticket.user).clear().catch(() => {});
    location.replace("/app/sign-in#signed-out");
  };
  document.body.append(page);
}
