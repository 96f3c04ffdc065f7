// What stands behind the tab of cases.

import "./case_list.ts";
import "./case_page.ts";
