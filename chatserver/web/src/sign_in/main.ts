// Starts the door. What stands behind the address's # is a link's secret, or one of a few words about how one came here.

import { atStart } from "../app/at_start.ts";
import { pageLanguage } from "../app/language.ts";
import { wordsOf } from "../words/words.ts";
import { signedInAlready } from "./door.ts";
import { type DoorState, SignInPage } from "./page.ts";

/** Secrets are longer than these. */
const CAME: Readonly<Record<string, DoorState>> = {
  "signed-out": "out",
  "not-known": "unknown",
  "not-signed-in": "failed",
};

const language = pageLanguage();
document.documentElement.lang = language;
const page = new SignInPage();
page.words = await atStart(() => wordsOf(language));
page.state = "looking";
page.platform = document.body.dataset.platform ?? "";
page.provider = document.body.dataset.provider;
page.logo = document.body.dataset.logo;

async function come(): Promise<void> {
  const said = location.hash.slice(1);
  // It stays in no history and in nobody's sight.
  history.replaceState(null, "", location.pathname);
  const came = CAME[said];
  if (came) {
    page.state = came;
  } else if (said) {
    await page.open(said);
  } else {
    const app = await signedInAlready();
    if (app) return location.replace(app);
    page.state = "address";
  }
}

document.body.append(page);
await come();
// Another link, followed in the same tab, changes nothing but the fragment.
addEventListener("hashchange", () => void come());
