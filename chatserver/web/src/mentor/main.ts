// Starts the mentor's desk.

import { start } from "../app/start.ts";
import { CASES_TAB } from "./cases_tab.ts";
import { MentorPage, TABS } from "./page.ts";

const app = await start("mentor");
TABS.push(CASES_TAB);
const page = new MentorPage();
page.app = app;
document.body.append(page);
