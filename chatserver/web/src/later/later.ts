// What is loaded behind a page for what is not sent yet: messages that go out later, and drafts.

import "./later_button.ts";
import "./later_list.ts";

export { type Later, laterOf } from "./later_state.ts";
