// Starts the page of a call.

import { atStart } from "../app/at_start.ts";
import { start } from "../app/start.ts";
import { callWordsOf } from "../words/call/words.ts";
import { CallPage } from "./page.ts";

const app = await start("member", "mentor");
const page = new CallPage(decodeURIComponent(location.pathname.replace(/^.*\//, "")));
page.app = app;
page.words = await atStart(() => callWordsOf(app.language));
document.body.append(page);
