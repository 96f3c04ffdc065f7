// Starts the mentor's desk.

import { start } from "../app/start.ts";
import { MentorPage } from "./page.ts";

const app = await start("mentor");
const page = new MentorPage();
page.app = app;
document.body.append(page);
