// Starts the mentor's desk.

import { start } from "../app/start.ts";
import { LIBRARY_TAB } from "../mentoring/desk_tab.ts";
import { CASES_TAB } from "./cases_tab.ts";
import { SESSION_TABS } from "../sessions/desk_tabs.ts";
import { MentorPage, TABS } from "./page.ts";

const app = await start("mentor");
TABS.push(SESSION_TABS[0]!, CASES_TAB, LIBRARY_TAB, ...SESSION_TABS.slice(1));
const page = new MentorPage();
page.app = app;
document.body.append(page);
