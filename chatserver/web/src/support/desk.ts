// What every part of support's pages may need.

import type { App } from "../app/start.ts";
import { Times } from "../parts/format.ts";
import type { SupportWords } from "../words/support/words.ts";
import { Board } from "./board.ts";
import { Cases } from "./cases.ts";
import { People } from "./people.ts";

export interface Desk {
  readonly app: App;
  readonly says: SupportWords;
  /** In the zone of the device: support works where it is. */
  readonly times: Times;
  readonly people: People;
  readonly board: Board;
  readonly cases: Cases;
  /** The server's, in ms. */
  now(): number;
}

export function deskOf(app: App, says: SupportWords): Desk {
  const { chat } = app.chats;
  const people = new People(app.http);
  return {
    app,
    says,
    times: new Times(app.language),
    people,
    board: new Board(chat, people),
    cases: new Cases(chat, app.http, app.user),
    now: () => chat.clock.now(),
  };
}
