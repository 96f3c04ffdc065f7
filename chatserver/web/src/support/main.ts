// Starts support's desk.

import { atStart } from "../app/at_start.ts";
import { start } from "../app/start.ts";
import { supportWordsOf } from "../words/support/words.ts";
import { deskOf } from "./desk.ts";
import { SupportPage } from "./page.ts";

const app = await start("support");
const page = new SupportPage();
page.desk = deskOf(app, await atStart(() => supportWordsOf(app.language)));
document.body.append(page);
