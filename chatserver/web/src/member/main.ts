// Starts the member's page.

import { start } from "../app/start.ts";
import { MemberPage } from "./page.ts";

const app = await start("member");
const page = new MemberPage();
page.app = app;
document.body.append(page);
