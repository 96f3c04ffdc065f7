// What stands behind the tab of people.

import "./conversation_page.ts";
import "./people_page.ts";
import "./person_page.ts";
