// The running week of one conversation's writing, for its figure: asked for when it is shown, and again when it changes.

import type { Http } from "../app/http.ts";
import type { Why, WritingWeek } from "../app/api_types.ts";
import { Store } from "../parts/element.ts";
import type { Talk } from "./talk.ts";

export class WeekOfWriting extends Store {
  readonly #http: Http;
  readonly #talk: Talk;
  #week: WritingWeek | undefined;
  #askedFor = "";

  constructor(http: Http, talk: Talk) {
    super();
    this.#http = http;
    this.#talk = talk;
  }

  /** Undefined until it has come. */
  get week(): WritingWeek | undefined {
    return this.#week;
  }

  /** Ask, unless what is known is of how the conversation stands now. Where the server does not answer nothing changes. */
  async want(): Promise<void> {
    const { view } = this.#talk;
    const standing = JSON.stringify([view.plan, view.status, view.composer]);
    if (standing === this.#askedFor) return;
    this.#askedFor = standing;
    try {
      const path = `/v1/conversations/${encodeURIComponent(view.id)}/why`;
      this.#week = (await this.#http.get<Why>(path)).week ?? undefined;
      this.changed();
    } catch {
      this.#askedFor = "";
    }
  }
}
